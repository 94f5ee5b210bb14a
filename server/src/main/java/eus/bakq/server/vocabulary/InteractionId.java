package eus.bakq.server.vocabulary;

import java.util.Objects;
import java.util.UUID;

/** One conversation with a citizen, from opening to the code. */
public record InteractionId(UUID value) {
  public InteractionId {
    Objects.requireNonNull(value);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
