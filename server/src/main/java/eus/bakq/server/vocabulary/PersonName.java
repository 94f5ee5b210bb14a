package eus.bakq.server.vocabulary;

import java.text.Normalizer;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A person's name as it stands on the identity document, and later in the certificate: letters with
 * their marks, blanks, apostrophes, hyphens, points and the signs ·, ª and º. No control, format or
 * bidirectional character can be in it, so it shows everywhere as it is. Brought to NFC, trimmed,
 * with single blanks.
 *
 * <p>{@link #toString} does not show it.
 *
 * @param givenName 1 to 60 characters (code points)
 * @param surname the surname or surnames; 1 to 100 characters (code points)
 */
public record PersonName(String givenName, String surname) {
  private static final int MAXIMUM_GIVEN_NAME = 60;
  private static final int MAXIMUM_SURNAME = 100;
  private static final Pattern BLANKS = Pattern.compile("[ \\u00A0]+");
  private static final Pattern OUTER_BLANKS = Pattern.compile("^ | \\z");
  private static final String SIGNS = " '’-.·ªº";

  public PersonName {
    givenName = givenNameOf(givenName);
    surname = surnameOf(surname);
  }

  /**
   * A given name as it is kept.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static String givenNameOf(String written) {
    return normalised(written, MAXIMUM_GIVEN_NAME);
  }

  /**
   * A surname, or several, as they are kept.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static String surnameOf(String written) {
    return normalised(written, MAXIMUM_SURNAME);
  }

  /** Given name and surname, with a blank between. */
  public String full() {
    return givenName + " " + surname;
  }

  @Override
  public String toString() {
    return "[name]";
  }

  private static String normalised(String part, int maximum) {
    Objects.requireNonNull(part);
    if (part.length() > 4 * maximum) {
      throw tooLong(maximum);
    }
    String singleBlanks = BLANKS.matcher(part).replaceAll(" ");
    String name =
        Normalizer.normalize(
            OUTER_BLANKS.matcher(singleBlanks).replaceAll(""), Normalizer.Form.NFC);
    if (name.codePointCount(0, name.length()) > maximum) {
      throw tooLong(maximum);
    }
    if (name.codePoints().noneMatch(Character::isLetter)
        || !name.codePoints().allMatch(PersonName::isAllowed)) {
      throw new IllegalArgumentException(
          "a name has letters, blanks, apostrophes, hyphens and points, and at least one letter");
    }
    return name;
  }

  private static IllegalArgumentException tooLong(int maximum) {
    return new IllegalArgumentException(
        "this part of a name has at most " + maximum + " characters");
  }

  private static boolean isAllowed(int codePoint) {
    int type = Character.getType(codePoint);
    return Character.isLetter(codePoint)
        || type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || SIGNS.indexOf(codePoint) >= 0;
  }
}
