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
import eus.bakq.server.vocabulary.SignerId;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Registers a citizen whom an officer has identified, and sends the activation link (flow F1). The
 * order of its steps is the policy. All or nothing: signer, activation, message and record stand in
 * one transaction (ENR-04).
 *
 * <p>Safe for several threads.
 */
public final class RegisterSigner {
  private static final String METHOD = "bakq.registration.v1.RegistrationService/RegisterSigner";

  private final RecordedActs acts;
  private final IdempotentCalls calls;
  private final EnrolmentRules rules;
  private final Signers signers;
  private final ActivationInvitations invitations;
  private final SecureRandom random;

  public RegisterSigner(
      Database database,
      IdempotentCalls calls,
      EnrolmentRules rules,
      Signers signers,
      Activations activations,
      Outbox outbox,
      AuditLog audit,
      SecureRandom random) {
    this.acts = new RecordedActs(database, audit);
    this.calls = Objects.requireNonNull(calls);
    this.rules = Objects.requireNonNull(rules);
    this.signers = Objects.requireNonNull(signers);
    this.invitations = new ActivationInvitations(activations, outbox, audit);
    this.random = Objects.requireNonNull(random);
  }

  /**
   * Registers. Repeating a wish gives the same answer and sends nothing again.
   *
   * @throws RefusedException CALLER_NOT_ALLOWED, REQUEST_ID_REUSED, OFFICER_IS_APPLICANT,
   *     APPLICANT_UNDER_AGE, IDENTITY_DOCUMENT_EXPIRED, IDENTIFICATION_TOO_OLD,
   *     SIGNER_ALREADY_REGISTERED; each recorded as ENROLMENT_REJECTED
   */
  public RegisteredSigner run(
      RegisteredCaller officer, IdempotentWish wish, Registration registration)
      throws RefusedException {
    RegisteredSigner registered =
        acts.run(officer, wish, handle -> register(handle, officer, wish, registration));
    invitations.wake();
    return registered;
  }

  private RegisteredSigner register(
      Handle handle, RegisteredCaller officer, IdempotentWish wish, Registration registration)
      throws RefusedException {
    Optional<Bytes> answered =
        calls.begin(handle, officer.name(), METHOD, wish.requestId(), wish.bodyMac());
    if (answered.isPresent()) {
      return RegisteredSigner.decoded(answered.get());
    }
    rules.requireOfficerOtherThan(officer, registration.dni());
    rules.requireAge(registration.birthDate());
    Instant identifiedAt = rules.requireEvidence(registration.evidence());
    Signer signer = newSigner(officer, registration, identifiedAt);
    if (!signers.insert(handle, signer)) {
      throw new RefusedException(Refusal.SIGNER_ALREADY_REGISTERED);
    }
    Activation activation = invitations.invite(handle, signer.id());
    RegisteredSigner registered = new RegisteredSigner(signer.id(), activation.expiresAt());
    calls.complete(handle, officer.name(), METHOD, wish.requestId(), registered.encoded());
    invitations.record(handle, officer, signer, activation);
    return registered;
  }

  private Signer newSigner(
      RegisteredCaller officer, Registration registration, Instant identifiedAt) {
    return new Signer(
        new SignerId(RandomIds.next(random)),
        registration.dni(),
        registration.name(),
        registration.birthDate(),
        registration.email(),
        registration.mobile(),
        registration.language(),
        registration.evidence().document(),
        new Identification(
            IdentificationMethod.IN_PERSON,
            identifiedAt,
            officer.name(),
            registration.evidence().sha256()),
        SignerState.PENDING_ACTIVATION,
        1);
  }
}
