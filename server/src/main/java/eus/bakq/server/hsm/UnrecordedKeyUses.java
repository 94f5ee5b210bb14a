package eus.bakq.server.hsm;

import java.util.Objects;

/**
 * Uses of the keys of passwords that no record tells of yet: checks of the keys, and steps that
 * were refused after the token had been asked. Kept until somebody takes them to record them; a
 * crash loses what was not taken. Safe for several threads.
 */
public final class UnrecordedKeyUses {
  private KeyUses waiting = KeyUses.NONE;

  /** Adds some; also those of {@link #take} that could not be recorded. */
  public synchronized void add(KeyUses uses) {
    waiting = waiting.plus(uses);
  }

  /** All that wait; they are the caller's now. */
  public synchronized KeyUses take() {
    KeyUses taken = waiting;
    waiting = KeyUses.NONE;
    return taken;
  }

  /** Begins a step that uses the keys and records it at its end, if it comes to its end. */
  public Step begin() {
    return new Step(this);
  }

  /** A step; for one thread. */
  public static final class Step implements AutoCloseable {
    private final UnrecordedKeyUses all;
    private KeyUses uses = KeyUses.NONE;

    private Step(UnrecordedKeyUses all) {
      this.all = Objects.requireNonNull(all);
    }

    /** It has used the keys. */
    public void used(KeyUses some) {
      uses = uses.plus(some);
    }

    /** The record tells of all that it has used. */
    public void recorded() {
      uses = KeyUses.NONE;
    }

    /** What no record tells of waits to be recorded by itself. */
    @Override
    public void close() {
      all.add(uses);
      uses = KeyUses.NONE;
    }
  }
}
