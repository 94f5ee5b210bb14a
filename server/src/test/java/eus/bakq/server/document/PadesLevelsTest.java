package eus.bakq.server.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.fixtures.BadDocuments;
import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.TimeStampAuthority;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.validation.SignedDocumentCheck;
import eus.bakq.server.validation.ValidationOutcome;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import eus.bakq.server.vocabulary.SignatureValue;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** SIG-04: the levels of PDFs, with a time-stamping authority that is another process. */
class PadesLevelsTest {
  private static final TimeStampAuthority AUTHORITY = TimeStampAuthority.shared();
  private static final SignatureAlgorithm ECDSA = SignatureAlgorithm.ECDSA_P256_SHA256;

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
  List<DynamicTest> eachLevelWithEachSchemeIsValidAndOfItsLevel() {
    List<DynamicTest> tests = new ArrayList<>();
    for (SignatureLevel level :
        List.of(SignatureLevel.B_T, SignatureLevel.B_LT, SignatureLevel.B_LTA)) {
      for (SignatureAlgorithm algorithm :
          List.of(
              ECDSA,
              SignatureAlgorithm.ECDSA_P256_SHA512,
              SignatureAlgorithm.RSA_3072_PSS_SHA256,
              SignatureAlgorithm.RSA_3072_PKCS1_SHA384)) {
        tests.add(
            DynamicTest.dynamicTest(
                level + " " + algorithm,
                () ->
                    requireValid(
                        sign(Bytes.copyOf(Documents.pdfA2a()), level, algorithm),
                        level,
                        algorithm)));
      }
    }
    return tests;
  }

  @TestFactory
  List<DynamicTest> eachSampleReachesTheHighestLevel() {
    List<DynamicTest> tests = new ArrayList<>();
    Map<String, byte[]> samples = new LinkedHashMap<>(Documents.pdfs());
    samples.put("certified, signatures permitted", BadDocuments.certifiedWithSignatures());
    samples.put("with a decoy for a signature", BadDocuments.decoyForSignature());
    samples.forEach(
        (name, document) ->
            tests.add(
                DynamicTest.dynamicTest(
                    name,
                    () ->
                        requireValid(
                            sign(Bytes.copyOf(document), SignatureLevel.B_LTA, ECDSA),
                            SignatureLevel.B_LTA,
                            ECDSA))));
    return tests;
  }

  private void requireValid(Bytes signed, SignatureLevel level, SignatureAlgorithm algorithm)
      throws Exception {
    ValidationOutcome outcome = check(level).last(signed, Instant.now());
    assertThat(outcome.errors()).isEmpty();
    assertThat(outcome.passed()).as(outcome.toString()).isTrue();
    assertThat(outcome.form()).isEqualTo(form(level));
    assertThat(outcome.signerCertificate()).contains(SoftwareSigner.chain(algorithm).getFirst());
    assertThat(Pdfsig.judge(signed)).contains("- Signature Validation: Signature is Valid.");
  }

  private static String form(SignatureLevel level) {
    return "PAdES-BASELINE-" + level.name().substring(2);
  }

  /** From B-LT on with nothing but the anchors: all the rest is in the document. */
  private static SignedDocumentCheck check(SignatureLevel level) throws Exception {
    List<X509Certificate> anchors =
        List.of(SoftwareSigner.PKI.authority().certificate(), AUTHORITY.root());
    return SignedDocumentCheck.open(
        anchors,
        level == SignatureLevel.B_T
            ? List.of(
                Bytes.copyOf(SoftwareSigner.PKI.emptyRevocationList()),
                fetch(AUTHORITY.address("root.crl")))
            : List.of());
  }

