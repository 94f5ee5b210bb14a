package eus.bakq.server.vocabulary;

import java.util.Objects;
import java.util.UUID;

/** One signature activation data (SAD). */
public record ActivationDataId(UUID value) {
  public ActivationDataId {
    Objects.requireNonNull(value);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
