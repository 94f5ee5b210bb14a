package eus.bakq.server.signing;

import eus.bakq.server.failure.UnavailableException;

/** Why completing a request's documents takes longer than the work itself. */
public enum CompletionDelay {
  /** It does not, or is over. */
  NONE,
  /** A time stamp or the status of a certificate is not to be had now. */
  EVIDENCE_UNAVAILABLE,
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
}
