package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.authentication.Interaction;
import eus.bakq.server.authentication.InteractionPurpose;
import eus.bakq.server.authentication.TemporaryPasswords;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.notification.MessageKind;
import eus.bakq.server.notification.OutgoingMessage;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.SecretBytes;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Opens an activation by the link that came by e-mail, and sends a temporary password by SMS: what
 * activates travels on two channels (ENR-09). Opening it again before it is completed begins it
 * anew, at most ten times; the link is good for one activation (ENR-08).
 */
public final class OpenActivation {
  private static final int MOST_OPENINGS = 10;

  /** An activation that was opened. */
  public record Opened(
      InteractionId interaction,
      String maskedMobile,
      Instant temporaryPasswordExpiresAt,
      Instant expiresAt) {}

  private final ActivationParts parts;

  public OpenActivation(ActivationParts parts) {
    this.parts = parts;
  }

  /**
   * Durable when it returns; the SMS leaves soon after.
   *
   * @param linkToken what stands after {@code #} in the link; stays the caller's
   * @param programKey P-256, SubjectPublicKeyInfo
   * @throws RefusedException ACTIVATION_LINK_INVALID, whatever is wrong with it; QUOTA_EXCEEDED
   */
  public Opened run(SecretBytes linkToken, Bytes programKey) throws RefusedException {
    Opened opened = parts.database().inTransaction(handle -> open(handle, linkToken, programKey));
    parts.outbox().wake();
    return opened;
  }

  private Opened open(Handle handle, SecretBytes linkToken, Bytes programKey)
      throws RefusedException {
    Instant now = Database.now(handle);
    Activation activation = parts.activations().findByLinkToken(handle, linkToken, now);
    if (parts.interactions().count(handle, activation.id().value()) >= MOST_OPENINGS) {
      throw RefusedException.until(
          Refusal.QUOTA_EXCEEDED, Duration.between(now, activation.expiresAt()).plusSeconds(1));
    }
    parts.interactions().abandonAll(handle, activation.id().value());
    parts.activations().advance(handle, activation, ActivationState.OPENED, now);
    Signer signer = parts.signers().find(handle, activation.signer()).orElseThrow();
    Interaction interaction =
        parts
            .interactions()
            .open(
                handle,
                InteractionPurpose.ACTIVATION,
                activation.id().value(),
                programKey,
                activation.expiresAt());
    TemporaryPasswords.Issued temporary =
        parts.temporaryPasswords().issue(handle, interaction, signer.id());
    parts
        .outbox()
        .put(
            handle,
            new OutgoingMessage(
                MessageKind.TEMPORARY_PASSWORD,
                temporary.challenge().value(),
                Optional.of(signer.id()),
                temporary.expiresAt()));
    Map<String, String> details = Map.of("interaction", interaction.id().toString());
    parts
        .audit()
        .append(
            handle,
            AuditEvent.succeeded(
                AuditEventType.ACTIVATION_STARTED,
                signer.id().toString(),
                activation.id(),
                details));
    parts
        .audit()
        .append(
            handle,
            AuditEvent.succeeded(
                AuditEventType.TEMPORARY_PASSWORD_ISSUED, "system", activation.id(), details));
    return new Opened(
        interaction.id(), signer.mobile().masked(), temporary.expiresAt(), interaction.expiresAt());
  }
}
