package eus.bakq.server.signing;

import eus.bakq.server.failure.UnavailableException;
import java.util.Optional;

/** Why completing a request's documents takes longer than the work itself. */
public enum CompletionDelay {
  /** It does not, or is over. */
  NONE,
  /** A time stamp or the status of a certificate is not to be had now. */
  EVIDENCE_UNAVAILABLE,
  /** The signer's certificate is on hold: it may be good again, or be revoked. */
  CERTIFICATE_ON_HOLD,
  /** A fault of ours; the log has it. */
  FAULT;

  /** What a failed try to complete is put down to. */
  static CompletionDelay of(RuntimeException failure) {
    if (failure instanceof UnavailableException unavailable) {
      return unavailable.kind() == UnavailableException.Kind.OVERLOADED
          ? NONE
          : EVIDENCE_UNAVAILABLE;
    }
    return FAULT;
  }

  /** What it is called once it has lasted too long; empty where nothing was wrong. */
  Optional<CompletionFailure> failure() {
    return switch (this) {
      case NONE -> Optional.empty();
      case EVIDENCE_UNAVAILABLE -> Optional.of(CompletionFailure.EVIDENCE_UNAVAILABLE);
      case CERTIFICATE_ON_HOLD -> Optional.of(CompletionFailure.CERTIFICATE_NOT_GOOD);
      case FAULT -> Optional.of(CompletionFailure.FAULT);
    };
  }
}
