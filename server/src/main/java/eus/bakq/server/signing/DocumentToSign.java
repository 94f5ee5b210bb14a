package eus.bakq.server.signing;

import eus.bakq.server.vocabulary.Bytes;
import java.util.Objects;

/**
 * A document that a sede wants signed.
 *
 * @param label 1 to 100 characters (code points) without control or direction characters: citizens
 *     read it
 * @param content at most 10 MiB
 */
public record DocumentToSign(String label, Bytes content) {
  public DocumentToSign {
    Objects.requireNonNull(label);
    Objects.requireNonNull(content);
    if (label.isBlank() || label.codePointCount(0, label.length()) > 100) {
      throw new IllegalArgumentException("a label has 1 to 100 characters");
    }
  }
}
