package eus.bakq.server.signing;

import java.util.Objects;

/**
 * A document as a sede names it when it asks.
 *
 * @param label 1 to 100 characters without control or direction characters: citizens read it
 */
public record WishedDocument(String label, DocumentSource source) {
  public WishedDocument {
    Objects.requireNonNull(label);
    Objects.requireNonNull(source);
  }
}
