package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.IdempotentCalls;
import eus.bakq.server.database.IdempotentWish;
import eus.bakq.server.failure.MalformedException;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.notification.Outbox;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.Dni;
import eus.bakq.server.vocabulary.SuspensionReason;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Puts a signer's credentials on hold until a time: at a call by telephone, too, because waiting
 * for a document would be the greater harm. Lifting asks for the document. At the end without
 * lifting they are revoked (CRT-10).
 *
 * <p>Safe for several threads.
 */
public final class SuspendCredentials {
  private static final String METHOD =
      "bakq.registration.v1.RegistrationService/SuspendCredentials";
  private static final Duration SHORTEST = Duration.ofHours(1);
  private static final Duration LONGEST = Duration.ofDays(30);

  /**
   * What the officer wishes.
   *
   * @param until 1 hour to 30 days from now
   * @param evidence SHA-256 of what is kept of the ground, if anything is
   */
  public record Wish(Dni dni, SuspensionReason reason, Instant until, Optional<Bytes> evidence) {
    public Wish {
      Objects.requireNonNull(dni);
      Objects.requireNonNull(reason);
      until = until.truncatedTo(ChronoUnit.MICROS);
      Objects.requireNonNull(evidence);
    }
  }

  private final ActsOnSigners acts;
  private final CredentialStatus status;
  private final Outbox outbox;

  public SuspendCredentials(
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
   *     SIGNER_NOT_FOUND, NO_CREDENTIAL, CREDENTIAL_STATE; each recorded as ENROLMENT_REJECTED
   * @throws MalformedException if the end is not 1 hour to 30 days from now
   */
  public void run(RegisteredCaller officer, IdempotentWish wish, Wish suspension)
      throws RefusedException {
    acts.run(
        officer,
        wish,
        METHOD,
        suspension.dni(),
        handle -> requireWithinBounds(suspension.until(), Database.now(handle)),
        (handle, signer, now) -> suspend(handle, officer, signer, suspension, now));
    outbox.wake();
  }

  private void suspend(
      Handle handle, RegisteredCaller officer, Signer signer, Wish suspension, Instant now)
      throws RefusedException {
    status.suspend(
        handle,
        new CredentialStatus.Ground(officer.name().value(), suspension.evidence()),
        signer,
        new CredentialDeed.Suspended(suspension.reason(), suspension.until()),
        now);
  }

  /** A rule about the field alone; only the clock is needed to tell, which the edge has not. */
  private static Instant requireWithinBounds(Instant until, Instant now) {
    if (until.isBefore(now.plus(SHORTEST)) || until.isAfter(now.plus(LONGEST))) {
      throw new MalformedException("suspended_until", "is 1 hour to 30 days from now");
    }
    return now;
  }
}
