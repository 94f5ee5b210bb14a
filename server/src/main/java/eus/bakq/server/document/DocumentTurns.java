package eus.bakq.server.document;

import eus.bakq.server.failure.UnavailableException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Lets a bounded number of documents be open at the same time, first come first served: what a
 * hostile document can take of the memory is bounded, so this bounds what many can. Safe for
 * several threads.
 */
final class DocumentTurns {
  private static final Duration RETRY = Duration.ofSeconds(2);

  private final Semaphore turns;
  private final Duration longestWait;

  DocumentTurns(DocumentSettings settings) {
    this.turns = new Semaphore(settings.parallel(), true);
    this.longestWait = settings.longestWait();
  }

  /**
   * Waits for a turn, which {@link #giveBack} ends.
   *
   * @throws UnavailableException if there is none in time
   */
  void take() {
    try {
      if (!turns.tryAcquire(longestWait.toNanos(), TimeUnit.NANOSECONDS)) {
        throw UnavailableException.overloaded(RETRY, "too many documents are open");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw UnavailableException.temporarily("interrupted while waiting for a document's turn", e);
    }
  }

  void giveBack() {
    turns.release();
  }
}
