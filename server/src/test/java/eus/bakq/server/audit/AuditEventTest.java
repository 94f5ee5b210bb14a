package eus.bakq.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AuditEventTest {
  @Test
  void aReasonGoesWithEveryOutcomeButSuccess() {
    assertThatThrownBy(() -> event(AuditEvent.Outcome.SUCCEEDED, "WHY", "a", Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> event(AuditEvent.Outcome.REFUSED, "", "a", Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> event(AuditEvent.Outcome.FAILED, "a sentence", "a", Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(event(AuditEvent.Outcome.REFUSED, "SIGNER_STATE", "a", Map.of()).reason())
        .isEqualTo("SIGNER_STATE");
  }

  @Test
  void everythingIsBounded() {
    Map<String, String> most = new HashMap<>();
    for (int i = 0; i < 32; i++) {
      most.put("d" + i, "x".repeat(200));
    }
    assertThat(event(AuditEvent.Outcome.SUCCEEDED, "", "a".repeat(100), most).details())
        .hasSize(32);
    most.put("d32", "");
    refused("a", most);
    refused("a", Map.of("d", "x".repeat(201)));
    refused("a", Map.of("d".repeat(41), "x"));
    refused("a", Map.of("", "x"));
    refused("a", Map.of("ñ", "x"));
    refused("a".repeat(101), Map.of());
    refused("", Map.of());
  }

  @Test
  void textsHoldNoControlCharactersAndNoHalfCharacters() {
    refused("a\u0000", Map.of());
    refused("a\nb", Map.of());
    refused("a", Map.of("d", "\u0085"));
    refused("a", Map.of("d", "\ud800"));
    assertThat(event(AuditEvent.Outcome.SUCCEEDED, "", "a", Map.of("d", "😀")).details())
        .containsEntry("d", "😀");
  }

  private static void refused(String subject, Map<String, String> details) {
    assertThatThrownBy(() -> event(AuditEvent.Outcome.SUCCEEDED, "", subject, details))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static AuditEvent event(
      AuditEvent.Outcome outcome, String reason, String subject, Map<String, String> details) {
    return new AuditEvent(AuditEventType.SAD_REJECTED, outcome, reason, "system", subject, details);
  }
}
