package eus.bakq.server.authentication;

import eus.bakq.server.database.Database;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.ChallengeId;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignerId;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Temporary passwords of activations: one for each interaction, sent by SMS, good once and for ten
 * minutes, only to choose a password of one's own (ENR-10). Three wrong ones end it.
 */
public final class TemporaryPasswords {
  private static final int MOST_TRIES = 3;

  private final Interactions interactions;
  private final Codes codes;
  private final SecureRandom random;
  private final Duration life;

  private record Row(
      ChallengeId challenge,
      SignerId signer,
      Bytes nonce,
      Instant expiresAt,
      int tries,
      boolean used) {}

  public TemporaryPasswords(AuthenticationParts parts) {
    this.interactions = parts.interactions();
    this.codes = parts.codes();
    this.random = parts.random();
    this.life = parts.settings().temporaryPasswordLife();
  }

  /** A temporary password that may be sent; the reference is its challenge. */
  public record Issued(ChallengeId challenge, Instant expiresAt) {}

  /** Makes one for an interaction; nothing of it is stored but what it is computed from. */
  public Issued issue(Handle handle, Interaction interaction, SignerId signer) {
    byte[] nonce = new byte[16];
    random.nextBytes(nonce);
    ChallengeId challenge = new ChallengeId(new UUID(random.nextLong(), random.nextLong()));
    Instant expiresAt = Database.now(handle).plus(life);
    Instant bounded =
        expiresAt.isBefore(interaction.expiresAt()) ? expiresAt : interaction.expiresAt();
    handle
        .createUpdate(
            """
            insert into bakq.temporary_password (challenge_id, interaction_id, signer_id, nonce, expires_at)
            values (:challenge, :interaction, :signer, :nonce, :expiresAt)""")
        .bind("challenge", challenge.value())
        .bind("interaction", interaction.id().value())
        .bind("signer", signer.value())
        .bind("nonce", nonce)
        .bind("expiresAt", bounded.atOffset(ZoneOffset.UTC))
        .execute();
    return new Issued(challenge, bounded);
  }

  /** The text to be sent, in ASCII, if it can still be used. */
  public Optional<SecretBytes> compose(Handle handle, ChallengeId challenge) {
    Instant now = Database.now(handle);
    return handle
        .createQuery(
            """
            select interaction_id, signer_id, nonce from bakq.temporary_password
            where challenge_id = :challenge and used_at is null and expires_at > :now""")
        .bind("challenge", challenge.value())
        .bind("now", now.atOffset(ZoneOffset.UTC))
        .map(
            (row, context) ->
                codes.temporaryPassword(
                    new InteractionId(row.getObject("interaction_id", UUID.class)),
                    challenge,
                    Bytes.copyOf(row.getBytes("nonce")),
                    new SignerId(row.getObject("signer_id", UUID.class))))
        .findOne();
  }

  /**
   * Whether {@code presented} is the temporary password of this interaction, still good. Capital
   * letters, blanks and hyphens are as good as none. A wrong one is counted in this transaction:
   * let it commit.
   */
  public boolean matches(Handle handle, InteractionId interaction, SecretBytes presented)
      throws RefusedException {
    interactions.lockLive(handle, interaction);
    Optional<Row> found = find(handle, interaction);
    if (found.isEmpty()) {
      return false;
    }
    Row row = found.get();
    boolean live =
        !row.used() && row.tries() < MOST_TRIES && Database.now(handle).isBefore(row.expiresAt());
    boolean right;
    try (SecretBytes expected =
            codes.temporaryPassword(interaction, row.challenge(), row.nonce(), row.signer());
        SecretBytes plain = presented.use(TemporaryPasswords::plain)) {
      right = expected.use(a -> plain.use(b -> MessageDigest.isEqual(a, b)));
    }
    if (live && !right) {
      handle
          .createUpdate(
              "update bakq.temporary_password set tries = tries + 1 where interaction_id = :interaction")
          .bind("interaction", interaction.value())
          .execute();
    }
    return live && right;
  }

  /** Ends it: it was exchanged for the citizen's own. */
  public void use(Handle handle, InteractionId interaction) {
    int used =
        handle
            .createUpdate(
                """
                update bakq.temporary_password set used_at = :now
                where interaction_id = :interaction and used_at is null""")
            .bind("now", Database.now(handle).atOffset(ZoneOffset.UTC))
            .bind("interaction", interaction.value())
            .execute();
    if (used != 1) {
      throw new IllegalStateException("a temporary password was used twice");
    }
  }

  private static Optional<Row> find(Handle handle, InteractionId interaction) {
    return handle
        .createQuery(
            """
            select challenge_id, signer_id, nonce, expires_at, tries, used_at is not null as used
            from bakq.temporary_password where interaction_id = :interaction""")
        .bind("interaction", interaction.value())
        .map(
            (row, context) ->
                new Row(
                    new ChallengeId(row.getObject("challenge_id", UUID.class)),
                    new SignerId(row.getObject("signer_id", UUID.class)),
                    Bytes.copyOf(row.getBytes("nonce")),
                    row.getObject("expires_at", OffsetDateTime.class).toInstant(),
                    row.getInt("tries"),
                    row.getBoolean("used")))
        .findOne();
  }

  private static SecretBytes plain(byte[] typed) {
    ByteArrayOutputStream plain = new ByteArrayOutputStream(typed.length);
    for (byte b : typed) {
      if (b != ' ' && b != '-') {
        plain.write(b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b);
      }
    }
    return SecretBytes.takeOver(plain.toByteArray());
  }
}
