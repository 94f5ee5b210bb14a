package eus.bakq.server.document;

import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.EncryptionAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.DSSMessageDigest;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.signature.ExternalCMSService;
import eu.europa.esig.dss.pades.signature.PAdESWithExternalCMSService;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.TimeZone;

/**
 * The only place that makes signatures with EU DSS. Everything that goes into the bytes is said
 * here, so that another node, another time zone or another day computes the same
 * (PreparedDocument). Nothing is fetched: neither revocation data nor issuers. Safe for several
 * threads.
 */
final class PadesSignature {
  /** Goes into the identifier of a document that has none. */
  private static final String DOCUMENT_NAME = "document.pdf";

  private final PAdESWithExternalCMSService documents = new PAdESWithExternalCMSService();
  private final ExternalCMSService signatures =
      new ExternalCMSService(new CommonCertificateVerifier(true));

  /** The document with an empty place for a signature, and its hash. */
  PreparedPdf prepare(byte[] original, Instant signingTime) {
    PAdESSignatureParameters parameters = parameters(signingTime);
    DSSMessageDigest digest =
        documents.getMessageDigest(new InMemoryDocument(original, DOCUMENT_NAME), parameters);
    return new PreparedPdf(
        read(parameters.getPdfSignatureCache().getToBeSignedDocument()), digest.getValue());
  }

  /**
   * A prepared document as DSS gives it: nothing of it is checked.
   *
   * @param content the whole document
   * @param byteRangeSha256 as DSS computed it
   */
  // Held for the length of one call and never shared.
  @SuppressWarnings("ArrayRecordComponent")
  record PreparedPdf(byte[] content, byte[] byteRangeSha256) {}

  /** The signed attributes in DER: their hash is the DTBS/R. */
  byte[] dataToBeSigned(
      Bytes byteRangeSha256,
      List<X509Certificate> chain,
      SignatureAlgorithm algorithm,
      Instant signingTime) {
    return signatures
        .getDataToSign(digest(byteRangeSha256), parameters(chain, algorithm, signingTime))
        .getBytes();
  }

  /**
   * The CMS with {@code value}, in DER.
   *
   * @throws IllegalStateException if the CMS that was made does not verify
   */
  byte[] cms(
      Bytes byteRangeSha256,
      List<X509Certificate> chain,
      SignatureValue value,
      Instant signingTime) {
    PAdESSignatureParameters parameters = parameters(chain, value.algorithm(), signingTime);
    DSSMessageDigest digest = digest(byteRangeSha256);
    DSSDocument cms =
        signatures.signMessageDigest(
            digest,
            parameters,
            new eu.europa.esig.dss.model.SignatureValue(
                parameters.getSignatureAlgorithm(), value.value().toByteArray()));
    if (!documents.isValidCMSSignedData(digest, cms)) {
      throw new IllegalStateException("the CMS that was made does not verify");
    }
    return read(cms);
  }

  private static PAdESSignatureParameters parameters(Instant signingTime) {
    PAdESSignatureParameters parameters = new PAdESSignatureParameters();
    parameters.setSignatureLevel(SignatureLevel.PAdES_BASELINE_B);
    parameters.setDigestAlgorithm(DigestAlgorithm.SHA256);
    parameters.setContentSize(SignatureIncrement.CONTENT_SIZE);
    parameters.setSigningTimeZone(TimeZone.getTimeZone("UTC"));
    parameters.bLevel().setSigningDate(Date.from(signingTime));
    return parameters;
  }

  private static PAdESSignatureParameters parameters(
      List<X509Certificate> chain, SignatureAlgorithm algorithm, Instant signingTime) {
    List<CertificateToken> tokens = new ArrayList<>();
    for (X509Certificate certificate : chain) {
      tokens.add(new CertificateToken(certificate));
    }
    PAdESSignatureParameters parameters = parameters(signingTime);
    parameters.setSigningCertificate(tokens.getFirst());
    parameters.setCertificateChain(tokens);
    parameters.setEncryptionAlgorithm(
        switch (algorithm.scheme()) {
          case ECDSA_P256 -> EncryptionAlgorithm.ECDSA;
          case RSA_3072_PSS -> EncryptionAlgorithm.RSASSA_PSS;
          case RSA_3072_PKCS1 -> EncryptionAlgorithm.RSA;
        });
    return parameters;
  }

  private static DSSMessageDigest digest(Bytes byteRangeSha256) {
    return new DSSMessageDigest(DigestAlgorithm.SHA256, byteRangeSha256.toByteArray());
  }

  private static byte[] read(DSSDocument document) {
    try (InputStream in = document.openStream()) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail to be read", e);
    }
  }
}
