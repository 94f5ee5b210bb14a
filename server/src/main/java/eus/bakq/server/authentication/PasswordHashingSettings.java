package eus.bakq.server.authentication;

import java.time.Duration;
import java.util.Objects;

/**
 * How passwords are hashed, and how many at once (AUT-05, AUT-07). Who can write it can make
 * guessing cheaper down to the OWASP minimum, or take memory: at most {@code concurrent} times
 * {@code maximumMemoryKibibytes}.
 *
 * @param parameters of new passwords; {@link Argon2Parameters#STANDARD} by default
 * @param maximumMemoryKibibytes what a password's own parameters may ask for; not below those of
 *     new ones, which it is by default
 * @param concurrent hash computations at once; 1 to 64, by default 4
 * @param waiting how many may wait for their turn; 0 to 1000, by default 64
 * @param longestWait for a turn; 1 ms to 2 s, by default 2 s
 */
public record PasswordHashingSettings(
    Argon2Parameters parameters,
    int maximumMemoryKibibytes,
    int concurrent,
    int waiting,
    Duration longestWait) {
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

  /** What is used where nothing is set: 256 MiB at most. */
  public static final PasswordHashingSettings STANDARD =
      new PasswordHashingSettings(
          Argon2Parameters.STANDARD,
          Argon2Parameters.STANDARD.memoryKibibytes(),
          4,
          64,
          LONGEST_WAIT);

  public PasswordHashingSettings {
    Objects.requireNonNull(parameters);
    if (maximumMemoryKibibytes < parameters.memoryKibibytes()) {
      throw new IllegalArgumentException("maximumMemoryKibibytes is less than new passwords take");
    }
    if (concurrent < 1 || concurrent > 64) {
      throw new IllegalArgumentException("concurrent is 1 to 64");
    }
    if (waiting < 0 || waiting > 1000) {
      throw new IllegalArgumentException("waiting is 0 to 1000");
    }
    if (longestWait.compareTo(Duration.ofMillis(1)) < 0
        || longestWait.compareTo(LONGEST_WAIT) > 0) {
      throw new IllegalArgumentException("longestWait is 1 ms to 2 s");
    }
  }
}
