package eus.bakq.server.enrolment;

import java.net.URI;
import java.time.Duration;

/**
 * What enrolment can be told.
 *
 * @param activationPage where links lead, such as {@code https://bakq.example/activate}: https, at
 *     most 200 characters, without query and fragment. Who can write it gets the links of all who
 *     open them, which open nothing without the SMS to the registered mobile
 * @param activationLife how long a link is valid; 1 hour to 30 days, by default 7 days
 * @param passwordChangesPerMinute how many changes of password are opened within a minute, by
 *     everybody together; 1 to 6,000, by default 60. Anybody may open one, and one is worth one
 *     Argon2id: who can write it can have strangers use up this machine with wrong passwords, or
 *     keep citizens from changing theirs
 */
public record EnrolmentSettings(
    URI activationPage, Duration activationLife, int passwordChangesPerMinute) {
  /** The life of a link where nothing is set. */
  public static final Duration STANDARD_LIFE = Duration.ofDays(7);

  /** How many changes of password are opened within a minute where nothing is set. */
  public static final int STANDARD_PASSWORD_CHANGES = 60;

  private static final int MOST_PASSWORD_CHANGES = 6000;
  private static final Duration SHORTEST_LIFE = Duration.ofHours(1);
  private static final Duration LONGEST_LIFE = Duration.ofDays(30);

  public EnrolmentSettings {
    if (!"https".equals(activationPage.getScheme())
        || activationPage.getHost() == null
        || activationPage.getRawUserInfo() != null
        || activationPage.getRawQuery() != null
        || activationPage.getRawFragment() != null
        || activationPage.toString().length() > 200) {
      throw new IllegalArgumentException(
          "activationPage is an https address of at most 200 characters without query and fragment");
    }
    if (activationLife.compareTo(SHORTEST_LIFE) < 0 || activationLife.compareTo(LONGEST_LIFE) > 0) {
      throw new IllegalArgumentException("activationLife is 1 hour to 30 days");
    }
    if (passwordChangesPerMinute < 1 || passwordChangesPerMinute > MOST_PASSWORD_CHANGES) {
      throw new IllegalArgumentException("passwordChangesPerMinute is 1 to 6,000");
    }
  }
}
