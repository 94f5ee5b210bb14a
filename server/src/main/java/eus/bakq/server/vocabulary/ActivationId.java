package eus.bakq.server.vocabulary;

import java.util.Objects;
import java.util.UUID;

/** One activation of BakQ, from the link to the certificate. */
public record ActivationId(UUID value) {
  public ActivationId {
    Objects.requireNonNull(value);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
