package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.authentication.PasswordPolicy;
import eus.bakq.server.authentication.Passwords;
import eus.bakq.server.authentication.PersonalWords;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.FieldViolation;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.hsm.UnrecordedKeyUses;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.vocabulary.SecretBytes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Exchanges the temporary password for one that the citizen chooses (ENR-10, AUT-02, AUT-03). */
public final class SetPassword {
  private final ActivationParts parts;
  private final PasswordPolicy policy;

  public SetPassword(ActivationParts parts, PasswordPolicy policy) {
    this.parts = parts;
    this.policy = policy;
  }

  /**
   * Durable when it returns. The temporary password ends with success, or with its third wrong try.
   *
   * @return whose data are to be confirmed
   * @throws RefusedException INTERACTION_NOT_FOUND, PROGRAM_CLOCK_DIFFERS, ACTIVATION_STEP,
   *     AUTHENTICATION_FAILED, PASSWORD_NOT_ACCEPTED
   */
  public Signer run(ActivationStep step, SecretBytes temporary, SecretBytes chosen)
      throws RefusedException {
    Signer signer = requireTemporary(step, temporary);
    List<FieldViolation> violations =
        policy.check("new_password", chosen, PersonalWords.of(signer));
    if (!violations.isEmpty()) {
      throw RefusedException.naming(Refusal.PASSWORD_NOT_ACCEPTED, violations);
    }
    try (UnrecordedKeyUses.Step uses = parts.passwords().beginStep()) {
      Passwords.Prepared prepared = parts.passwords().prepare(signer.id(), chosen);
      uses.used(Passwords.KEY_USES_OF_PREPARED);
      parts.database().transact(handle -> keep(handle, step, temporary, prepared));
      uses.recorded();
    }
    return signer;
  }

  /** In a transaction of its own, which commits a wrong try before it is refused. */
  private Signer requireTemporary(ActivationStep step, SecretBytes temporary)
      throws RefusedException {
    return parts
        .database()
        .inTransaction(
            handle -> {
              ActivationStep.Checked checked = step.require(handle, parts, ActivationState.OPENED);
              boolean right =
                  parts.temporaryPasswords().matches(handle, step.interaction(), temporary);
              if (!right) {
                refuse(handle, checked);
              }
              return right ? Optional.of(checked.signer()) : Optional.<Signer>empty();
            })
        .orElseThrow(() -> new RefusedException(Refusal.AUTHENTICATION_FAILED));
  }

  private void refuse(Handle handle, ActivationStep.Checked checked) {
    parts
        .audit()
        .append(
            handle,
            AuditEvent.refused(
                AuditEventType.ACTIVATION_REFUSED,
                "WRONG_TEMPORARY_PASSWORD",
                "unknown",
                checked.activation().id(),
                Map.of("interaction", checked.interaction().id().toString())));
  }

  private void keep(
      Handle handle, ActivationStep step, SecretBytes temporary, Passwords.Prepared prepared)
      throws RefusedException {
    ActivationStep.Checked checked = step.require(handle, parts, ActivationState.OPENED);
    if (!parts.temporaryPasswords().matches(handle, step.interaction(), temporary)) {
      throw new RefusedException(
          Refusal.AUTHENTICATION_FAILED); // it ended while the new one was hashed
    }
    parts.temporaryPasswords().use(handle, step.interaction());
    int generation = parts.passwords().keep(handle, prepared);
    parts
        .activations()
        .advance(handle, checked.activation(), ActivationState.PASSWORD_SET, Database.now(handle));
    parts
        .audit()
        .append(
            handle,
            AuditEvent.succeeded(
                AuditEventType.PASSWORD_SET,
                checked.signer().id().toString(),
                checked.activation().id(),
                Map.of(
                    "interaction", checked.interaction().id().toString(),
                    "generation", Integer.toString(generation))));
  }
}
