package eus.bakq.server.vocabulary;

import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * An e-mail address as it is written on an envelope: one {@code @}, no display name, no quotes, no
 * comments, no control characters; so nothing in it can become a second recipient or a header.
 * ASCII only: mail servers that know others (SMTPUTF8) cannot be counted on.
 *
 * <p>{@link #toString} masks it.
 *
 * @param value at most 254 characters; the domain in small letters
 */
public record EmailAddress(String value) {
  private static final int MAXIMUM_SIZE = 254;
  private static final int MAXIMUM_LOCAL_PART = 64;
  private static final Pattern LOCAL_PART =
      Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*");
  private static final Pattern DOMAIN =
      Pattern.compile(
          "([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])");

  public EmailAddress {
    Objects.requireNonNull(value);
    if (value.length() > MAXIMUM_SIZE) {
      throw new IllegalArgumentException("an e-mail address has at most 254 characters");
    }
    int at = value.indexOf('@');
    if (at < 1
        || at > MAXIMUM_LOCAL_PART
        || !LOCAL_PART.matcher(value.substring(0, at)).matches()
        || !DOMAIN.matcher(value.substring(at + 1)).matches()) {
      throw new IllegalArgumentException(
          "an e-mail address is name@domain in ASCII, without display name, quotes or blanks");
    }
    value = value.substring(0, at + 1) + value.substring(at + 1).toLowerCase(Locale.ROOT);
  }

  /** What stands before the {@code @}. */
  public String localPart() {
    return value.substring(0, value.indexOf('@'));
  }

  @Override
  public String toString() {
    return value.charAt(0) + "···" + value.substring(value.indexOf('@'));
  }
}
