package eus.bakq.server.vocabulary;

import java.util.Objects;
import java.util.UUID;

/** One key with its certificate. */
public record CredentialId(UUID value) {
  public CredentialId {
    Objects.requireNonNull(value);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
