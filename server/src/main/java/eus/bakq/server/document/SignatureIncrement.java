package eus.bakq.server.document;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.DigestAlgorithm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;

/**
 * What signing appends to a PDF, with an empty place for the signature. Only this is kept between
 * the two phases: the document is always the original followed by the increment, so an original
 * that changed in the meantime is noticed, and none is stored twice.
 *
 * @param originalLength bytes of the original
 * @param digestAlgorithm of the hash that is signed
 * @param byteRangeDigest over the original and the increment without the place for the signature
 * @param contentSize bytes reserved for the CMS
 * @param tailLength bytes of the increment
 * @param contentsOffset where in the increment the place's hexadecimal digits begin
 * @param deflatedTail the increment, deflated
 */
record SignatureIncrement(
    Bytes originalSha256,
    int originalLength,
    DigestAlgorithm digestAlgorithm,
    Bytes byteRangeDigest,
    int contentSize,
    int tailLength,
    int contentsOffset,
    Bytes deflatedTail) {
  /** The largest place for a CMS: eight long certificates, and a time stamp with as many. */
  static final int MAXIMUM_CONTENT_SIZE = 64 * 1024;

  /** The largest increment: a form's catalogue is written anew in it. */
  static final int MAXIMUM_TAIL = 4 * 1024 * 1024;

  SignatureIncrement {
    if (originalSha256.size() != DigestAlgorithm.SHA256.size()
        || byteRangeDigest.size() != digestAlgorithm.size()) {
      throw new IllegalArgumentException("a hash is as long as its algorithm says");
    }
    if (contentSize < 1 || contentSize > MAXIMUM_CONTENT_SIZE) {
      throw new IllegalArgumentException("the place for the CMS is bounded");
    }
    if (originalLength < 1 || tailLength > MAXIMUM_TAIL) {
      throw new IllegalArgumentException("an original has bytes, and its increment is bounded");
    }
    if (contentsOffset < 1 || contentsOffset > tailLength - 2 * contentSize - 1) {
      throw new IllegalArgumentException("the place for the signature is within the increment");
    }
  }

  /**
   * Takes the increment out of a document that was prepared by another's program, and trusts
   * nothing of it.
   *
   * @param byteRange as the prepared document says
   * @param digestAlgorithm by which the other program computed {@code byteRangeDigest}
   * @param contentSize what the other program was asked to reserve
   * @throws IllegalStateException if {@code prepared} is not {@code original} with an increment
   *     that has one empty place, right behind its byte range
   */
  static SignatureIncrement of(
      byte[] original,
      byte[] prepared,
      List<Integer> byteRange,
      DigestAlgorithm digestAlgorithm,
      byte[] byteRangeDigest,
      int contentSize) {
    require(
        prepared.length > original.length
            && Arrays.equals(original, 0, original.length, prepared, 0, original.length),
        "a prepared document does not begin with its original");
    require(
        byteRange.size() == 4
            && byteRange.get(0) == 0
            && byteRange.get(1) > original.length
            && (long) byteRange.get(2) + byteRange.get(3) == prepared.length
            && byteRange.get(2) - byteRange.get(1) == 2 * contentSize + 2,
        "a prepared document has an unexpected byte range");
    int open = byteRange.get(1);
    int close = byteRange.get(2) - 1;
    require(
        prepared[open] == '<' && prepared[close] == '>',
        "a prepared document has no place for its signature");
    for (int i = open + 1; i < close; i++) {
      require(prepared[i] == '0', "the place for the signature is not empty");
    }
    require(
        MessageDigest.isEqual(byteRangeDigest, hash(digestAlgorithm, prepared, open, close + 1)),
        "a prepared document has another hash than was computed");
    byte[] tail = Arrays.copyOfRange(prepared, original.length, prepared.length);
    return new SignatureIncrement(
        Bytes.copyOf(Bytes.sha256(original)),
        original.length,
        digestAlgorithm,
        Bytes.copyOf(byteRangeDigest),
        contentSize,
        tail.length,
        open + 1 - original.length,
        deflate(tail));
  }

  /**
   * The original with the increment and {@code cms} in its place.
   *
   * @throws IllegalStateException if the original is another, or the CMS does not fit
   */
  byte[] complete(byte[] original, byte[] cms) {
    require(
        original.length == originalLength
            && Bytes.copyOf(Bytes.sha256(original)).equals(originalSha256),
        "the original is not the one that was prepared");
    require(cms.length <= contentSize, "the CMS does not fit into its place");
    byte[] tail = inflateTail();
    byte[] signed = Arrays.copyOf(original, original.length + tail.length);
    System.arraycopy(tail, 0, signed, original.length, tail.length);
    byte[] digits = HexFormat.of().formatHex(cms).getBytes(StandardCharsets.US_ASCII);
    int place = original.length + contentsOffset;
    System.arraycopy(digits, 0, signed, place, digits.length);
    int end = place + 2 * contentSize;
    require(
        signed[place - 1] == '<'
            && signed[end] == '>'
            && Bytes.copyOf(hash(digestAlgorithm, signed, place - 1, end + 1))
                .equals(byteRangeDigest),
        "the signed document has another hash than was signed");
    return signed;
  }

  /** The byte range that the completed document says. */
  List<Integer> byteRange() {
    int open = originalLength + contentsOffset - 1;
    int after = open + 2 * contentSize + 2;
    return List.of(0, open, after, originalLength + tailLength - after);
  }

  private byte[] inflateTail() {
    byte[] tail = new byte[tailLength];
    try (Inflater inflater = new Inflater()) {
      inflater.setInput(deflatedTail.toByteArray());
      int size = 0;
      int read;
      while (size < tailLength && (read = inflater.inflate(tail, size, tailLength - size)) > 0) {
        size += read;
      }
      // One more byte would be one too many; this also makes the inflater check its checksum.
      require(
          size == tailLength && inflater.inflate(new byte[1]) == 0 && inflater.finished(),
          "the increment is damaged");
      return tail;
    } catch (DataFormatException e) {
      throw new IllegalStateException("the increment is damaged", e);
    }
  }

  private static Bytes deflate(byte[] tail) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Deflater deflater = new Deflater();
        DeflaterOutputStream deflated = new DeflaterOutputStream(out, deflater)) {
      deflated.write(tail);
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail to be written", e);
    }
    return Bytes.copyOf(out.toByteArray());
  }

  /** The hash of {@code content} without what is from {@code from} to before {@code to}. */
  private static byte[] hash(DigestAlgorithm algorithm, byte[] content, int from, int to) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm.javaName());
      digest.update(content, 0, from);
      digest.update(content, to, content.length - to);
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("a Java platform has SHA-2", e);
    }
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalStateException(otherwise);
    }
  }
}
