package eus.bakq.server.signing;

import java.net.URI;
import java.time.Duration;

/**
 * The bounds of signature requests.
 *
 * @param requestLife until a citizen must have authorised: 1 to 60 minutes
 * @param retention how long signed documents wait to be acknowledged: 1 hour to 30 days
 * @param longestCompletion how long it is tried to complete documents whose signatures were made,
 *     before the request ends as FAILED, if one process has tried for a hundredth of it: 1 minute
 *     to 7 days
 * @param authorisationAddress where citizens agree; the request's id is put after {@code #}.
 *     Whoever can write it can lead citizens to another page
 */
public record SigningSettings(
    Duration requestLife,
    Duration retention,
    Duration longestCompletion,
    URI authorisationAddress) {
  public SigningSettings {
    if (requestLife.compareTo(Duration.ofMinutes(1)) < 0
        || requestLife.compareTo(Duration.ofMinutes(60)) > 0) {
      throw new IllegalArgumentException("requestLife is 1 to 60 minutes");
    }
    if (retention.compareTo(Duration.ofHours(1)) < 0
        || retention.compareTo(Duration.ofDays(30)) > 0) {
      throw new IllegalArgumentException("retention is 1 hour to 30 days");
    }
    if (longestCompletion.compareTo(Duration.ofMinutes(1)) < 0
        || longestCompletion.compareTo(Duration.ofDays(7)) > 0) {
      throw new IllegalArgumentException("longestCompletion is 1 minute to 7 days");
    }
    if (!"https".equals(authorisationAddress.getScheme())
        || authorisationAddress.getHost() == null
        || authorisationAddress.getFragment() != null
        || authorisationAddress.toString().length() > 400) {
      throw new IllegalArgumentException(
          "authorisationAddress is an https address without fragment, at most 400 characters");
    }
  }

  /**
   * How long one process has to try in vain, too, before a request ends: nobody may have tried for
   * long, and the first tries after that may fail because everything is just being started. A
   * hundredth of {@link #longestCompletion}, a quarter of an hour of a day.
   */
  Duration leastTrying() {
    return longestCompletion.dividedBy(100);
  }
}
