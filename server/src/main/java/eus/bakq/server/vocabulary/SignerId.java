package eus.bakq.server.vocabulary;

import java.util.Objects;
import java.util.UUID;

/** A signer, pseudonymous: what stands in the record instead of a name. */
public record SignerId(UUID value) {
  public SignerId {
    Objects.requireNonNull(value);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
