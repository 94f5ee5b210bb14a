package eus.bakq.demo.judge;

import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.policy.ValidationPolicy;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.validation.PDFDocumentValidator;
import eu.europa.esig.dss.pdf.IPdfObjFactory;
import eu.europa.esig.dss.pdf.ServiceLoaderPdfObjFactory;
import eu.europa.esig.dss.pdf.modifications.DefaultPdfDifferencesFinder;
import eu.europa.esig.dss.service.crl.OnlineCRLSource;
import eu.europa.esig.dss.service.ocsp.OnlineOCSPSource;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.validation.CertificateVerifier;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.aia.DefaultAIASource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.policy.ValidationPolicyLoader;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * DSS as a judge: the policy that DSS brings, anchors that are given here, and the status of
 * certificates fetched from the addresses that they name. Safe for several threads.
 */
public final class DssJudge {
  private final List<X509Certificate> anchors;
  private final ValidationPolicy policy;

  private DssJudge(List<X509Certificate> anchors, ValidationPolicy policy) {
    this.anchors = anchors;
    this.policy = policy;
  }

  /** A judge that trusts {@code anchors} and nobody else. */
  public static DssJudge trusting(List<X509Certificate> anchors) {
    return new DssJudge(
        List.copyOf(anchors),
        ValidationPolicyLoader.fromDefaultValidationPolicy()
            .withDefaultCryptographicSuite()
            .create());
  }

  /**
   * What it says of a document with one signature.
   *
   * @param indication of ETSI EN 319 102-1, such as {@code TOTAL_PASSED}
   * @param subIndication why not, such as {@code REVOKED_NO_POE}
   * @param form as it finds it, such as {@code PAdES-BASELINE-LTA}
   * @param signer the signer's certificate
   * @param complaints errors and warnings, as text
   */
  public record DssVerdict(
      String indication,
      Optional<String> subIndication,
      String form,
      X509Certificate signer,
      List<String> complaints) {
    /** The list is copied. */
    public DssVerdict {
      complaints = List.copyOf(complaints);
    }
  }

  /** Judges a PDF, or an XML that holds all that is signed. */
  public DssVerdict judge(byte[] signed) {
    return judge(signed, List.of());
  }

  /** Judges an XML that refers to {@code document} by {@code name}. */
  public DssVerdict judge(byte[] signed, String name, byte[] document) {
    return judge(signed, List.of(new InMemoryDocument(document, name)));
  }

  private DssVerdict judge(byte[] signed, List<DSSDocument> beside) {
    SignedDocumentValidator validator =
        SignedDocumentValidator.fromDocument(new InMemoryDocument(signed, "signed"));
    validator.setCertificateVerifier(verifier());
    validator.setDetachedContents(beside);
    validator.setEnableEtsiValidationReport(false);
    if (validator instanceof PDFDocumentValidator pdf) {
      // What changed behind a signature is PdfRevisions' to judge, by objects and not by pictures.
      DefaultPdfDifferencesFinder differences = new DefaultPdfDifferencesFinder();
      differences.setMaximalPagesAmountForVisualComparison(0);
      IPdfObjFactory objects = new ServiceLoaderPdfObjFactory();
      objects.setPdfDifferencesFinder(differences);
      pdf.setPdfObjFactory(objects);
    }
    SimpleReport report = validator.validateDocument(policy).getSimpleReport();
    if (report.getSignatureIdList().size() != 1) {
      throw new IllegalArgumentException("not one signature: " + report.getSignatureIdList());
    }
    String id = report.getFirstSignatureId();
    return new DssVerdict(
        report.getIndication(id).name(),
        Optional.ofNullable(report.getSubIndication(id)).map(Enum::name),
        report.getSignatureFormat(id).toString(),
        validator.getSignatureById(id).getSigningCertificateToken().getCertificate(),
        Stream.concat(
                report.getAdESValidationErrors(id).stream(),
                report.getAdESValidationWarnings(id).stream())
            .map(message -> message.getValue())
            .toList());
  }

  private CertificateVerifier verifier() {
    CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
    anchors.forEach(anchor -> trusted.addCertificate(new CertificateToken(anchor)));
    CommonCertificateVerifier verifier = new CommonCertificateVerifier(true);
    verifier.setTrustedCertSources(trusted);
    verifier.setOcspSource(new OnlineOCSPSource(new LoopbackLoader("application/ocsp-request")));
    verifier.setCrlSource(new OnlineCRLSource(new LoopbackLoader("")));
    verifier.setAIASource(new DefaultAIASource(new LoopbackLoader("")));
    return verifier;
  }
}
