package eus.bakq.server.database;

import java.time.Duration;

/**
 * How far the clocks of this node and of the database may be apart (TIM-01). Who can write it can
 * have the server sign, for at most half a minute more, with times that are not so.
 *
 * @param alertAfter beyond it the operators are told, 100 ms to 10 s; default 1 s
 * @param stopAfter beyond it nothing is stamped or judged on this node any more: no signature, no
 *     activation, no certificate; 1 s to 30 s and no less than {@code alertAfter}; default 5 s.
 *     That long a time may stand still, or be ahead, unnoticed
 * @param lookEvery how often the clocks are compared, 100 ms to 10 s; default 2 s
 */
public record ClockSettings(Duration alertAfter, Duration stopAfter, Duration lookEvery) {
  public static final Duration DEFAULT_ALERT_AFTER = Duration.ofSeconds(1);
  public static final Duration DEFAULT_STOP_AFTER = Duration.ofSeconds(5);
  public static final Duration DEFAULT_LOOK_EVERY = Duration.ofSeconds(2);

  public ClockSettings {
    requireBetween("alertAfter", alertAfter, 100, 10_000);
    requireBetween("stopAfter", stopAfter, 1000, 30_000);
    requireBetween("lookEvery", lookEvery, 100, 10_000);
    if (stopAfter.compareTo(alertAfter) < 0) {
      throw new IllegalArgumentException("stopAfter is no less than alertAfter");
    }
  }

  /** The defaults. */
  public static ClockSettings standard() {
    return new ClockSettings(DEFAULT_ALERT_AFTER, DEFAULT_STOP_AFTER, DEFAULT_LOOK_EVERY);
  }

  private static void requireBetween(String name, Duration value, long least, long most) {
    if (value.toMillis() < least || value.toMillis() > most) {
      throw new IllegalArgumentException(name + " is " + least + " ms to " + most + " ms");
    }
  }
}
