package eus.bakq.server.wording;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.Language;
import java.util.Objects;

/**
 * The terms and conditions in one language (ENR-11). A text that was ever shown is never changed: a
 * new text is a new version.
 *
 * @param version 1 to 20 characters, the same in all languages
 * @param text in full, as it is shown
 * @param sha256 of the text in UTF-8: 32 bytes, the same as long as the version is
 */
public record Terms(String version, Language language, String text, Bytes sha256) {
  public Terms {
    Objects.requireNonNull(version);
    Objects.requireNonNull(language);
    Objects.requireNonNull(text);
    Objects.requireNonNull(sha256);
  }
}
