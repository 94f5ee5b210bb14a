package eus.bakq.server.vocabulary;

import java.util.Set;

/**
 * A state of something that goes by a table of steps. The table of a kind of things is the {@link
 * #next} of its enum, and nowhere else in the code. Who changes a state that it has read holds
 * itself to it by {@link #requireStep}; statements that change many rows, or say from which state
 * they lead, are held to it by the database, which has the same table (migration V0013).
 * docs/states.md is made of it.
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
