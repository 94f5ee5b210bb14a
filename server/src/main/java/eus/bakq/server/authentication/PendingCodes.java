package eus.bakq.server.authentication;

import eus.bakq.server.database.Database;
import eus.bakq.server.vocabulary.ChallengeId;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignerId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Computes codes that are still to be sent, for those who compose the messages. Safe for several
 * threads.
 */
public final class PendingCodes {
  /**
   * A code to be sent.
   *
   * @param subject the activation, the signature request or the change of password
   * @param code ASCII digits; close it once it is in the text
   * @param life until the code ends
   */
  public record PendingCode(UUID subject, SignerId signer, SecretBytes code, Duration life) {}

  private final Interactions interactions;
  private final Codes codes;

  public PendingCodes(AuthenticationParts parts) {
    this.interactions = parts.interactions();
    this.codes = parts.codes();
  }

  /** The code of {@code challenge}, if it can still be used. */
  public Optional<PendingCode> find(Handle handle, UUID challenge) {
    Instant now = Database.now(handle);
    return interactions
        .findByChallenge(handle, new ChallengeId(challenge))
        .filter(interaction -> interaction.isLive(now))
        .filter(
            interaction -> ChallengeState.of(interaction).equals(Optional.of(ChallengeState.LIVE)))
        .flatMap(interaction -> code(interaction, now));
  }

  private Optional<PendingCode> code(Interaction interaction, Instant now) {
    Challenge challenge = interaction.challenge().orElseThrow();
    return challenge
        .signer()
        .filter(signer -> now.isBefore(challenge.expiresAt()))
        .map(
            signer ->
                new PendingCode(
                    interaction.subject(),
                    signer,
                    codes.code(interaction, challenge, signer.value()),
                    Duration.between(now, challenge.expiresAt())));
  }
}
