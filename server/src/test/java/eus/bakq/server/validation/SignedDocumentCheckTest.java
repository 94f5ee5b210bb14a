package eus.bakq.server.validation;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.fixtures.BadDocuments;
import eus.bakq.fixtures.Pki;
import eus.bakq.server.vocabulary.Bytes;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What it says of sound and of changed signatures is tested where signatures are made. */
class SignedDocumentCheckTest {
  private final SignedDocumentCheck check =
      SignedDocumentCheck.open(Pki.create("anchor").issuers(), List.of());

  @Test
  void refusesADocumentWithoutSignature() {
    assertThatThrownBy(() -> check.last(Bytes.copyOf(BadDocuments.sound()), Instant.now()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no signature");
  }

  @Test
  void refusesWhatIsNotAPdf() {
    assertThatThrownBy(() -> check.all(Bytes.copyOf(BadDocuments.notPdf()), Instant.now()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
