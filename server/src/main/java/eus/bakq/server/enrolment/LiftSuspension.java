package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.IdempotentCalls;
import eus.bakq.server.database.IdempotentWish;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.notification.Outbox;
import eus.bakq.server.signer.Identification;
import eus.bakq.server.signer.IdentificationMethod;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.vocabulary.Dni;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Lets the credentials of a signer be used again whom an officer has identified again: whoever
 * could lift without a document would make every suspension worthless.
 *
 * <p>Safe for several threads.
 */
public final class LiftSuspension {
  private static final String METHOD = "bakq.registration.v1.RegistrationService/LiftSuspension";

  private final ActsOnSigners acts;
  private final EnrolmentRules rules;
  private final Signers signers;
  private final CredentialStatus status;
  private final Outbox outbox;

  public LiftSuspension(
      Database database,
      IdempotentCalls calls,
      EnrolmentRules rules,
      Signers signers,
      CredentialStatus status,
      Outbox outbox,
      AuditLog audit) {
    this.acts = new ActsOnSigners(database, calls, rules, signers, audit);
    this.rules = Objects.requireNonNull(rules);
    this.signers = Objects.requireNonNull(signers);
    this.status = Objects.requireNonNull(status);
    this.outbox = Objects.requireNonNull(outbox);
  }

  /**
   * Durable when it returns. Repeating a wish does nothing more.
   *
   * @throws RefusedException CALLER_NOT_ALLOWED, REQUEST_ID_REUSED, OFFICER_IS_APPLICANT,
   *     IDENTITY_DOCUMENT_EXPIRED, IDENTIFICATION_TOO_OLD, SIGNER_NOT_FOUND, NO_CREDENTIAL,
   *     CREDENTIAL_STATE; each recorded as ENROLMENT_REJECTED
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
        (handle, signer, identifiedAt) -> lift(handle, officer, signer, evidence, identifiedAt));
    outbox.wake();
  }

  private void lift(
      Handle handle,
      RegisteredCaller officer,
      Signer registered,
      IdentificationEvidence evidence,
      Instant identifiedAt)
      throws RefusedException {
    Signer signer =
        signers.identifyAgain(
            handle,
            registered,
            evidence.document(),
            new Identification(
                IdentificationMethod.IN_PERSON, identifiedAt, officer.name(), evidence.sha256()));
    status.lift(
        handle,
        new CredentialStatus.Ground(officer.name().value(), Optional.of(evidence.sha256())),
        signer,
        Database.now(handle));
  }
}
