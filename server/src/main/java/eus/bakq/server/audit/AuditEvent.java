package eus.bakq.server.audit;

import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * One thing that happened.
 *
 * @param actor who did it: a caller's registered name, a signer's id, {@code system}, or {@code
 *     unknown} where nobody is known by then; 1 to 100 characters
 * @param subject on what: the id of the signature request, activation, signer or credential
 *     concerned; 1 to 100 characters
 * @param reason a word of the catalogue, 1 to 60 capitals and underscores, if the outcome is not
 *     SUCCEEDED; else empty
 * @param details further fields by name: ids, hashes in hexadecimal, counts; never names, numbers
 *     or secrets of people. At most 32, each name 1 to 40 letters, digits and {@code _.-}, each
 *     value at most 200 characters without control characters
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

  private static final int MOST_DETAILS = 32;
  private static final int MOST_CHARACTERS = 100;
  private static final int MOST_VALUE_CHARACTERS = 200;
  private static final Pattern REASON = Pattern.compile("([A-Z][A-Z_0-9]{0,59})?");
  private static final Pattern DETAIL_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,40}");

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
    if (!REASON.matcher(reason).matches()) {
      throw new IllegalArgumentException("a reason has 1 to 60 capitals and underscores");
    }
    if (actor.isEmpty() || subject.isEmpty()) {
      throw new IllegalArgumentException("an event has an actor and a subject");
    }
    requireText("actor", actor, MOST_CHARACTERS);
    requireText("subject", subject, MOST_CHARACTERS);
    if (details.size() > MOST_DETAILS) {
      throw new IllegalArgumentException("an event has at most 32 details");
    }
    details.forEach(
        (name, value) -> {
          if (!DETAIL_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a detail's name has 1 to 40 letters and digits");
          }
          requireText(name, value, MOST_VALUE_CHARACTERS);
        });
  }

  /** Lone surrogates too are refused: they would be hashed as something else than is stored. */
  private static void requireText(String name, String value, int most) {
    boolean plain =
        value
            .codePoints()
            .noneMatch(
                c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
    if (value.length() > most || !plain) {
      throw new IllegalArgumentException(
          name + " has at most " + most + " characters, none of them control characters");
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
