package eus.bakq.server.document;

import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import java.util.Objects;

/**
 * What kind of signature is wanted on one document.
 *
 * @param name what the reference of a detached signature calls the document; 1 to 255 characters
 *     without control characters. Other formats do not use it
 */
public record SignatureForm(SignatureFormat format, SignatureLevel level, String name) {
  private static final int LONGEST_NAME = 255;

  public SignatureForm {
    Objects.requireNonNull(format);
    Objects.requireNonNull(level);
    if (name.isBlank()
        || name.length() > LONGEST_NAME
        || name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "a name has 1 to " + LONGEST_NAME + " characters without control characters");
    }
  }
}
