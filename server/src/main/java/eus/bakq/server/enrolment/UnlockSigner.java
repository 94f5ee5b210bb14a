package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.authentication.FailureCounters;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.IdempotentCalls;
import eus.bakq.server.database.IdempotentWish;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.signer.Identification;
import eus.bakq.server.signer.IdentificationMethod;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.vocabulary.Dni;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jdbi.v3.core.Handle;

/**
 * Unlocks a signer whom an officer has identified again: the specific intervention that a lock
 * needs (AUT-09). Waiting unlocks nobody.
 *
 * <p>Safe for several threads.
 */
public final class UnlockSigner {
  private static final String METHOD = "bakq.registration.v1.RegistrationService/UnlockSigner";

  private final ActsOnSigners acts;
  private final EnrolmentRules rules;
  private final Signers signers;
  private final FailureCounters counters;
  private final AuditLog audit;

  public UnlockSigner(
      Database database,
      IdempotentCalls calls,
      EnrolmentRules rules,
      Signers signers,
      FailureCounters counters,
      AuditLog audit) {
    this.acts = new ActsOnSigners(database, calls, rules, signers, audit);
    this.rules = Objects.requireNonNull(rules);
    this.signers = Objects.requireNonNull(signers);
    this.counters = Objects.requireNonNull(counters);
    this.audit = Objects.requireNonNull(audit);
  }

  /**
   * Durable when it returns. Repeating a wish does nothing more.
   *
   * @throws RefusedException REQUEST_ID_REUSED, OFFICER_IS_APPLICANT, IDENTITY_DOCUMENT_EXPIRED,
   *     SIGNER_NOT_FOUND, SIGNER_STATE if there is no lock; each recorded as ENROLMENT_REJECTED
   */
  public void run(
      RegisteredCaller officer, IdempotentWish wish, Dni dni, IdentificationEvidence evidence)
      throws RefusedException {
    acts.run(
        officer,
        wish,
        METHOD,
        dni,
        _ -> rules.requireEvidence(evidence),
        (handle, signer, identifiedAt) -> unlock(handle, officer, signer, evidence, identifiedAt));
  }

  private void unlock(
      Handle handle,
      RegisteredCaller officer,
      Signer registered,
      IdentificationEvidence evidence,
      Instant identifiedAt)
      throws RefusedException {
    if (!counters.unlock(handle, registered.id())) {
      throw new RefusedException(Refusal.SIGNER_STATE);
    }
    Signer identified =
        signers.identifyAgain(
            handle,
            registered,
            evidence.document(),
            new Identification(
                IdentificationMethod.IN_PERSON, identifiedAt, officer.name(), evidence.sha256()));
    audit.append(
        handle,
        AuditEvent.succeeded(
            AuditEventType.ACCOUNT_UNLOCKED,
            officer.name().value(),
            registered.id(),
            Map.of("evidence_sha256", evidence.sha256().toHex())));
    audit.append(handle, Signers.written(identified));
  }
}
