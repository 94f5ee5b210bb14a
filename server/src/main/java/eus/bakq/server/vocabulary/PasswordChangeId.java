package eus.bakq.server.vocabulary;

import java.util.Objects;
import java.util.UUID;

/** One change of a password, from its opening to the new key, or to nothing. */
public record PasswordChangeId(UUID value) {
  public PasswordChangeId {
    Objects.requireNonNull(value);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
