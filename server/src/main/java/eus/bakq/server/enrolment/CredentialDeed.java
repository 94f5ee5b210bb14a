package eus.bakq.server.enrolment;

import eus.bakq.server.credential.RevocationReason;
import eus.bakq.server.vocabulary.SuspensionReason;
import java.time.Instant;
import java.util.Objects;

/** What is done with all usable credentials of a person at once. */
sealed interface CredentialDeed {
  /**
   * They are on hold.
   *
   * @param until when they are revoked, if nobody lifts it (CRT-10)
   */
  record Suspended(SuspensionReason reason, Instant until) implements CredentialDeed {
    public Suspended {
      Objects.requireNonNull(reason);
      Objects.requireNonNull(until);
    }
  }

  /** They can be used again. */
  record Lifted() implements CredentialDeed {}

  /** Their certificates' time is over; they have ended, with their keys. */
  record Expired() implements CredentialDeed {}

  /** They have ended, with their keys, for new ones under a new password. */
  record PasswordChanged() implements CredentialDeed {}

  /** They have ended, with their keys. */
  record Revoked(RevocationReason reason) implements CredentialDeed {
    public Revoked {
      Objects.requireNonNull(reason);
    }
  }
}
