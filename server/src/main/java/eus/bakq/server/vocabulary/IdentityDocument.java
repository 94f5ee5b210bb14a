package eus.bakq.server.vocabulary;

import java.time.LocalDate;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The document that an officer has seen (ENR-04).
 *
 * <p>{@link #toString} shows its kind only.
 *
 * @param number 3 to 20 ASCII letters and digits; capitals, blanks and hyphens removed
 * @param expiry the last day on which it is valid; 1900 to 2200
 */
public record IdentityDocument(IdentityDocumentType type, String number, LocalDate expiry) {
  private static final int MAXIMUM_INPUT = 40;
  private static final Pattern FORM = Pattern.compile("[A-Z0-9]{3,20}");
  private static final Pattern IGNORED = Pattern.compile("[ -]");

  public IdentityDocument {
    Objects.requireNonNull(type);
    if (number.length() > MAXIMUM_INPUT) {
      throw new IllegalArgumentException("a document's number has 3 to 20 letters and digits");
    }
    number = IGNORED.matcher(number).replaceAll("").toUpperCase(Locale.ROOT);
    if (!FORM.matcher(number).matches()) {
      throw new IllegalArgumentException("a document's number has 3 to 20 letters and digits");
    }
    if (expiry.getYear() < 1900 || expiry.getYear() > 2200) {
      throw new IllegalArgumentException("a document's expiry is in the years 1900 to 2200");
    }
  }

  /** Whether it is no longer valid on {@code day}; on its last day it still is. */
  public boolean isExpiredOn(LocalDate day) {
    return expiry.isBefore(day);
  }

  @Override
  public String toString() {
    return type + " [number and expiry not shown]";
  }
}
