package eus.bakq.server.document;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureValue;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.util.BigIntegers;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * What signing puts around, into or beside a document, with a placeholder for the value. Only this
 * is kept between the two phases; the document is put together with it again, byte by byte as it
 * was, so an original that changed in the meantime is noticed, and none is stored twice.
 *
 * @param from enveloped: where in the original it goes; enveloping: where in it the original goes;
 *     detached: nothing
 * @param to enveloped: where the original goes on behind it; else {@code from}
 * @param content the frame itself
 * @param valueOffset where in the frame the value's Base64 begins
 */
record XadesFrame(
    SignatureFormat format,
    Bytes originalSha256,
    int originalLength,
    int from,
    int to,
    Bytes content,
    int valueOffset) {
  /** A signature of level B with a chain of eight certificates takes less. */
  static final int MAXIMUM_SIZE = 256 * 1024;

  private static final String PREFIX = "ds";
  private static final String NAMESPACE = "http://www.w3.org/2000/09/xmldsig#";

  XadesFrame {
    Objects.requireNonNull(format);
    if (originalSha256.size() != 32) {
      throw new IllegalArgumentException("hashes have 32 bytes");
    }
    int longest = format == SignatureFormat.XADES_ENVELOPING ? content.size() : originalLength;
    if (originalLength < 1 || from < 0 || to < from || to > longest) {
      throw new IllegalArgumentException("a frame is within its document, or around it");
    }
    if (content.size() > MAXIMUM_SIZE || valueOffset < 1 || valueOffset >= content.size()) {
      throw new IllegalArgumentException("a frame is bounded and has a place for the value");
    }
  }

  /**
   * Takes the signature out of the document that {@code end} belongs to, as another's program wrote
   * it, and puts it where the original's root ends.
   *
   * @throws IllegalStateException if the signature is not the last in its root
   */
  static XadesFrame enveloped(
      byte[] original, byte[] signedByOther, XmlStructure structure, XadesNames names) {
    Node last = XmlTrees.parse(signedByOther).getDocumentElement().getLastChild();
    if (!(last instanceof Element signature)
        || !signature.getAttribute("Id").equals(names.signatureId())) {
      throw new IllegalStateException("the signature is not where it was to be put");
    }
    XmlEnd end = structure.end();
    String content = end.before() + XmlTrees.write(signature, PREFIX, NAMESPACE) + end.after();
    return of(original, names, end.from(), end.to(), content, structure.charset());
  }

  /** Takes the original out of the signature around it. */
  static XadesFrame enveloping(byte[] original, byte[] signedByOther, XadesNames names) {
    String signed = new String(signedByOther, StandardCharsets.UTF_8);
    String open = "<ds:Object Id=\"" + names.objectId() + "\">";
    int from = once(signed, open) + open.length();
    String inside = Base64.getEncoder().encodeToString(original);
    if (!signed.startsWith(inside + "</ds:Object>", from)) {
      throw new IllegalStateException("the original is not where it was to be put");
    }
    String content = signed.substring(0, from) + signed.substring(from + inside.length());
    return of(original, names, from, from, content, StandardCharsets.UTF_8);
  }

  static XadesFrame detached(byte[] original, byte[] signedByOther, XadesNames names) {
    String content = new String(signedByOther, StandardCharsets.UTF_8);
    return of(original, names, 0, 0, content, StandardCharsets.UTF_8);
  }

  private static XadesFrame of(
      byte[] original, XadesNames names, int from, int to, String content, Charset charset) {
    String open = "<ds:SignatureValue Id=\"" + names.valueId() + "\">";
    int value = once(content, open) + open.length();
    String placeholder =
        Base64.getEncoder().encodeToString(XadesNames.placeholder(names.algorithm()));
    if (!content.startsWith(placeholder + "</ds:SignatureValue>", value)) {
      throw new IllegalStateException("there is no place for the value");
    }
    return new XadesFrame(
        names.format(),
        Bytes.copyOf(Bytes.sha256(original)),
        original.length,
        from,
        to,
        Bytes.copyOf(content.getBytes(charset)),
        content.substring(0, value).getBytes(charset).length);
  }

  private static int once(String text, String what) {
    int at = text.indexOf(what);
    if (at < 0 || text.indexOf(what, at + 1) >= 0) {
      throw new IllegalStateException("a signature lacks one of its parts, or has it twice");
    }
    return at;
  }

  /**
   * The document with the signature, whose value is still the placeholder.
   *
   * @throws IllegalStateException if the original is another
   */
  byte[] withPlaceholder(byte[] original) {
    return around(original, content.toByteArray());
  }

  /**
   * The document with the signature and its value: the same bytes as {@link #withPlaceholder} but
   * for the value.
   *
   * @throws IllegalStateException if the original is another, or the value has another size than
   *     its placeholder
   */
  byte[] complete(byte[] original, SignatureValue value) {
    byte[] octets = plain(value);
    if (octets.length != XadesNames.placeholder(value.algorithm()).length) {
      throw new IllegalStateException("the value does not fit into its place");
    }
    byte[] frame = content.toByteArray();
    byte[] encoded = Base64.getEncoder().encode(octets);
    System.arraycopy(encoded, 0, frame, valueOffset, encoded.length);
    return around(original, frame);
  }

  private byte[] around(byte[] original, byte[] frame) {
    if (original.length != originalLength
        || !Bytes.copyOf(Bytes.sha256(original)).equals(originalSha256)) {
      throw new IllegalStateException("the original is not the one that was prepared");
    }
    ByteArrayOutputStream signed = new ByteArrayOutputStream();
    switch (format) {
      case XADES_ENVELOPED -> {
        signed.write(original, 0, from);
        signed.writeBytes(frame);
        signed.write(original, to, original.length - to);
      }
      case XADES_ENVELOPING -> {
        signed.write(frame, 0, from);
        signed.writeBytes(Base64.getEncoder().encode(original));
        signed.write(frame, from, frame.length - from);
      }
      case XADES_DETACHED -> signed.writeBytes(frame);
      case PADES -> throw new IllegalStateException("PAdES is not XML");
    }
    return signed.toByteArray();
  }

  /** As XML has it: RSA as it is, of ECDSA both numbers of 32 bytes (RFC 4050, clause 3.3). */
  private static byte[] plain(SignatureValue value) {
    byte[] octets = value.value().toByteArray();
    return switch (value.algorithm().scheme()) {
      case ECDSA_P256 -> {
        int half = XadesNames.placeholder(value.algorithm()).length / 2;
        byte[] both = new byte[2 * half];
        ASN1Sequence numbers = ASN1Sequence.getInstance(octets);
        for (int i = 0; i < 2; i++) {
          byte[] number =
              BigIntegers.asUnsignedByteArray(
                  half, ASN1Integer.getInstance(numbers.getObjectAt(i)).getPositiveValue());
          System.arraycopy(number, 0, both, i * half, half);
        }
        yield both;
      }
      case RSA_3072_PSS, RSA_3072_PKCS1 -> octets;
    };
  }
}
