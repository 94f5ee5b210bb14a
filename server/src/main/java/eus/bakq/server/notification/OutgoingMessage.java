package eus.bakq.server.notification;

import eus.bakq.server.vocabulary.SignerId;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * A message to be composed and sent: a reference, without address, text or secret.
 *
 * @param kind which composer makes it
 * @param reference the id that the composer of that kind understands (challenge, activation,
 *     signature request)
 * @param signer whose contact data are used; empty: a void row, which is never sent (it stands for
 *     uniformity only)
 * @param expiresAt after which it is not sent any more
 */
public record OutgoingMessage(
    MessageKind kind, UUID reference, Optional<SignerId> signer, Instant expiresAt) {
  public OutgoingMessage {
    Objects.requireNonNull(kind);
    Objects.requireNonNull(reference);
    Objects.requireNonNull(signer);
    Objects.requireNonNull(expiresAt);
  }
}
