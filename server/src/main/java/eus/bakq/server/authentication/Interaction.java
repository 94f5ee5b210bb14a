package eus.bakq.server.authentication;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.InteractionId;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * One conversation with the program of a citizen, who may be anybody until a code was right.
 *
 * @param subject the activation, the signature request or the change of password
 * @param programKey the program's public key, SubjectPublicKeyInfo in DER
 * @param challenge what the password step left; empty before it
 */
public record Interaction(
    InteractionId id,
    InteractionPurpose purpose,
    UUID subject,
    Bytes programKey,
    InteractionState state,
    Instant expiresAt,
    Optional<Challenge> challenge) {
  public Interaction {
    Objects.requireNonNull(id);
    Objects.requireNonNull(purpose);
    Objects.requireNonNull(subject);
    Objects.requireNonNull(programKey);
    Objects.requireNonNull(state);
    Objects.requireNonNull(expiresAt);
    Objects.requireNonNull(challenge);
  }

  boolean isLive(Instant now) {
    return now.isBefore(expiresAt)
        && (state == InteractionState.OPEN || state == InteractionState.CHALLENGED);
  }
}
