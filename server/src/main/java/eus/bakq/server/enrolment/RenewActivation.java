package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.IdempotentCalls;
import eus.bakq.server.database.IdempotentWish;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.notification.Outbox;
import eus.bakq.server.signer.Identification;
import eus.bakq.server.signer.IdentificationMethod;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.SignerState;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.Dni;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Sends a new activation link to a registered citizen who has not activated, or whose credentials
 * have ended, whom an officer has identified again; the older link is void, and what was done by
 * it. The order of its steps is the policy.
 *
 * <p>Safe for several threads.
 */
public final class RenewActivation {
  private static final String METHOD = "bakq.registration.v1.RegistrationService/RenewActivation";

  private final RecordedActs acts;
  private final IdempotentCalls calls;
  private final EnrolmentRules rules;
  private final Signers signers;
  private final ActivationInvitations invitations;

  public RenewActivation(
      Database database,
      IdempotentCalls calls,
      EnrolmentRules rules,
      Signers signers,
      Activations activations,
      Outbox outbox,
      AuditLog audit) {
    this.acts = new RecordedActs(database, audit);
    this.calls = Objects.requireNonNull(calls);
    this.rules = Objects.requireNonNull(rules);
    this.signers = Objects.requireNonNull(signers);
    this.invitations = new ActivationInvitations(activations, outbox, audit);
  }

  /**
   * Renews. Repeating a wish gives the same answer and sends nothing again.
   *
   * @return the signer, and when the new link ends
   * @throws RefusedException CALLER_NOT_ALLOWED, REQUEST_ID_REUSED, OFFICER_IS_APPLICANT,
   *     IDENTITY_DOCUMENT_EXPIRED, IDENTIFICATION_TOO_OLD, SIGNER_NOT_FOUND, SIGNER_STATE; each
   *     recorded as ENROLMENT_REJECTED
   * @throws eus.bakq.server.signer.AlteredRowException if the signer's row, or his activation's,
   *     was altered; recorded
   */
  public RegisteredSigner run(
      RegisteredCaller officer, IdempotentWish wish, Dni dni, IdentificationEvidence evidence)
      throws RefusedException {
    RegisteredSigner renewed =
        acts.run(officer, wish, handle -> renew(handle, officer, wish, dni, evidence));
    invitations.wake();
    return renewed;
  }

  private RegisteredSigner renew(
      Handle handle,
      RegisteredCaller officer,
      IdempotentWish wish,
      Dni dni,
      IdentificationEvidence evidence)
      throws RefusedException {
    Optional<Bytes> answered =
        calls.begin(handle, officer.name(), METHOD, wish.requestId(), wish.bodyMac());
    if (answered.isPresent()) {
      return RegisteredSigner.decoded(answered.get());
    }
    rules.requireOfficerOtherThan(officer, dni);
    Instant identifiedAt = rules.requireEvidence(evidence);
    Signer registered =
        signers
            .findAndHold(handle, dni)
            .orElseThrow(() -> new RefusedException(Refusal.SIGNER_NOT_FOUND));
    if (registered.state() != SignerState.PENDING_ACTIVATION) {
      throw new RefusedException(Refusal.SIGNER_STATE);
    }
    Identification identification =
        new Identification(
            IdentificationMethod.IN_PERSON, identifiedAt, officer.name(), evidence.sha256());
    Signer signer = signers.identifyAgain(handle, registered, evidence.document(), identification);
    Activation activation = invitations.invite(handle, signer.id());
    RegisteredSigner renewed = new RegisteredSigner(signer.id(), activation.expiresAt());
    calls.complete(handle, officer.name(), METHOD, wish.requestId(), renewed.encoded());
    invitations.record(handle, officer, signer, activation);
    return renewed;
  }
}
