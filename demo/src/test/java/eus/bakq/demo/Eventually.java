package eus.bakq.demo;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for what happens by itself. */
final class Eventually {
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

  private Eventually() {}

  /** Whether {@code condition} comes true within half a minute. */
  static boolean is(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + LONGEST_WAIT.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() - end >= 0) {
        return false;
      }
      Thread.sleep(Duration.ofMillis(50));
    }
    return true;
  }
}
