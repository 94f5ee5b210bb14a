package eus.bakq.server.document;

import static org.assertj.core.api.Assertions.assertThat;

import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.TimeStampAuthority;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** SIG-04: the levels of XML signatures, with a time-stamping authority that is another process. */
class XadesLevelsTest {
  private static final TimeStampAuthority AUTHORITY = TimeStampAuthority.shared();
  private static final SignatureAlgorithm ECDSA = SignatureAlgorithm.ECDSA_P256_SHA256;
  private static final List<SignatureFormat> FORMATS =
      List.of(
          SignatureFormat.XADES_ENVELOPED,
          SignatureFormat.XADES_ENVELOPING,
          SignatureFormat.XADES_DETACHED);

  private final SignerStatus status = new SignerStatus();
  private CompletionSources sources;
  private SignatureDocuments documents;

  @BeforeEach
  void open() throws IOException {
    sources =
        CompletionSources.open(
            new TimeStampingSettings(
                AUTHORITY.address(),
                AUTHORITY.rootFile(),
                List.of(AUTHORITY.address()),
                TimeStampingSettings.DEFAULT_TIMEOUT),
            SoftwareSigner.PKI.authority().certificate(),
            status::respond,
            new SecureRandom(),
            Clock.systemUTC(),
            System::nanoTime);
    documents = new SignatureDocuments(DocumentSettings.defaults(), Optional.of(sources));
  }

  @AfterEach
  void close() {
    sources.close();
  }

  @TestFactory
  List<DynamicTest> eachFormatReachesEachLevelAndIsValid() {
    List<DynamicTest> tests = new ArrayList<>();
    for (SignatureFormat format : FORMATS) {
      for (SignatureLevel level :
          List.of(SignatureLevel.B_T, SignatureLevel.B_LT, SignatureLevel.B_LTA)) {
        for (SignatureAlgorithm algorithm :
            List.of(
                ECDSA,
                SignatureAlgorithm.RSA_3072_PSS_SHA512,
                SignatureAlgorithm.RSA_3072_PKCS1_SHA384)) {
          tests.add(
              DynamicTest.dynamicTest(
                  format + " " + level + " " + algorithm,
                  () -> requireValid(Bytes.copyOf(Documents.invoice()), format, level, algorithm)));
        }
      }
    }
    return tests;
  }

  private void requireValid(
      Bytes original, SignatureFormat format, SignatureLevel level, SignatureAlgorithm algorithm)
      throws Exception {
    Bytes signed = sign(original, format, level, algorithm);
    SimpleReport report = validate(signed, original, level);
    String id = report.getFirstSignatureId();

    assertThat(report.getSignaturesCount()).isEqualTo(1);
    assertThat(report.getAdESValidationErrors(id)).isEmpty();
    assertThat(report.getIndication(id)).hasToString("TOTAL_PASSED");
    assertThat(report.getSignatureFormat(id))
        .hasToString("XAdES-BASELINE-" + level.name().substring(2));
  }

  @Test
  void ofAnEnvelopedDocumentNoByteIsChangedWhateverIsAdded() throws Exception {
    Bytes original = Bytes.copyOf(Documents.invoice());
    String before = new String(original.toByteArray(), StandardCharsets.UTF_8);
    String signed =
        new String(
            sign(original, SignatureFormat.XADES_ENVELOPED, SignatureLevel.B_LTA, ECDSA)
                .toByteArray(),
            StandardCharsets.UTF_8);
    int from = signed.indexOf("<ds:Signature ");
    int to = signed.indexOf("</ds:Signature>") + "</ds:Signature>".length();

    assertThat(from).isPositive();
    assertThat(signed.substring(0, from) + signed.substring(to)).isEqualTo(before);
  }

  @Test
  void ofTwoSignersOnlyTheLastOnesSignatureIsExtended() throws Exception {
    Bytes once =
        sign(
            Bytes.copyOf(Documents.invoice()),
            SignatureFormat.XADES_ENVELOPED,
            SignatureLevel.B_B,
            ECDSA);
    Bytes twice =
        sign(
            once,
            SignatureFormat.XADES_ENVELOPED,
            SignatureLevel.B_LT,
            SignatureAlgorithm.RSA_3072_PSS_SHA256);
    SimpleReport report = validate(twice, once, SignatureLevel.B_T);

    assertThat(report.getSignatureIdList()).hasSize(2);
    assertThat(report.getSignatureIdList())
        .extracting(id -> report.getIndication(id).toString())
        .containsOnly("TOTAL_PASSED");
    assertThat(report.getSignatureIdList())
        .extracting(id -> report.getSignatureFormat(id).toString())
        .containsExactly("XAdES-BASELINE-B", "XAdES-BASELINE-LT");
  }

  private Bytes sign(
      Bytes original, SignatureFormat format, SignatureLevel level, SignatureAlgorithm algorithm)
      throws Exception {
    SignatureForm form = new SignatureForm(format, level, "invoice.xml");
    documents.check(original, format);
    List<X509Certificate> chain = SoftwareSigner.chain(algorithm);
    PreparedDocument prepared = documents.prepare(original, form, chain, algorithm, Instant.now());
    return documents.complete(
        original, prepared, form, chain, SoftwareSigner.sign(prepared.dtbs()));
  }

  /** From B-LT on with nothing but the anchors: all the rest is in the document. */
  private static SimpleReport validate(Bytes signed, Bytes original, SignatureLevel level)
      throws Exception {
    CommonTrustedCertificateSource anchors = new CommonTrustedCertificateSource();
    anchors.addCertificate(new CertificateToken(SoftwareSigner.PKI.authority().certificate()));
    anchors.addCertificate(new CertificateToken(AUTHORITY.root()));
    CommonCertificateVerifier verifier = new CommonCertificateVerifier(true);
    verifier.setTrustedCertSources(anchors);
    if (level == SignatureLevel.B_T) {
      verifier.setCrlSource(
          new ExternalResourcesCRLSource(
              new ByteArrayInputStream(SoftwareSigner.PKI.emptyRevocationList()),
              AUTHORITY.address("root.crl").toURL().openStream()));
    }
    SignedDocumentValidator validator =
        SignedDocumentValidator.fromDocument(
            new InMemoryDocument(signed.toByteArray(), "signed.xml"));
    validator.setCertificateVerifier(verifier);
    validator.setDetachedContents(
        List.of(new InMemoryDocument(original.toByteArray(), "invoice.xml")));
    Reports reports = validator.validateDocument();
    return reports.getSimpleReport();
  }
}
