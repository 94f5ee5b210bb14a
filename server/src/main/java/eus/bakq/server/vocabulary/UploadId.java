package eus.bakq.server.vocabulary;

import java.util.Objects;
import java.util.UUID;

/** The id of a document that a sede has uploaded: random, and known to that sede only. */
public record UploadId(UUID value) {
  public UploadId {
    Objects.requireNonNull(value);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
