package eus.bakq.server.audit;

import java.util.Map;
import java.util.Objects;

/**
 * One thing that happened.
 *
 * @param actor who did it: a caller's registered name, a signer's id, or {@code system}
 * @param subject on what: the id of the signature request, activation, signer or credential
 *     concerned
 * @param reason a word of the catalogue if the outcome is not SUCCEEDED; else empty
 * @param details further fields by name: ids, hashes in hexadecimal, counts; never names, numbers
 *     or secrets of people
 */
public record AuditEvent(
    AuditEventType type,
    Outcome outcome,
    String reason,
    String actor,
    String subject,
    Map<String, String> details) {

  /** How it ended. */
  public enum Outcome {
    SUCCEEDED,
    REFUSED,
    FAILED
  }

  public AuditEvent {
    Objects.requireNonNull(type);
    Objects.requireNonNull(outcome);
    Objects.requireNonNull(reason);
    Objects.requireNonNull(actor);
    Objects.requireNonNull(subject);
    details = Map.copyOf(details);
    if (reason.isEmpty() != (outcome == Outcome.SUCCEEDED)) {
      throw new IllegalArgumentException("a reason goes with every outcome but success");
    }
  }

  public static AuditEvent succeeded(
      AuditEventType type, String actor, Object subject, Map<String, String> details) {
    return new AuditEvent(type, Outcome.SUCCEEDED, "", actor, subject.toString(), details);
  }

  public static AuditEvent refused(
      AuditEventType type,
      String reason,
      String actor,
      Object subject,
      Map<String, String> details) {
    return new AuditEvent(type, Outcome.REFUSED, reason, actor, subject.toString(), details);
  }

  public static AuditEvent failed(
      AuditEventType type,
      String reason,
      String actor,
      Object subject,
      Map<String, String> details) {
    return new AuditEvent(type, Outcome.FAILED, reason, actor, subject.toString(), details);
  }
}
