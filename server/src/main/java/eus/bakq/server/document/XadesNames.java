package eus.bakq.server.document;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.time.Instant;
import java.util.Objects;
import javax.xml.crypto.dsig.SignatureMethod;

/**
 * What one XML signature is called, and what it calls what it signs. Identifiers come of everything
 * that the signature depends on, by SHA-256: the same arguments give the same bytes, signatures of
 * one request can be put into one file, and nobody can write a document that has the identifiers of
 * its signature already.
 *
 * @param signingTime in whole seconds
 * @param signatureId {@code id-} and 32 hexadecimal digits
 * @param reference what a detached signature calls its document, see {@link #reference(String)}
 */
record XadesNames(
    SignatureFormat format,
    SignatureAlgorithm algorithm,
    Instant signingTime,
    String signatureId,
    String reference) {
  /**
   * What an enveloped signature does not cover (XML-Signature XPath Filter 2.0). DSS writes {@code
   * ds} for the namespace of signatures.
   */
  static final String SIGNATURES_OF_ROOT = "/*/ds:Signature";

  private static final int ECDSA_P256_SIZE = 64;
  private static final int RSA_3072_SIZE = 384;
  private static final int IDENTIFIER_BYTES = 16;

  XadesNames {
    Objects.requireNonNull(format);
    Objects.requireNonNull(algorithm);
    Objects.requireNonNull(signingTime);
    Objects.requireNonNull(signatureId);
    Objects.requireNonNull(reference);
  }

  /**
   * The names of one signature.
   *
   * @param certificateSha256 of the signer's; empty where a document is only tried
   */
  static XadesNames of(
      byte[] original,
      SignatureForm form,
      Bytes certificateSha256,
      SignatureAlgorithm algorithm,
      Instant signingTime) {
    String reference = reference(form.name());
    // Its parts are of fixed sizes or of characters that are not the separator.
    String all =
        String.join(
            "\n",
            form.format().name(),
            algorithm.name(),
            signingTime.toString(),
            certificateSha256.toHex(),
            reference,
            Bytes.copyOf(original).sha256().toHex());
    Bytes hash = Bytes.copyOf(Bytes.sha256(all.getBytes(StandardCharsets.UTF_8)));
    return new XadesNames(
        form.format(),
        algorithm,
        signingTime,
        "id-" + hash.toHex().substring(0, 2 * IDENTIFIER_BYTES),
        reference);
  }

  /** As DSS calls the reference to what is signed. */
  String referenceId() {
    return "r-" + signatureId + "-1";
  }

  /** As DSS calls the element around what an enveloping signature has inside. */
  String objectId() {
    return "o-" + referenceId();
  }

  /** As DSS calls the element of the value. */
  String valueId() {
    return "value-" + signatureId;
  }

  /** As DSS calls the signed properties. */
  String propertiesId() {
    return "xades-" + signatureId;
  }

  /** What the reference to the document says. */
  String referenceUri() {
    return switch (format) {
      case XADES_ENVELOPED -> "";
      case XADES_ENVELOPING -> "#" + objectId();
      case XADES_DETACHED -> reference;
      case PADES -> throw new IllegalArgumentException("PAdES is not XML");
    };
  }

  /** The algorithm of the value, as RFC 6931 and RFC 9231 call it. */
  String method() {
    return switch (algorithm) {
      case ECDSA_P256_SHA256 -> SignatureMethod.ECDSA_SHA256;
      case ECDSA_P256_SHA384 -> SignatureMethod.ECDSA_SHA384;
      case ECDSA_P256_SHA512 -> SignatureMethod.ECDSA_SHA512;
      case RSA_3072_PSS_SHA256 -> SignatureMethod.SHA256_RSA_MGF1;
      case RSA_3072_PSS_SHA384 -> SignatureMethod.SHA384_RSA_MGF1;
      case RSA_3072_PSS_SHA512 -> SignatureMethod.SHA512_RSA_MGF1;
      case RSA_3072_PKCS1_SHA256 -> SignatureMethod.RSA_SHA256;
      case RSA_3072_PKCS1_SHA384 -> SignatureMethod.RSA_SHA384;
      case RSA_3072_PKCS1_SHA512 -> SignatureMethod.RSA_SHA512;
    };
  }

  /** Zeros as long as a value is in XML: for ECDSA both numbers, one after the other. */
  static byte[] placeholder(SignatureAlgorithm algorithm) {
    return switch (algorithm.scheme()) {
      case ECDSA_P256 -> new byte[ECDSA_P256_SIZE];
      case RSA_3072_PSS, RSA_3072_PKCS1 -> new byte[RSA_3072_SIZE];
    };
  }

  /**
   * What a detached signature calls its document: {@code name} without accents, in which everything
   * but letters and digits of ASCII, dots, hyphens and underscores became an underscore, as did a
   * dot at the beginning, or nothing at all. It is a relative URI of one segment (RFC 3986), and
   * the name of a file on every system: whoever resolves it stays beside the signature.
   */
  static String reference(String name) {
    return Normalizer.normalize(name, Normalizer.Form.NFKD)
        .replaceAll("\\p{M}", "")
        .replaceAll("[^A-Za-z0-9._-]", "_")
        .replaceFirst("^$|^\\.", "_");
  }
}
