package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.credential.RevocationReason;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.IdempotentCalls;
import eus.bakq.server.database.IdempotentWish;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.notification.Outbox;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.Dni;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Revokes a signer's credentials, for good, and destroys their keys (KEY-10): without a document at
 * hand, because who lost everything, or has died, shows none. It takes effect in our own judgement
 * at once (CRT-08). The worst that a wrong revocation does is that the person comes again.
 *
 * <p>Safe for several threads.
 */
public final class RevokeCredentials {
  private static final String METHOD = "bakq.registration.v1.RegistrationService/RevokeCredentials";

  /**
   * What the officer wishes.
   *
   * @param evidence SHA-256 of what is kept of the ground, if anything is
   */
  public record Wish(Dni dni, RevocationReason reason, Optional<Bytes> evidence) {
    public Wish {
      Objects.requireNonNull(dni);
      Objects.requireNonNull(reason);
      Objects.requireNonNull(evidence);
    }
  }

  private final ActsOnSigners acts;
  private final CredentialStatus status;
  private final Outbox outbox;

  public RevokeCredentials(
      Database database,
      IdempotentCalls calls,
      EnrolmentRules rules,
      Signers signers,
      CredentialStatus status,
      Outbox outbox,
      AuditLog audit) {
    this.acts = new ActsOnSigners(database, calls, rules, signers, audit);
    this.status = Objects.requireNonNull(status);
    this.outbox = Objects.requireNonNull(outbox);
  }

  /**
   * Durable when it returns. Repeating a wish does nothing more.
   *
   * @throws RefusedException CALLER_NOT_ALLOWED, REQUEST_ID_REUSED, OFFICER_IS_APPLICANT,
   *     SIGNER_NOT_FOUND, NO_CREDENTIAL; each recorded as ENROLMENT_REJECTED
   */
  public void run(RegisteredCaller officer, IdempotentWish wish, Wish revocation)
      throws RefusedException {
    acts.run(
        officer,
        wish,
        METHOD,
        revocation.dni(),
        _ -> revocation,
        (handle, signer, wished) -> revoke(handle, officer, signer, wished));
    outbox.wake();
  }

  private void revoke(Handle handle, RegisteredCaller officer, Signer signer, Wish revocation)
      throws RefusedException {
    status.revoke(
        handle,
        new CredentialStatus.Ground(officer.name().value(), revocation.evidence()),
        signer,
        revocation.reason(),
        Database.now(handle));
  }
}
