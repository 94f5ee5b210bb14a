package eus.bakq.server.signer;

/**
 * The states of a signer. Registering is one transaction, so REGISTERED is never seen; and LOCKED
 * is no state of the person but of the counters in {@code authentication}, where it is judged: kept
 * here too, the two could disagree.
 */
public enum SignerState {
  /**
   * Registered, and no key and no certificate: not yet, or not any more, because they were revoked
   * or have expired. Can activate, with a link that an officer has had sent.
   */
  PENDING_ACTIVATION,
  /** Has an activated BakQ. */
  ACTIVE,
  /** Nothing can be signed until it is lifted. */
  SUSPENDED,
  /** Ended for good; the data are kept, blocked, as long as the law asks. */
  CLOSED;

  /** Whether a signer may go from this state to {@code next}. */
  public boolean allows(SignerState next) {
    return switch (this) {
      case PENDING_ACTIVATION -> next == ACTIVE || next == CLOSED;
      case ACTIVE -> next == SUSPENDED || next == PENDING_ACTIVATION || next == CLOSED;
      case SUSPENDED -> next == ACTIVE || next == PENDING_ACTIVATION || next == CLOSED;
      case CLOSED -> false;
    };
  }
}
