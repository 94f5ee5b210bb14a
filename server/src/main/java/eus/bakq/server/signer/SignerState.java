package eus.bakq.server.signer;

import eus.bakq.server.vocabulary.State;
import java.util.Set;

/**
 * The states of a signer. Registering is one transaction, so REGISTERED is never seen; and LOCKED
 * is no state of the person but of the counters in {@code authentication}, where it is judged: kept
 * here too, the two could disagree.
 */
public enum SignerState implements State<SignerState> {
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

  @Override
  public boolean isFirst() {
    return this == PENDING_ACTIVATION;
  }

  @Override
  public Set<SignerState> next() {
    return switch (this) {
      case PENDING_ACTIVATION -> Set.of(ACTIVE, CLOSED);
      case ACTIVE -> Set.of(SUSPENDED, PENDING_ACTIVATION, CLOSED);
      case SUSPENDED -> Set.of(ACTIVE, PENDING_ACTIVATION, CLOSED);
      case CLOSED -> Set.of();
    };
  }
}
