package eus.bakq.server.authentication;

import java.time.Duration;

/**
 * How the counts of the HSM are compared with the record. Who can write this can have guessing at
 * the tokens be found late, or never.
 *
 * @param every how often: 100 ms to a day; an hour is good
 * @param staleAfter how old counts may be that are compared: not less than {@code every}, and 7
 *     days at most; two hours are good
 * @param settle how long after the counts were taken the record is given to tell of all: 100 ms to
 *     10 min. It covers what is under way, the minute for which a node gathers what it records by
 *     count, and clocks that differ
 * @param tolerance how many uses of each key may remain unexplained: 0 to 1,000,000. A tenth of
 *     what remains is forgotten at each comparison, so whoever guesses slower than a tenth of it in
 *     each is not found
 */
public record KeyUseSettings(Duration every, Duration staleAfter, Duration settle, int tolerance) {
  /** Once an hour, of the last two hours, after two minutes; a hundred uses. */
  public static final KeyUseSettings STANDARD =
      new KeyUseSettings(Duration.ofHours(1), Duration.ofHours(2), Duration.ofMinutes(2), 100);

  public KeyUseSettings {
    if (every.compareTo(Duration.ofMillis(100)) < 0 || every.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("every is 100 ms to a day");
    }
    if (staleAfter.compareTo(every) < 0 || staleAfter.compareTo(Duration.ofDays(7)) > 0) {
      throw new IllegalArgumentException("staleAfter is 7 days at most, and not less than every");
    }
    if (settle.compareTo(Duration.ofMillis(100)) < 0
        || settle.compareTo(Duration.ofMinutes(10)) > 0
        || settle.compareTo(every) > 0) {
      throw new IllegalArgumentException("settle is 100 ms to 10 min, and not longer than every");
    }
    if (tolerance < 0 || tolerance > 1_000_000) {
      throw new IllegalArgumentException("tolerance is 0 to 1000000");
    }
  }
}
