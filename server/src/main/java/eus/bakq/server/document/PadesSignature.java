package eus.bakq.server.document;

import eu.europa.esig.dss.cades.validation.CMSDocumentAnalyzer;
import eu.europa.esig.dss.enumerations.EncryptionAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.DSSMessageDigest;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.PAdESTimestampParameters;
import eu.europa.esig.dss.pades.signature.ExternalCMSService;
import eu.europa.esig.dss.pades.signature.PAdESWithExternalCMSService;
import eu.europa.esig.dss.pdf.ServiceLoaderPdfObjFactory;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.validation.ValidationData;
import eu.europa.esig.dss.spi.validation.executor.CompleteValidationContextExecutor;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.DigestAlgorithm;
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
 * (PreparedDocument). Nothing is fetched but from {@link CompletionSources}. Safe for several
 * threads.
 */
final class PadesSignature {
  /** Goes into the identifier of a document that has none. */
  private static final String DOCUMENT_NAME = "document.pdf";

  private final PAdESWithExternalCMSService documents = new PAdESWithExternalCMSService();
  private final ExternalCMSService signatures =
      new ExternalCMSService(new CommonCertificateVerifier(true));

  /** The document with an empty place for a signature, and its hash. */
  PreparedPdf prepare(
      byte[] original, DigestAlgorithm digestAlgorithm, int contentSize, Instant signingTime) {
    PAdESSignatureParameters parameters = parameters(digestAlgorithm, signingTime);
    parameters.setContentSize(contentSize);
    DSSMessageDigest digest =
        documents.getMessageDigest(new InMemoryDocument(original, DOCUMENT_NAME), parameters);
    return new PreparedPdf(
        read(parameters.getPdfSignatureCache().getToBeSignedDocument()),
        digestAlgorithm,
        digest.getValue(),
        contentSize);
  }

  /**
   * A prepared document as DSS gives it: nothing of it is checked.
   *
   * @param content the whole document
   * @param byteRangeDigest as DSS computed it, by {@code digestAlgorithm}
   * @param contentSize bytes that DSS was asked to reserve for the CMS
   */
  // Held for the length of one call and never shared.
  @SuppressWarnings("ArrayRecordComponent")
  record PreparedPdf(
      byte[] content, DigestAlgorithm digestAlgorithm, byte[] byteRangeDigest, int contentSize) {}

  /** The signed attributes in DER: their hash is the DTBS/R. */
  byte[] dataToBeSigned(
      Bytes byteRangeDigest,
      List<X509Certificate> chain,
      SignatureAlgorithm algorithm,
      Instant signingTime) {
    return signatures
        .getDataToSign(
            digest(algorithm.digest(), byteRangeDigest), parameters(chain, algorithm, signingTime))
        .getBytes();
  }

  /**
   * The CMS with {@code value}, in DER.
   *
   * @throws IllegalStateException if the CMS that was made does not verify
   */
  byte[] cms(
      Bytes byteRangeDigest,
      List<X509Certificate> chain,
      SignatureValue value,
      Instant signingTime) {
    return cms(
        signatures, SignatureLevel.PAdES_BASELINE_B, byteRangeDigest, chain, value, signingTime);
  }

  /**
   * As {@link #cms}, with a time stamp inside: every time another.
   *
   * @throws UnavailableException if there is no time stamp to be had
   */
  byte[] cmsWithTimeStamp(
      Bytes byteRangeDigest,
      List<X509Certificate> chain,
      SignatureValue value,
      Instant signingTime,
      CompletionSources sources) {
    ExternalCMSService stamping = new ExternalCMSService(sources.verifier());
    stamping.setTspSource(sources.timeStamps());
    return cms(
        stamping, SignatureLevel.PAdES_BASELINE_T, byteRangeDigest, chain, value, signingTime);
  }

  private byte[] cms(
      ExternalCMSService service,
      SignatureLevel level,
      Bytes byteRangeDigest,
      List<X509Certificate> chain,
      SignatureValue value,
      Instant signingTime) {
    PAdESSignatureParameters parameters = parameters(chain, value.algorithm(), signingTime);
    parameters.setSignatureLevel(level);
    parameters.setSignatureTimestampParameters(
        new PAdESTimestampParameters(dss(value.algorithm().digest())));
    DSSMessageDigest digest = digest(value.algorithm().digest(), byteRangeDigest);
    DSSDocument cms =
        service.signMessageDigest(
            digest,
            parameters,
            new eu.europa.esig.dss.model.SignatureValue(
                parameters.getSignatureAlgorithm(), value.value().toByteArray()));
    if (!documents.isValidCMSSignedData(digest, cms)) {
      throw new IllegalStateException("the CMS that was made does not verify");
    }
    return read(cms);
  }

  /** The document with an empty place for a time stamp over all of it, and its hash. */
  PreparedPdf prepareTimeStamp(byte[] document, DigestAlgorithm digestAlgorithm, int contentSize) {
    PAdESTimestampParameters parameters = new PAdESTimestampParameters(dss(digestAlgorithm));
    parameters.setContentSize(contentSize);
    DSSMessageDigest digest =
        new ServiceLoaderPdfObjFactory()
            .newArchiveTimestampService()
            .messageDigest(new InMemoryDocument(document, DOCUMENT_NAME), parameters);
    return new PreparedPdf(
        read(parameters.getPdfSignatureCache().getToBeSignedDocument()),
        digestAlgorithm,
        digest.getValue(),
        contentSize);
  }

  /**
   * The certificates and their status that whoever validates {@code cms} later will need.
   *
   * @throws UnavailableException if something of it cannot be had
   * @throws IllegalStateException if a certificate of it is not good
   */
  static ValidationData validationData(
      byte[] cms,
      DigestAlgorithm digestAlgorithm,
      Bytes byteRangeDigest,
      CompletionSources sources) {
    CMSDocumentAnalyzer analyzer = new CMSDocumentAnalyzer(new InMemoryDocument(cms));
    analyzer.setDetachedContents(
        List.of(DSSUtils.toDigestDocument(digest(digestAlgorithm, byteRangeDigest))));
    analyzer.setCertificateVerifier(sources.verifier());
    analyzer.setValidationContextExecutor(CompleteValidationContextExecutor.INSTANCE);
    return analyzer.getValidationData(analyzer.getSignatures()).getAllValidationData();
  }

  private static PAdESSignatureParameters parameters(
      DigestAlgorithm digestAlgorithm, Instant signingTime) {
    PAdESSignatureParameters parameters = new PAdESSignatureParameters();
    parameters.setSignatureLevel(SignatureLevel.PAdES_BASELINE_B);
    parameters.setDigestAlgorithm(dss(digestAlgorithm));
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
    PAdESSignatureParameters parameters = parameters(algorithm.digest(), signingTime);
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

  private static DSSMessageDigest digest(DigestAlgorithm algorithm, Bytes byteRangeDigest) {
    return new DSSMessageDigest(dss(algorithm), byteRangeDigest.toByteArray());
  }

  /** The same, as DSS calls it. */
  static eu.europa.esig.dss.enumerations.DigestAlgorithm dss(DigestAlgorithm algorithm) {
    return eu.europa.esig.dss.enumerations.DigestAlgorithm.forJavaName(algorithm.javaName());
  }

  private static byte[] read(DSSDocument document) {
    try (InputStream in = document.openStream()) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail to be read", e);
    }
  }
}
