package eus.bakq.server.authentication;

import eus.bakq.server.vocabulary.State;
import java.util.Set;

/** How far an interaction is. One password, then at most three codes. */
public enum InteractionState implements State<InteractionState> {
  /** No password was given. */
  OPEN,
  /**
   * A password was given and judged; a code is awaited, or would be if the password had been right.
   */
  CHALLENGED,
  /** All factors were right. */
  SUCCEEDED,
  /** Rejected, exhausted or superseded. */
  ENDED;

  @Override
  public boolean isFirst() {
    return this == OPEN;
  }

  @Override
  public Set<InteractionState> next() {
    return switch (this) {
      case OPEN -> Set.of(CHALLENGED, ENDED);
      case CHALLENGED -> Set.of(SUCCEEDED, ENDED);
      case SUCCEEDED, ENDED -> Set.of();
    };
  }
}
