package eus.bakq.server.vocabulary;

import java.util.Objects;
import java.util.UUID;

/** One code sent by SMS, or one temporary password. */
public record ChallengeId(UUID value) {
  public ChallengeId {
    Objects.requireNonNull(value);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
