package eus.bakq.demo.search;

import java.util.Objects;

/**
 * A secret where it was found.
 *
 * @param place what was searched
 * @param end the offset of the first byte behind it
 */
public record Found(Form form, String place, long end) {
  public Found {
    Objects.requireNonNull(form);
    Objects.requireNonNull(place);
  }

  /** The name of the secret. */
  public String secret() {
    return form.secret();
  }

  /** Where its first byte is. */
  public long begin() {
    return end - form.bytes().size();
  }

  @Override
  public String toString() {
    return form.secret() + " (" + form.way() + ") in " + place;
  }
}
