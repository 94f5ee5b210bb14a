package eus.bakq.server.authentication;

import java.time.Duration;
import java.util.Objects;

/**
 * The bounds of authentication. Whoever can write them can make guessing easier, within the bounds
 * that are checked here.
 *
 * @param lockAfter consecutive wrong factors until the account is locked: 1 to 5 (AUT-08)
 * @param codeLife 1 to 10 minutes (OTP-02)
 * @param codeDigits 6 to 8 (OTP-01)
 * @param codesPerHour 1 to 5 for one signer (OTP-13)
 * @param codeGap the least time between two codes to one signer: 0 to 5 minutes (OTP-13)
 * @param interactionLife 1 to 15 minutes (AUT-14)
 * @param temporaryPasswordLife 1 to 10 minutes (ENR-10)
 * @param locks what is counted together. Who can write it can have strangers lock people out again
 * @param deviceLife how long a device is known without another success: 1 to 800 days
 */
public record AuthenticationSettings(
    int lockAfter,
    Duration codeLife,
    int codeDigits,
    int codesPerHour,
    Duration codeGap,
    Duration interactionLife,
    Duration temporaryPasswordLife,
    LockRule locks,
    Duration deviceLife) {
  public AuthenticationSettings {
    requireBetween("lockAfter", lockAfter, 1, 5);
    requireBetween("codeDigits", codeDigits, 6, 8);
    requireBetween("codesPerHour", codesPerHour, 1, 5);
    requireBetween("codeLife", codeLife, Duration.ofMinutes(1), Duration.ofMinutes(10));
    requireBetween("codeGap", codeGap, Duration.ZERO, Duration.ofMinutes(5));
    requireBetween(
        "interactionLife", interactionLife, Duration.ofMinutes(1), Duration.ofMinutes(15));
    requireBetween(
        "temporaryPasswordLife",
        temporaryPasswordLife,
        Duration.ofMinutes(1),
        Duration.ofMinutes(10));
    Objects.requireNonNull(locks);
    requireBetween("deviceLife", deviceLife, Duration.ofDays(1), Duration.ofDays(800));
  }

  private static <T extends Comparable<T>> void requireBetween(
      String name, T value, T least, T most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(name + " is " + least + " to " + most);
    }
  }
}
