package eus.bakq.server.vocabulary;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The number of a Spanish identity card (DNI: eight digits and a letter) or of a foreigner (NIE: X,
 * Y or Z, seven digits and a letter), with its right letter (ENR-01). What a citizen names himself
 * by.
 *
 * <p>{@link #toString} masks it; {@link #value} gives it whole.
 *
 * @param value in the one form that is kept: capitals, no blanks, no hyphens, nine characters
 */
public record Dni(String value) {
  private static final int MAXIMUM_INPUT = 32;
  private static final Pattern FORM = Pattern.compile("([0-9]{8}|[XYZ][0-9]{7})[A-Z]");
  private static final Pattern IGNORED = Pattern.compile("[ \\t\\u00A0\\u2010-\\u2015-]");
  private static final String LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";

  public Dni {
    Objects.requireNonNull(value);
    if (!FORM.matcher(value).matches() || value.charAt(8) != letterOf(value)) {
      throw new IllegalArgumentException(
          "a DNI has 8 digits and its letter; a NIE has X, Y or Z, 7 digits and its letter");
    }
  }

  /**
   * Reads what a person wrote: small letters, blanks and hyphens are put right first. Seven digits
   * are not padded to eight: a digit may be the one that was forgotten.
   *
   * @throws IllegalArgumentException if it is no DNI or NIE, or longer than 32 characters
   */
  public static Dni parse(String written) {
    if (written.length() > MAXIMUM_INPUT) {
      throw new IllegalArgumentException("a DNI or NIE is written in at most 32 characters");
    }
    return new Dni(asciiCapitals(IGNORED.matcher(written).replaceAll("")));
  }

  /** Whether it is a foreigner's number (NIE). */
  public boolean isNie() {
    return value.charAt(0) > '9';
  }

  /** The digits, without the letters: eight, or seven of a NIE. */
  public String digits() {
    return value.substring(isNie() ? 1 : 0, 8);
  }

  /** Masked as the Spanish data protection agency asks: {@code ***4567**}, {@code ****4567*}. */
  @Override
  public String toString() {
    return isNie() ? "****" + value.substring(4, 8) + "*" : "***" + value.substring(3, 7) + "**";
  }

  private static char letterOf(String value) {
    char first = value.charAt(0);
    int leading = first > '9' ? first - 'X' : first - '0';
    int number = leading * 10_000_000 + Integer.parseInt(value, 1, 8, 10);
    return LETTERS.charAt(number % 23);
  }

  /** Not {@code toUpperCase}: other alphabets have letters whose capital is an ASCII letter. */
  private static String asciiCapitals(String text) {
    StringBuilder capitals = new StringBuilder(text);
    for (int i = 0; i < capitals.length(); i++) {
      char letter = capitals.charAt(i);
      if (letter >= 'a' && letter <= 'z') {
        capitals.setCharAt(i, (char) (letter - 'a' + 'A'));
      }
    }
    return capitals.toString();
  }
}
