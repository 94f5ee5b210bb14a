package eus.bakq.server.web;

import eus.bakq.server.failure.UnavailableException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Lets so many requests of the public use the database at once, and no more: the rest of the pool
 * is for citizens. In the order of arrival. Safe for several threads.
 */
final class StatusAdmission {
  static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

  private final Semaphore turns;

  StatusAdmission(int atOnce) {
    this.turns = new Semaphore(atOnce, true);
  }

  /**
   * Runs {@code query} when it is its turn.
   *
   * @throws UnavailableException if that does not come within a second
   */
  <T> T inTurn(Supplier<T> query) {
    try {
      if (!turns.tryAcquire(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw UnavailableException.overloaded(LONGEST_WAIT, "too many ask for status");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw UnavailableException.temporarily("interrupted while waiting for a turn", e);
    }
    try {
      return query.get();
    } finally {
      turns.release();
    }
  }
}
