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
  CANCELLED,
  FAILED;

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
      // The values are made: what fails now is never handed out.
      case COMPLETING -> Set.of(COMPLETED, FAILED);
      case COMPLETED, REJECTED, EXPIRED, CANCELLED, FAILED -> Set.of();
    };
  }

  /** Whether a citizen may still authorise it. */
  public boolean isOpen() {
    return this == FROZEN || this == CHALLENGED;
  }
}
