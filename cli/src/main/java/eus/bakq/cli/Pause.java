package eus.bakq.cli;

import java.time.Duration;

/** Waiting, between one look and the next. */
final class Pause {
  private Pause() {}

  /**
   * Waits.
   *
   * @throws FailedException if this thread is interrupted
   */
  static void of(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw FailedException.unavailable("Waiting was interrupted.");
    }
  }
}
