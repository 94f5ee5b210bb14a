package eus.bakq.server.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.fixtures.BadDocuments;
import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.Pki;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.validation.SignedDocumentCheck;
import eus.bakq.server.validation.ValidationOutcome;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import eus.bakq.server.vocabulary.SignatureValue;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TimeZone;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** SIG-03, SIG-12. */
class PadesDocumentsTest {
  private static final SignedDocumentCheck CHECK =
      SignedDocumentCheck.open(
          SoftwareSigner.PKI.issuers(),
          List.of(Bytes.copyOf(SoftwareSigner.PKI.emptyRevocationList())));
  private static final SignatureForm FORM =
      new SignatureForm(SignatureFormat.PADES, SignatureLevel.B_B, "document.pdf");
  private static final SignatureAlgorithm ECDSA = SignatureAlgorithm.ECDSA_P256_SHA256;

  private final Instant now = Instant.now();
  private final SignatureDocuments documents = new SignatureDocuments(DocumentSettings.defaults());

  @TestFactory
  List<DynamicTest> dssAndPdfsigAcceptEachSampleWithEachAlgorithm() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Map.Entry<String, byte[]> sample : Documents.pdfs().entrySet()) {
      for (SignatureAlgorithm algorithm : SignatureAlgorithm.values()) {
        tests.add(
            DynamicTest.dynamicTest(
                sample.getKey() + " " + algorithm,
                () -> requireAccepted(Bytes.copyOf(sample.getValue()), algorithm)));
      }
    }
    return tests;
  }

  private void requireAccepted(Bytes original, SignatureAlgorithm algorithm) throws Exception {
    Bytes signed = sign(original, algorithm);

    ValidationOutcome outcome = CHECK.last(signed, now);
    assertThat(outcome.errors()).isEmpty();
    assertThat(outcome.passed()).as(outcome.toString()).isTrue();
    assertThat(outcome.signerCertificate()).contains(SoftwareSigner.chain(algorithm).getFirst());
    assertThat(Pdfsig.judge(signed))
        .contains("- Signature Validation: Signature is Valid.")
        .contains("- Total document signed")
        .contains("- Signature Type: ETSI.CAdES.detached");
    assertThat(signed.toByteArray()).startsWith(original.toByteArray());
  }

  @Test
  void aSecondSignatureLeavesTheFirstValid() throws Exception {
    Bytes once = sign(Bytes.copyOf(Documents.pdfA2a()), ECDSA);
    Bytes twice = sign(once, SignatureAlgorithm.RSA_3072_PSS_SHA256);

    assertThat(CHECK.all(twice, now)).hasSize(2).allMatch(ValidationOutcome::passed);
    assertThat(Pdfsig.judge(twice))
        .filteredOn(line -> line.contains("Signature is Valid."))
        .hasSize(2);
  }

  @Test
  void aDocumentWhoseAuthorPermitsSignaturesIsSigned() throws Exception {
    Bytes signed = sign(Bytes.copyOf(BadDocuments.certifiedWithSignatures()), ECDSA);

    assertThat(CHECK.last(signed, now).passed()).isTrue();
  }

  @Test
  void aStringThatLooksLikeAnEmptySignatureIsNotMistakenForOne() throws Exception {
    Bytes signed = sign(Bytes.copyOf(BadDocuments.decoyForSignature()), ECDSA);

    assertThat(CHECK.last(signed, now).passed()).isTrue();
  }

  @Test
  void anotherNodeInAnotherTimeZonePreparesTheSame() throws Exception {
    Bytes original = Bytes.copyOf(Documents.paper());
    PreparedDocument here = prepare(original, ECDSA);
    TimeZone before = TimeZone.getDefault();
    try {
      TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
      PreparedDocument there =
          new SignatureDocuments(DocumentSettings.defaults())
              .prepare(original, FORM, SoftwareSigner.chain(ECDSA), ECDSA, now);
      assertThat(there).isEqualTo(here);
    } finally {
      TimeZone.setDefault(before);
    }
  }

  @Test
  void keepsLittleBetweenThePhases() throws Exception {
    assertThat(prepare(Bytes.copyOf(Documents.paper()), ECDSA).state().size()).isLessThan(8192);
  }

  @Test
  void refusesAnotherOriginal() throws Exception {
    Bytes original = Bytes.copyOf(Documents.pdfA1b());
    PreparedDocument prepared = prepare(original, ECDSA);
    byte[] changed = original.toByteArray();
    changed[changed.length / 2] ^= 1;

    assertThatThrownBy(
            () ->
                documents.complete(
                    Bytes.copyOf(changed),
                    prepared,
                    FORM,
                    SoftwareSigner.chain(ECDSA),
                    SoftwareSigner.sign(prepared.dtbs())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("original");
  }

  @Test
  void refusesAValueThatDoesNotVerify() throws Exception {
    for (SignatureAlgorithm algorithm : SignatureAlgorithm.values()) {
      Bytes original = Bytes.copyOf(Documents.pdfA1b());
      PreparedDocument prepared = prepare(original, algorithm);
      byte[] value = SoftwareSigner.sign(prepared.dtbs()).value().toByteArray();
      value[value.length - 1] ^= 1;

      assertThatThrownBy(
              () ->
                  documents.complete(
                      original,
                      prepared,
                      FORM,
                      SoftwareSigner.chain(algorithm),
                      new SignatureValue(algorithm, Bytes.copyOf(value))))
          .as(algorithm.name())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("does not verify");
    }
  }

  @Test
  void refusesTheCertificateOfSomebodyElse() throws Exception {
    Bytes original = Bytes.copyOf(Documents.pdfA1b());
    PreparedDocument prepared = prepare(original, ECDSA);
    X509Certificate other = SoftwareSigner.PKI.signerWithEcKey("other").certificate();

    assertThatThrownBy(
            () ->
                documents.complete(
                    original, prepared, FORM, List.of(other), SoftwareSigner.sign(prepared.dtbs())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("certificate");
  }

  @Test
  void refusesAHashThatIsNotTheStates() throws Exception {
    Bytes original = Bytes.copyOf(Documents.pdfA1b());
    PreparedDocument prepared = prepare(original, ECDSA);
    DtbsRepresentation other =
        new DtbsRepresentation(
            ECDSA, Bytes.copyOf("other".getBytes(StandardCharsets.US_ASCII)).sha256());

    assertThatThrownBy(
            () ->
                documents.complete(
                    original,
                    new PreparedDocument(prepared.state(), other),
                    FORM,
                    SoftwareSigner.chain(ECDSA),
                    SoftwareSigner.sign(other)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesACertificateThatIsNotValidThen() {
    Pki older = Pki.create("older", new SecureRandom(), now.minus(Duration.ofDays(6 * 365)));

    assertThatThrownBy(
            () ->
                documents.prepare(
                    Bytes.copyOf(Documents.pdfA1b()),
                    FORM,
                    List.of(older.signerWithEcKey("late").certificate()),
                    ECDSA,
                    now))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not valid at the signing time");
  }

  @Test
  void refusesAKeyOfAnotherKind() {
    assertThatThrownBy(
            () ->
                documents.prepare(
                    Bytes.copyOf(Documents.pdfA1b()),
                    FORM,
                    SoftwareSigner.chain(ECDSA),
                    SignatureAlgorithm.RSA_3072_PSS_SHA256,
                    now))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aByteChangedAfterwardsIsSeenByBothJudges() throws Exception {
    byte[] signed = sign(Bytes.copyOf(Documents.pdfA1b()), ECDSA).toByteArray();
    signed[signed.length / 8] ^= 1;

    assertThat(CHECK.last(Bytes.copyOf(signed), now).subIndication()).contains("HASH_FAILURE");
    assertThat(Pdfsig.judge(Bytes.copyOf(signed)))
        .contains("- Signature Validation: Digest Mismatch.");
  }

  @Test
  void manyThreadsDoNotDisturbOneAnother() throws Exception {
    SignatureDocuments shared =
        new SignatureDocuments(
            new DocumentSettings(1 << 20, 1 << 20, 4, Duration.ofSeconds(30), true));
    List<Future<Bytes>> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 32; i++) {
        Bytes original = Bytes.copyOf(i % 2 == 0 ? Documents.pdfA2a() : Documents.form());
        results.add(
            threads.submit(
                () -> {
                  PreparedDocument prepared =
                      shared.prepare(original, FORM, SoftwareSigner.chain(ECDSA), ECDSA, now);
                  return shared.complete(
                      original,
                      prepared,
                      FORM,
                      SoftwareSigner.chain(ECDSA),
                      SoftwareSigner.sign(prepared.dtbs()));
                }));
      }
    }
    for (Future<Bytes> result : results) {
      assertThat(CHECK.last(result.get(), now).passed()).isTrue();
    }
  }

  @Test
  void whoFindsNoTurnIsToldToComeBackAndFindsOneLater() throws Exception {
    DocumentSettings narrow = new DocumentSettings(10 << 20, 2 << 20, 1, Duration.ZERO, true);
    DocumentTurns turns = new DocumentTurns(narrow);
    PadesDocuments busy = new PadesDocuments(narrow, turns, Optional.empty());
    Bytes original = Bytes.copyOf(BadDocuments.sound());

    turns.take();
    assertThatThrownBy(() -> busy.check(original))
        .isInstanceOfSatisfying(
            UnavailableException.class,
            e -> assertThat(e.kind()).isEqualTo(UnavailableException.Kind.OVERLOADED));
    turns.giveBack();

    busy.check(original);
    assertThatThrownBy(() -> busy.check(Bytes.copyOf(BadDocuments.notPdf())))
        .isInstanceOf(RefusedException.class);
    busy.check(original);
  }

  @Test
  void warmsUp() {
    new DocumentWarmUp(
            DocumentSettings.defaults(),
            EnumSet.allOf(SignatureLevel.class),
            new SecureRandom(),
            Clock.systemUTC())
        .run();
  }

  private PreparedDocument prepare(Bytes original, SignatureAlgorithm algorithm) throws Exception {
    return documents.prepare(original, FORM, SoftwareSigner.chain(algorithm), algorithm, now);
  }

  private Bytes sign(Bytes original, SignatureAlgorithm algorithm) throws Exception {
    documents.check(original, SignatureFormat.PADES);
    PreparedDocument prepared = prepare(original, algorithm);
    return documents.complete(
        original,
        prepared,
        FORM,
        SoftwareSigner.chain(algorithm),
        SoftwareSigner.sign(prepared.dtbs()));
  }
}