  private static Bytes fetch(URI address) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return Bytes.copyOf(
          client
              .send(
                  HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(10)).build(),
                  HttpResponse.BodyHandlers.ofByteArray())
              .body());
    }
  }

  @Test
  void theSignersStatusIsAskedAnewForEachDocumentAndOthersStatusIsNot() throws Exception {
    sign(Bytes.copyOf(Documents.pdfA1b()), SignatureLevel.B_LT, ECDSA);
    int once = status.asked();
    sign(Bytes.copyOf(Documents.pdfA1b()), SignatureLevel.B_LT, ECDSA);

    assertThat(once).isPositive();
    assertThat(status.asked()).isEqualTo(2 * once);
  }

  @Test
  void aCertificateThatWasRevokedMeanwhileReachesNoLevelWithStatus() throws Exception {
    Bytes original = Bytes.copyOf(Documents.pdfA1b());
    SignatureForm form = form(SignatureFormat.PADES, SignatureLevel.B_LT);
    PreparedDocument prepared =
        documents.prepare(original, form, SoftwareSigner.chain(ECDSA), ECDSA, Instant.now());
    SignatureValue value = SoftwareSigner.sign(prepared.dtbs());
    status.revoke(SoftwareSigner.chain(ECDSA).getFirst().getSerialNumber());

    assertThatThrownBy(
            () -> documents.complete(original, prepared, form, SoftwareSigner.chain(ECDSA), value))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("not good");
  }

  @Test
  void aStateOfAnotherLevelIsRefused() throws Exception {
    Bytes original = Bytes.copyOf(Documents.pdfA1b());
    PreparedDocument prepared =
        documents.prepare(
            original,
            form(SignatureFormat.PADES, SignatureLevel.B_B),
            SoftwareSigner.chain(ECDSA),
            ECDSA,
            Instant.now());
    SignatureValue value = SoftwareSigner.sign(prepared.dtbs());

    assertThatThrownBy(
            () ->
                documents.complete(
                    original,
                    prepared,
                    form(SignatureFormat.PADES, SignatureLevel.B_T),
                    SoftwareSigner.chain(ECDSA),
                    value))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("level");
  }

  @Test
  void withoutSourcesNothingAboveTheFirstLevelIsPreparedOrCompleted() throws Exception {
    SignatureDocuments without = new SignatureDocuments(DocumentSettings.defaults());
    Bytes original = Bytes.copyOf(Documents.pdfA1b());
    SignatureForm form = form(SignatureFormat.PADES, SignatureLevel.B_T);
    PreparedDocument prepared =
        documents.prepare(original, form, SoftwareSigner.chain(ECDSA), ECDSA, Instant.now());
    SignatureValue value = SoftwareSigner.sign(prepared.dtbs());

    assertThat(without.offers(SignatureFormat.PADES, SignatureLevel.B_B)).isTrue();
    assertThat(without.offers(SignatureFormat.PADES, SignatureLevel.B_T)).isFalse();
    assertThat(documents.offers(SignatureFormat.XADES_DETACHED, SignatureLevel.B_LTA)).isTrue();
    assertThatThrownBy(
            () ->
                without.prepare(original, form, SoftwareSigner.chain(ECDSA), ECDSA, Instant.now()))
        .isInstanceOf(UnavailableException.class);
    assertThatThrownBy(
            () -> without.complete(original, prepared, form, SoftwareSigner.chain(ECDSA), value))
        .isInstanceOf(UnavailableException.class);
  }

  @Test
  void aSecondSignerLeavesTheFirstOnesEvidenceInPlace() throws Exception {
    Bytes once = sign(Bytes.copyOf(Documents.pdfA2a()), SignatureLevel.B_LTA, ECDSA);
    Bytes twice = sign(once, SignatureLevel.B_LT, SignatureAlgorithm.RSA_3072_PSS_SHA256);

    assertThat(twice.toByteArray()).startsWith(once.toByteArray());
    List<ValidationOutcome> outcomes = check(SignatureLevel.B_LT).all(twice, Instant.now());
    assertThat(outcomes).hasSize(2).allMatch(ValidationOutcome::passed);
    assertThat(outcomes)
        .extracting(ValidationOutcome::form)
        .containsExactly("PAdES-BASELINE-LTA", "PAdES-BASELINE-LT");
  }

  private Bytes sign(Bytes original, SignatureLevel level, SignatureAlgorithm algorithm)
      throws Exception {
    SignatureForm form = form(SignatureFormat.PADES, level);
    documents.check(original, form.format());
    List<X509Certificate> chain = SoftwareSigner.chain(algorithm);
    PreparedDocument prepared = documents.prepare(original, form, chain, algorithm, Instant.now());
    return documents.complete(
        original, prepared, form, chain, SoftwareSigner.sign(prepared.dtbs()));
  }

  private static SignatureForm form(SignatureFormat format, SignatureLevel level) {
    return new SignatureForm(format, level, "document.pdf");
  }
}
