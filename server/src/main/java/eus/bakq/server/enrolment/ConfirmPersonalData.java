package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.wording.Terms;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The citizen confirms what was registered, with the expiry of the identity document as proof of
 * holding it (flow F2.4).
 */
public final class ConfirmPersonalData {
  private final ActivationParts parts;

  public ConfirmPersonalData(ActivationParts parts) {
    this.parts = parts;
  }

  /**
   * Durable when it returns or refuses. The third wrong answer ends the activation.
   *
   * @return the terms to be shown
   * @throws RefusedException INTERACTION_NOT_FOUND, PROGRAM_CLOCK_DIFFERS, ACTIVATION_STEP,
   *     PERSONAL_DATA_NOT_CONFIRMED
   */
  public Terms run(ActivationStep step, LocalDate documentExpiry) throws RefusedException {
    return parts
        .database()
        .inTransaction(handle -> confirm(handle, step, documentExpiry))
        .orElseThrow(() -> new RefusedException(Refusal.PERSONAL_DATA_NOT_CONFIRMED));
  }

  private Optional<Terms> confirm(Handle handle, ActivationStep step, LocalDate documentExpiry)
      throws RefusedException {
    ActivationStep.Checked checked = step.require(handle, parts, ActivationState.PASSWORD_SET);
    Activation activation = checked.activation();
    Map<String, String> details = Map.of("interaction", checked.interaction().id().toString());
    if (!checked.signer().identityDocument().expiry().equals(documentExpiry)) {
      if (parts.activations().countWrongAnswer(handle, activation).state().isFinal()) {
        parts.interactions().abandonAll(handle, activation.id().value());
      }
      parts
          .audit()
          .append(
              handle,
              AuditEvent.refused(
                  AuditEventType.ACTIVATION_REFUSED,
                  "PERSONAL_DATA_NOT_CONFIRMED",
                  "unknown",
                  activation.id(),
                  details));
      return Optional.empty();
    }
    parts
        .activations()
        .advance(handle, activation, ActivationState.DATA_CONFIRMED, Database.now(handle));
    parts
        .audit()
        .append(
            handle,
            AuditEvent.succeeded(
                AuditEventType.PERSONAL_DATA_CONFIRMED,
                checked.signer().id().toString(),
                activation.id(),
                details));
    return Optional.of(parts.wording().terms(checked.signer().language()));
  }
}
