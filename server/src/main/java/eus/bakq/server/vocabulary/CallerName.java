package eus.bakq.server.vocabulary;

import java.util.regex.Pattern;

/**
 * The registered name of a caller, such as {@code sede-gipuzkoa}: 1 to 64 lower-case letters,
 * digits and hyphens.
 */
public record CallerName(String value) {
  private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");

  public CallerName {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "a caller's name has 1 to 64 lower-case letters, digits and hyphens");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
