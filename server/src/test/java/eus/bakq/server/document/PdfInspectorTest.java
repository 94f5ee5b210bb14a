package eus.bakq.server.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import eus.bakq.fixtures.Documents;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PdfInspectorTest {
  private final PdfInspector inspector = new PdfInspector();

  @Test
  void leavesRoomForWhatSigningAdds() {
    byte[] nearlyTooMuch =
        ("%PDF-1.7\n" + "[".repeat((int) BoundedPdfParser.MAXIMUM_CONTAINERS - 10) + "\n%%EOF\n")
            .getBytes(StandardCharsets.US_ASCII);

    // To be signed it is too large; as it is, it is only not a document.
    assertThat(refusal(() -> inspector.inspectOriginal(nearlyTooMuch)))
        .isEqualTo(Refusal.DOCUMENT_TOO_LARGE);
    assertThat(refusal(() -> inspector.inspect(nearlyTooMuch)))
        .isEqualTo(Refusal.DOCUMENT_UNREADABLE);
  }

  @Test
  void anOriginalIsReadAsAnythingElse() throws Exception {
    assertThat(inspector.inspectOriginal(Documents.paper()))
        .isEqualTo(inspector.inspect(Documents.paper()));
  }

  private static Refusal refusal(Inspecting inspecting) {
    RefusedException refused = catchThrowableOfType(RefusedException.class, inspecting::run);
    return refused.refusal();
  }

  @FunctionalInterface
  private interface Inspecting {
    void run() throws RefusedException;
  }
}
