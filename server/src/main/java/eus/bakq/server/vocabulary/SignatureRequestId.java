package eus.bakq.server.vocabulary;

import java.util.Objects;
import java.util.UUID;

/** What a sede asks to have signed. */
public record SignatureRequestId(UUID value) {
  public SignatureRequestId {
    Objects.requireNonNull(value);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
