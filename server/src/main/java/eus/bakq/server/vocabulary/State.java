package eus.bakq.server.vocabulary;

import java.util.Set;

/**
 * A state of something that goes by a table of steps. The table of a kind of things is the {@link
 * #next} of its enum, and nowhere else in the code; every change of state goes through {@link
 * #requireStep}. The database holds the same table where it could write a wrong step (migration
 * V0013), and docs/states.md is made of it.
 *
 * @param <S> the enum itself
 */
public interface State<S extends Enum<S> & State<S>> {
  /** Whether something may begin in this state. */
  boolean isFirst();

  /** The states that may come next. */
  Set<S> next();

  /** Whether no step comes after it. */
  default boolean isFinal() {
    return next().isEmpty();
  }

  /**
   * Holds a step to the table.
   *
   * @throws IllegalStateException if {@code to} does not come next: a bug of the caller, who has
   *     read the state and holds what is in it
   */
  default void requireStep(S to) {
    if (!next().contains(to)) {
      throw new IllegalStateException("no step from " + this + " to " + to);
    }
  }
}
