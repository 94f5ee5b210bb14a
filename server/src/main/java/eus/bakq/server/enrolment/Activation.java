package eus.bakq.server.enrolment;

import eus.bakq.server.vocabulary.ActivationId;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignerId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

/**
 * One activation of BakQ. One that came from {@link Activations} was read under its row MAC.
 *
 * @param nonce 16 random bytes, of which the link is computed; no secret without the HSM's key
 * @param createdAt by the database's clock, in microseconds
 * @param expiresAt by the database's clock, in microseconds; the end of all steps, not of the link
 *     alone
 * @param wrongAnswers given at its steps so far
 * @param version 1 when made; grows by one with each change
 */
public record Activation(
    ActivationId id,
    SignerId signer,
    Bytes nonce,
    ActivationState state,
    Instant createdAt,
    Instant expiresAt,
    int wrongAnswers,
    long version) {
  static final int NONCE_SIZE = 16;

  public Activation {
    Objects.requireNonNull(id);
    Objects.requireNonNull(signer);
    Objects.requireNonNull(state);
    createdAt = createdAt.truncatedTo(ChronoUnit.MICROS);
    expiresAt = expiresAt.truncatedTo(ChronoUnit.MICROS);
    if (nonce.size() != NONCE_SIZE) {
      throw new IllegalArgumentException("a nonce has 16 bytes");
    }
    if (wrongAnswers < 0 || version < 1) {
      throw new IllegalArgumentException("wrong answers begin with 0, versions with 1");
    }
  }

  /** Whether its steps may still be done at {@code now}: no end was reached, and there is time. */
  public boolean isLive(Instant now) {
    return !state.isFinal() && now.isBefore(expiresAt);
  }

  Activation next(ActivationState newState, int newWrongAnswers) {
    return new Activation(
        id, signer, nonce, newState, createdAt, expiresAt, newWrongAnswers, version + 1);
  }
}
