package eus.bakq.server.notification;

import java.time.Duration;

/**
 * How messages are sent.
 *
 * @param workers messages that are on their way at once, on this node; 1 to 16, default 2
 * @param pollInterval how soon a message of another node, or one to be repeated, is found; 50 ms to
 *     60 s, default 1 s
 * @param lease how long one attempt may take before another worker takes the message; 5 s to 10
 *     min, default 60 s. Longer than the transport's own bound, else messages are sent twice
 * @param firstPause before the second attempt, doubled before each further one; 100 ms to 60 s,
 *     default 1 s
 * @param longestPause between attempts; no shorter than the first, at most 10 min, default 30 s
 */
public record DispatcherSettings(
    int workers,
    Duration pollInterval,
    Duration lease,
    Duration firstPause,
    Duration longestPause) {
  public DispatcherSettings {
    if (workers < 1 || workers > 16) {
      throw new IllegalArgumentException("workers is 1 to 16");
    }
    requireBetween("pollInterval", pollInterval, 50, 60_000);
    requireBetween("lease", lease, 5_000, 600_000);
    requireBetween("firstPause", firstPause, 100, 60_000);
    requireBetween("longestPause", longestPause, firstPause.toMillis(), 600_000);
  }

  /** The defaults. */
  public static DispatcherSettings defaults() {
    return new DispatcherSettings(
        2,
        Duration.ofSeconds(1),
        Duration.ofSeconds(60),
        Duration.ofSeconds(1),
        Duration.ofSeconds(30));
  }

  /** The pause after attempt {@code attempt}, which is counted from 1. */
  Duration pauseAfter(int attempt) {
    int doublings = Math.min(attempt - 1, 20);
    Duration pause = firstPause.multipliedBy(1L << doublings);
    return pause.compareTo(longestPause) < 0 ? pause : longestPause;
  }

  private static void requireBetween(String name, Duration value, long least, long most) {
    if (value.toMillis() < least || value.toMillis() > most) {
      throw new IllegalArgumentException(name + " is " + least + " ms to " + most + " ms");
    }
  }
}
