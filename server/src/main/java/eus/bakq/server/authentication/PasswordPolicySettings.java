package eus.bakq.server.authentication;

import java.time.Period;
import java.util.Objects;
import java.util.Optional;

/**
 * What a password must be (AUT-02, AUT-04). Who can write it can at worst let in passwords of 8
 * characters that are not on the block list.
 *
 * @param minimumLength in code points after NFKC; 8 to 64, by default 8
 * @param maximumLength in code points after NFKC; 64 to 128, by default 128
 * @param minimumCharacterClasses how many of capitals, small letters, digits and others there must
 *     be; 1 to 4, by default 1: no composition rule
 * @param maximumAge after which a password must be changed; by default none
 */
public record PasswordPolicySettings(
    int minimumLength,
    int maximumLength,
    int minimumCharacterClasses,
    Optional<Period> maximumAge) {

  /** What is used where nothing is set. */
  public static final PasswordPolicySettings STANDARD =
      new PasswordPolicySettings(8, 128, 1, Optional.empty());

  public PasswordPolicySettings {
    Objects.requireNonNull(maximumAge);
    if (minimumLength < 8 || minimumLength > 64) {
      throw new IllegalArgumentException("minimumLength is 8 to 64");
    }
    if (maximumLength < 64 || maximumLength > 128) {
      throw new IllegalArgumentException("maximumLength is 64 to 128");
    }
    if (minimumCharacterClasses < 1 || minimumCharacterClasses > 4) {
      throw new IllegalArgumentException("minimumCharacterClasses is 1 to 4");
    }
    if (maximumAge.isPresent() && maximumAge.get().toTotalMonths() < 1) {
      throw new IllegalArgumentException("maximumAge is a month or more");
    }
  }
}
