package eus.bakq.server.enrolment;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignerId;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.UUID;

/**
 * What an officer is told.
 *
 * @param activationExpiresAt when the link ends; in microseconds
 */
public record RegisteredSigner(SignerId signer, Instant activationExpiresAt) {
  private static final int ENCODED_SIZE = 24;

  public RegisteredSigner {
    Objects.requireNonNull(signer);
    activationExpiresAt = activationExpiresAt.truncatedTo(ChronoUnit.MICROS);
  }

  /** As it is kept for a repetition of the call: 24 bytes. */
  Bytes encoded() {
    return Bytes.copyOf(
        ByteBuffer.allocate(ENCODED_SIZE)
            .putLong(signer.value().getMostSignificantBits())
            .putLong(signer.value().getLeastSignificantBits())
            .putLong(ChronoUnit.MICROS.between(Instant.EPOCH, activationExpiresAt))
            .array());
  }

  static RegisteredSigner decoded(Bytes encoded) {
    ByteBuffer buffer = ByteBuffer.wrap(encoded.toByteArray());
    if (buffer.remaining() != ENCODED_SIZE) {
      throw new IllegalArgumentException("a kept answer has 24 bytes");
    }
    return new RegisteredSigner(
        new SignerId(new UUID(buffer.getLong(), buffer.getLong())),
        Instant.EPOCH.plus(buffer.getLong(), ChronoUnit.MICROS));
  }
}
