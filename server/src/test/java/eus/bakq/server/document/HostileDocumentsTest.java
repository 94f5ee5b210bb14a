package eus.bakq.server.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.fixtures.BadDocuments;
import eus.bakq.fixtures.Documents;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each file gets its refusal, in the memory that the tests have; no error leaves the package. */
class HostileDocumentsTest {
  private static final DocumentSettings SETTINGS = DocumentSettings.defaults();

  /** Nobody is asked before a document was accepted. */
  private static final CompletionSources NOBODY =
      new CompletionSources(
          (algorithm, digest) -> {
            throw new AssertionError("a time stamp is asked for");
          },
          (certificate, issuer) -> null,
          (certificate, issuer) -> null,
          List.of(),
          () -> {});

  private final SignatureDocuments documents =
      new SignatureDocuments(SETTINGS, Optional.of(NOBODY));

  @TestFactory
  List<DynamicTest> refusesEachWithItsReason() {
    Map<String, Supplier<byte[]>> unreadable = BadDocuments.unreadable();
    unreadable.put("empty", BadDocuments::empty);
    Map<String, Supplier<byte[]>> tooLarge = BadDocuments.tooLarge();
    tooLarge.put("too many bytes", () -> new byte[SETTINGS.largestSize() + 1]);
    List<DynamicTest> tests = new ArrayList<>();
    unreadable.forEach((name, file) -> tests.add(refused(name, file, Refusal.DOCUMENT_UNREADABLE)));
    tooLarge.forEach((name, file) -> tests.add(refused(name, file, Refusal.DOCUMENT_TOO_LARGE)));
    BadDocuments.locked()
        .forEach((name, file) -> tests.add(refused(name, file, Refusal.DOCUMENT_ENCRYPTED)));
    tests.add(
        refused(
            "certified, no changes",
            BadDocuments::certifiedWithoutChanges,
            Refusal.DOCUMENT_FORBIDS_SIGNING));
    return tests;
  }

  private DynamicTest refused(String name, Supplier<byte[]> file, Refusal refusal) {
    return DynamicTest.dynamicTest(
        name + ": " + refusal,
        () -> {
          Bytes original = Bytes.copyOf(file.get());
          assertThatThrownBy(() -> documents.check(original, SignatureFormat.PADES))
              .isInstanceOfSatisfying(
                  RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(refusal));
          for (SignatureLevel level : SignatureLevel.values()) {
            assertThatThrownBy(
                    () ->
                        documents.prepare(
                            original,
                            new SignatureForm(SignatureFormat.PADES, level, name),
                            SoftwareSigner.chain(SignatureAlgorithm.ECDSA_P256_SHA256),
                            SignatureAlgorithm.ECDSA_P256_SHA256,
                            Instant.now()))
                .isInstanceOfSatisfying(
                    RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(refusal));
          }
        });
  }

  @Test
  void acceptsTheSoundOnes() throws Exception {
    documents.check(Bytes.copyOf(BadDocuments.sound()), SignatureFormat.PADES);
    for (byte[] document : Documents.pdfs().values()) {
      documents.check(Bytes.copyOf(document), SignatureFormat.PADES);
    }
  }

  @Test
  void damagedDocumentsAreEitherAcceptedOrRefusedAndNothingElse() {
    Random random = new Random(20261121);
    byte[] sound = Documents.pdfA2a();
    int refused = 0;
    for (int round = 0; round < 300; round++) {
      byte[] damaged = sound.clone();
      int changes = 1 + random.nextInt(20);
      for (int i = 0; i < changes; i++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try {
        documents.check(Bytes.copyOf(damaged), SignatureFormat.PADES);
      } catch (RefusedException e) {
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }
}
