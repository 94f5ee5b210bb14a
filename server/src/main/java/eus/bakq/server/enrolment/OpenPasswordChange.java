package eus.bakq.server.enrolment;

import eus.bakq.server.authentication.Interaction;
import eus.bakq.server.authentication.InteractionPurpose;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.InteractionId;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jdbi.v3.core.Handle;

/**
 * Opens a change of password for a program of which nothing is known yet. As anybody may, all
 * together may open so many a minute: each is worth one Argon2id, and what strangers use up here is
 * nothing that a signature needs (AUT-07).
 *
 * <p>Safe for several threads.
 */
public final class OpenPasswordChange {
  private static final Duration WINDOW = Duration.ofMinutes(1);

  /** No interaction lives as long. */
  private static final Duration LONGEST_LIFE = Duration.ofHours(1);

  /** A change that was opened. */
  public record Opened(InteractionId interaction, Instant expiresAt) {}

  private final PasswordChangeParts parts;
  private final int perMinute;
  private final SecureRandom random;

  public OpenPasswordChange(
      PasswordChangeParts parts, EnrolmentSettings settings, SecureRandom random) {
    this.parts = Objects.requireNonNull(parts);
    this.perMinute = settings.passwordChangesPerMinute();
    this.random = Objects.requireNonNull(random);
  }

  /**
   * Durable when it returns.
   *
   * @param programKey P-256, SubjectPublicKeyInfo
   * @throws RefusedException QUOTA_EXCEEDED, for a minute at most
   */
  public Opened run(Bytes programKey) throws RefusedException {
    return parts.database().inTransaction(handle -> open(handle, programKey));
  }

  private Opened open(Handle handle, Bytes programKey) throws RefusedException {
    Instant now = Database.now(handle);
    if (parts.interactions().passwordChangesSince(handle, now.minus(WINDOW), perMinute)
        >= perMinute) {
      throw RefusedException.until(Refusal.QUOTA_EXCEEDED, WINDOW);
    }
    Interaction interaction =
        parts
            .interactions()
            .open(
                handle,
                InteractionPurpose.PASSWORD_CHANGE,
                RandomIds.next(random),
                programKey,
                now.plus(LONGEST_LIFE));
    return new Opened(interaction.id(), interaction.expiresAt());
  }
}
