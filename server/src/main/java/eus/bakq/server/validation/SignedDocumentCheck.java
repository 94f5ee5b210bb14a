package eus.bakq.server.validation;

import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.policy.ValidationPolicy;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.validation.PDFDocumentValidator;
import eu.europa.esig.dss.pdf.IPdfObjFactory;
import eu.europa.esig.dss.pdf.ServiceLoaderPdfObjFactory;
import eu.europa.esig.dss.pdf.modifications.DefaultPdfDifferencesFinder;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.policy.ValidationPolicyLoader;
import eu.europa.esig.dss.validation.reports.Reports;
import eu.europa.esig.dss.xades.validation.XMLDocumentValidator;
import eus.bakq.server.vocabulary.Bytes;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;

/**
 * Validates signatures of PDF and XML by DSS's own policy (ETSI TS 119 172-4 in spirit), with given
 * anchors and nothing from the network. For documents of ours: the start-up self-test and tests. A
 * document from outside would have to be bounded first. Safe for several threads.
 */
public final class SignedDocumentCheck {
  private final List<CertificateToken> anchors;
  private final List<Bytes> revocationLists;
  private final ValidationPolicy policy;

  private SignedDocumentCheck(
      List<CertificateToken> anchors, List<Bytes> revocationLists, ValidationPolicy policy) {
    this.anchors = anchors;
    this.revocationLists = revocationLists;
    this.policy = policy;
  }

  /**
   * Reads the policy, once: it takes half a second in a new process.
   *
   * @param anchors the roots to be trusted
   * @param revocationLists CRLs of the issuers, in DER; without one that covers the signer, the
   *     outcome is INDETERMINATE
   */
  public static SignedDocumentCheck open(
      List<X509Certificate> anchors, List<Bytes> revocationLists) {
    return new SignedDocumentCheck(
        anchors.stream().map(CertificateToken::new).toList(),
        List.copyOf(revocationLists),
        ValidationPolicyLoader.fromDefaultValidationPolicy()
            .withDefaultCryptographicSuite()
            .create());
  }

  /**
   * Validates the last signature of {@code signed} at {@code time}.
   *
   * @throws IllegalArgumentException if it is neither PDF nor XML, or has no signature
   */
  public ValidationOutcome last(Bytes signed, Instant time) {
    List<ValidationOutcome> outcomes = all(signed, time);
    if (outcomes.isEmpty()) {
      throw new IllegalArgumentException("the document has no signature");
    }
    return outcomes.getLast();
  }

  /**
   * Validates each signature of {@code signed} at {@code time}, in the order of their making.
   *
   * @throws IllegalArgumentException if it is neither PDF nor XML
   */
  public List<ValidationOutcome> all(Bytes signed, Instant time) {
    return all(validator(signed), time);
  }

  /**
   * Validates each signature of {@code signature} at {@code time}, which signs {@code beside}.
   *
   * @param signature XML that has the signature alone
   * @throws IllegalArgumentException if it is neither PDF nor XML
   */
  public List<ValidationOutcome> detached(Bytes signature, Bytes beside, Instant time) {
    SignedDocumentValidator validator = validator(signature);
    // Without a name: it is the only one, and so the one that is meant.
    validator.setDetachedContents(List.of(new InMemoryDocument(beside.toByteArray())));
    return all(validator, time);
  }

  private List<ValidationOutcome> all(SignedDocumentValidator validator, Instant time) {
    validator.setCertificateVerifier(verifier());
    validator.setValidationTime(Date.from(time));
    validator.setEnableEtsiValidationReport(false);
    Reports reports = validator.validateDocument(policy);
    SimpleReport report = reports.getSimpleReport();
    List<ValidationOutcome> outcomes = new ArrayList<>();
    for (String id : report.getSignatureIdList()) {
      outcomes.add(
          new ValidationOutcome(
              report.getIndication(id).name(),
              Optional.ofNullable(report.getSubIndication(id)).map(Enum::name),
              report.getSignatureFormat(id).toString(),
              Optional.ofNullable(validator.getSignatureById(id).getSigningCertificateToken())
                  .map(CertificateToken::getCertificate),
              report.getAdESValidationErrors(id).stream().map(m -> m.getValue()).toList()));
    }
    return outcomes;
  }

  private static SignedDocumentValidator validator(Bytes signed) {
    byte[] content = signed.toByteArray();
    try {
      return new String(content, 0, Math.min(5, content.length), StandardCharsets.US_ASCII)
              .equals("%PDF-")
          ? pdfValidator(new InMemoryDocument(content, "signed.pdf"))
          : new XMLDocumentValidator(new InMemoryDocument(content, "signed.xml"));
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("the document is neither PDF nor XML", e);
    }
  }

  private static PDFDocumentValidator pdfValidator(DSSDocument document) {
    PDFDocumentValidator validator = new PDFDocumentValidator(document);
    // Comparing pictures of the pages costs twenty times the rest, and is for others' documents.
    DefaultPdfDifferencesFinder differences = new DefaultPdfDifferencesFinder();
    differences.setMaximalPagesAmountForVisualComparison(0);
    IPdfObjFactory objects = new ServiceLoaderPdfObjFactory();
    objects.setPdfDifferencesFinder(differences);
    validator.setPdfObjFactory(objects);
    return validator;
  }

  private CommonCertificateVerifier verifier() {
    CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
    anchors.forEach(trusted::addCertificate);
    CommonCertificateVerifier verifier = new CommonCertificateVerifier(true);
    verifier.setTrustedCertSources(trusted);
    verifier.setCrlSource(
        new ExternalResourcesCRLSource(
            revocationLists.stream()
                .map(list -> new ByteArrayInputStream(list.toByteArray()))
                .toArray(InputStream[]::new)));
    return verifier;
  }
}
