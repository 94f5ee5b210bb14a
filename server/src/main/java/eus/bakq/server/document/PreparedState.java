package eus.bakq.server.document;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Objects;

/**
 * What one prepared document is, between its two phases.
 *
 * @param signingTime in whole seconds, as it stands in the document
 * @param certificateSha256 of the signer's certificate in DER
 * @param dtbsSha256 the DTBS/R
 * @param signaturesBefore how many signatures the original has
 * @param original what the increment belongs to, and the increment itself
 */
record PreparedState(
    SignatureAlgorithm algorithm,
    Instant signingTime,
    Bytes certificateSha256,
    Bytes dtbsSha256,
    int signaturesBefore,
    SignatureIncrement original) {
  private static final int VERSION = 1;
  private static final int HASH = 32;
  private static final int FIXED = 1 + 1 + 8 + 4 * HASH + 4 + 4 + 4 + 4;

  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  PreparedState {
    Objects.requireNonNull(algorithm);
    Objects.requireNonNull(original);
    if (!signingTime.equals(signingTime.truncatedTo(ChronoUnit.SECONDS))) {
      throw new IllegalArgumentException("the signing time is in whole seconds");
    }
    if (signingTime.isBefore(Instant.EPOCH) || signingTime.isAfter(LATEST)) {
      throw new IllegalArgumentException("the signing time is of the years 1970 to 9999");
    }
    if (certificateSha256.size() != HASH || dtbsSha256.size() != HASH) {
      throw new IllegalArgumentException("hashes have 32 bytes");
    }
    if (signaturesBefore < 0) {
      throw new IllegalArgumentException("a document has no less than no signatures");
    }
  }

  /**
   * Fixed fields, big endian, then the deflated tail, then SHA-256 of all that: against damage, not
   * against who can write it.
   */
  Bytes encode() {
    byte[] tail = original.deflatedTail().toByteArray();
    byte[] content =
        ByteBuffer.allocate(FIXED + tail.length)
            .put((byte) VERSION)
            .put(code(algorithm))
            .putLong(signingTime.getEpochSecond())
            .put(certificateSha256.toByteArray())
            .put(dtbsSha256.toByteArray())
            .put(original.originalSha256().toByteArray())
            .put(original.byteRangeSha256().toByteArray())
            .putInt(signaturesBefore)
            .putInt(original.originalLength())
            .putInt(original.tailLength())
            .putInt(original.contentsOffset())
            .put(tail)
            .array();
    return Bytes.copyOf(
        ByteBuffer.allocate(content.length + HASH).put(content).put(Bytes.sha256(content)).array());
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IllegalStateException if it is anything else
   */
  static PreparedState decode(Bytes encoded) {
    int size = encoded.size() - HASH;
    if (size < FIXED || size > FIXED + SignatureIncrement.MAXIMUM_TAIL) {
      throw new IllegalStateException("a prepared state is too short or too long");
    }
    byte[] all = encoded.toByteArray();
    byte[] content = Arrays.copyOf(all, size);
    if (!Arrays.equals(Bytes.sha256(content), Arrays.copyOfRange(all, size, all.length))) {
      throw new IllegalStateException("a prepared state is damaged");
    }
    ByteBuffer in = ByteBuffer.wrap(content);
    try {
      if (in.get() != VERSION) {
        throw new IllegalStateException("a prepared state is of another version");
      }
      SignatureAlgorithm algorithm = algorithm(in.get());
      Instant signingTime = Instant.ofEpochSecond(in.getLong());
      Bytes certificate = take(in, HASH);
      Bytes dtbs = take(in, HASH);
      Bytes originalSha256 = take(in, HASH);
      Bytes byteRange = take(in, HASH);
      int signaturesBefore = in.getInt();
      int originalLength = in.getInt();
      int tailLength = in.getInt();
      int contentsOffset = in.getInt();
      return new PreparedState(
          algorithm,
          signingTime,
          certificate,
          dtbs,
          signaturesBefore,
          new SignatureIncrement(
              originalSha256,
              originalLength,
              byteRange,
              tailLength,
              contentsOffset,
              take(in, in.remaining())));
    } catch (BufferUnderflowException | IllegalArgumentException | DateTimeException e) {
      throw new IllegalStateException("a prepared state is damaged", e);
    }
  }

  private static Bytes take(ByteBuffer in, int size) {
    byte[] part = new byte[size];
    in.get(part);
    return Bytes.copyOf(part);
  }

  private static byte code(SignatureAlgorithm algorithm) {
    return switch (algorithm) {
      case ECDSA_P256_SHA256 -> 1;
      case RSA_3072_PSS_SHA256 -> 2;
      case RSA_3072_PKCS1_SHA256 -> 3;
      case ECDSA_P256_SHA384 -> 4;
      case RSA_3072_PSS_SHA384 -> 5;
      case RSA_3072_PKCS1_SHA384 -> 6;
      case ECDSA_P256_SHA512 -> 7;
      case RSA_3072_PSS_SHA512 -> 8;
      case RSA_3072_PKCS1_SHA512 -> 9;
    };
  }

  private static SignatureAlgorithm algorithm(byte code) {
    for (SignatureAlgorithm algorithm : SignatureAlgorithm.values()) {
      if (code(algorithm) == code) {
        return algorithm;
      }
    }
    throw new IllegalStateException("a prepared state names an unknown algorithm");
  }
}
