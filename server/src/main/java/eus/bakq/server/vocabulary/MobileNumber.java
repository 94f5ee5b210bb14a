package eus.bakq.server.vocabulary;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A mobile telephone number in E.164, to which codes are sent (ENR-03).
 *
 * <p>Refused, because a code sent there would reach another person or a fraud: Spanish numbers
 * outside the mobile ranges (accepted are {@code +346} and {@code +347}, without {@code +3470},
 * which is personal numbering that anybody may divert), and the codes that are no country's (free
 * phone, satellite, international networks and premium rate: +800, +808, +870, +878, +881, +882,
 * +883, +888, +979). Whether another country's number is a mobile one cannot be told from the
 * number alone.
 *
 * <p>{@link #toString} masks it.
 *
 * @param value {@code +} and 8 to 15 digits
 */
public record MobileNumber(String value) {
  private static final int MAXIMUM_INPUT = 40;
  private static final Pattern FORM = Pattern.compile("\\+[1-9][0-9]{7,14}");
  private static final Pattern SPANISH_MOBILE = Pattern.compile("\\+34(6[0-9]|7[1-9])[0-9]{7}");
  private static final Pattern NO_COUNTRY =
      Pattern.compile("\\+(800|808|870|878|881|882|883|888|979)[0-9]*");
  private static final Pattern IGNORED = Pattern.compile("[ \\u00A0.()-]");

  public MobileNumber {
    Objects.requireNonNull(value);
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException("a mobile number is in E.164: + and 8 to 15 digits");
    }
    if (value.startsWith("+34") && !SPANISH_MOBILE.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "a Spanish mobile number is +346 or +347 (not +3470) with 9 digits in all");
    }
    if (NO_COUNTRY.matcher(value).matches()) {
      throw new IllegalArgumentException("a mobile number belongs to a country");
    }
  }

  /**
   * Reads what a person wrote: blanks, points, hyphens and parentheses are removed. The country
   * code is never guessed.
   *
   * @throws IllegalArgumentException if it is none that is accepted, or longer than 40 characters
   */
  public static MobileNumber parse(String written) {
    if (written.length() > MAXIMUM_INPUT) {
      throw new IllegalArgumentException("a mobile number is written in at most 40 characters");
    }
    return new MobileNumber(IGNORED.matcher(written).replaceAll(""));
  }

  /** For the citizen's eyes: six points and the last three digits, such as {@code ······123}. */
  public String masked() {
    return "······" + value.substring(value.length() - 3);
  }

  @Override
  public String toString() {
    return masked();
  }
}
