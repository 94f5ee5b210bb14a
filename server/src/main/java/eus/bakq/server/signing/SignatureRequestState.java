package eus.bakq.server.signing;

import eus.bakq.server.vocabulary.State;
import java.util.Set;

/**
 * Where a request is on its way. The table of steps is here; no step is skipped, and none is taken
 * twice.
 */
public enum SignatureRequestState implements State<SignatureRequestState> {
  FROZEN,
  CHALLENGED,
  AUTHORISED,
  COMPLETING,
  COMPLETED,
  REJECTED,
  EXPIRED,
  CANCELLED;

  @Override
  public boolean isFirst() {
    return this == FROZEN;
  }

  @Override
  public Set<SignatureRequestState> next() {
    return switch (this) {
      case FROZEN -> Set.of(CHALLENGED, REJECTED, EXPIRED, CANCELLED);
      // Authorised by whichever interaction comes first with the right factors.
      case CHALLENGED -> Set.of(AUTHORISED, REJECTED, EXPIRED, CANCELLED);
      // Back to the beginning when nothing was released: the citizen authorises anew.
      case AUTHORISED -> Set.of(COMPLETING, FROZEN);
      case COMPLETING -> Set.of(COMPLETED);
      case COMPLETED, REJECTED, EXPIRED, CANCELLED -> Set.of();
    };
  }

  /** Whether a citizen may still authorise it. */
  public boolean isOpen() {
    return this == FROZEN || this == CHALLENGED;
  }
}
