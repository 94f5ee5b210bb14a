package eus.bakq.server.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.fixtures.BadXml;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each file gets its refusal, in the memory that the tests have; no error leaves the package. */
class HostileXmlTest {
  private static final SignatureAlgorithm ECDSA = SignatureAlgorithm.ECDSA_P256_SHA256;
  private static final DocumentSettings SETTINGS = DocumentSettings.defaults();

  private final SignatureDocuments documents = new SignatureDocuments(SETTINGS);

  @TestFactory
  List<DynamicTest> refusesEachWithItsReason() {
    List<DynamicTest> tests = new ArrayList<>();
    BadXml.unreadable().forEach((n, f) -> tests.add(refused(n, f, Refusal.DOCUMENT_UNREADABLE)));
    BadXml.tooLarge().forEach((n, f) -> tests.add(refused(n, f, Refusal.DOCUMENT_TOO_LARGE)));
    BadXml.forbidding()
        .forEach((n, f) -> tests.add(refused(n, f, Refusal.DOCUMENT_FORBIDS_SIGNING)));
    return tests;
  }

  private DynamicTest refused(String name, Supplier<byte[]> file, Refusal refusal) {
    return DynamicTest.dynamicTest(
        name + ": " + refusal,
        () -> {
          Bytes original = Bytes.copyOf(file.get());
          assertThatThrownBy(() -> documents.check(original, SignatureFormat.XADES_ENVELOPED))
              .isInstanceOfSatisfying(
                  RefusedException.class,
                  e -> {
                    assertThat(e.refusal()).isEqualTo(refusal);
                    assertThat(e.getMessage())
                        .isEqualTo(new RefusedException(refusal).getMessage());
                  });
          assertThatThrownBy(() -> prepare(original, SignatureFormat.XADES_ENVELOPED))
              .isInstanceOfSatisfying(
                  RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(refusal));
        });
  }

  @Test
  void boundsWhatGoesIntoASignatureAndWhatStaysBesideIt() {
    for (SignatureFormat format :
        List.of(SignatureFormat.XADES_ENVELOPING, SignatureFormat.XADES_DETACHED)) {
      int largest =
          format == SignatureFormat.XADES_DETACHED ? SETTINGS.largestSize() : SETTINGS.largestXml();
      assertThatThrownBy(() -> prepare(Bytes.copyOf(new byte[largest + 1]), format))
          .isInstanceOfSatisfying(
              RefusedException.class,
              e -> assertThat(e.refusal()).isEqualTo(Refusal.DOCUMENT_TOO_LARGE));
      assertThatThrownBy(() -> documents.check(Bytes.empty(), format))
          .isInstanceOfSatisfying(
              RefusedException.class,
              e -> assertThat(e.refusal()).isEqualTo(Refusal.DOCUMENT_UNREADABLE));
    }
  }

  private PreparedDocument prepare(Bytes original, SignatureFormat format) throws RefusedException {
    return documents.prepare(
        original,
        new SignatureForm(format, SignatureLevel.B_B, "file"),
        SoftwareSigner.chain(ECDSA),
        ECDSA,
        Instant.now());
  }
}
