package eus.bakq.server.enrolment;

import eus.bakq.server.authentication.PendingCodes;
import eus.bakq.server.authentication.PendingCodes.PendingCode;
import eus.bakq.server.authentication.TemporaryPasswords;
import eus.bakq.server.database.Database;
import eus.bakq.server.notification.Channel;
import eus.bakq.server.notification.ComposedMessage;
import eus.bakq.server.notification.MessageComposer;
import eus.bakq.server.notification.MessageKind;
import eus.bakq.server.notification.OutgoingMessage;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.vocabulary.ChallengeId;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.wording.Wording;
import java.time.Duration;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * What a citizen is sent while activating: the temporary password, the first code, and that BakQ is
 * active.
 */
public final class ActivationMessages implements MessageComposer {
  private final Signers signers;
  private final TemporaryPasswords temporaryPasswords;
  private final PendingCodes pendingCodes;
  private final Wording wording;

  public ActivationMessages(
      Signers signers,
      TemporaryPasswords temporaryPasswords,
      PendingCodes pendingCodes,
      Wording wording) {
    this.signers = signers;
    this.temporaryPasswords = temporaryPasswords;
    this.pendingCodes = pendingCodes;
    this.wording = wording;
  }

  @Override
  public boolean composes(MessageKind kind) {
    return kind == MessageKind.TEMPORARY_PASSWORD || kind == MessageKind.ACTIVATION_CODE;
  }

  @Override
  public Optional<ComposedMessage> compose(Handle handle, OutgoingMessage message) {
    Optional<Signer> signer = message.signer().flatMap(id -> signers.find(handle, id));
    if (signer.isEmpty()) {
      return Optional.empty();
    }
    return switch (message.kind()) {
      case TEMPORARY_PASSWORD -> temporaryPassword(handle, message, signer.get());
      case ACTIVATION_CODE -> code(handle, message, signer.get());
      case ACTIVATION_LINK,
          ACTIVATION_COMPLETED,
          SIGNATURE_CODE,
          LOCK_WARNING,
          KNOWN_DEVICES_WARNING,
          OTHER_DEVICES_WARNING,
          ACCOUNT_LOCKED,
          KNOWN_DEVICES_LOCKED,
          OTHER_DEVICES_LOCKED,
          CREDENTIALS_SUSPENDED,
          SUSPENSION_LIFTED,
          CREDENTIALS_REVOKED,
          CREDENTIALS_EXPIRED,
          PASSWORD_CHANGE_CODE,
          PASSWORD_CHANGED,
          SIGNATURE_MADE,
          SIGNATURE_NOT_HANDED_OUT ->
          throw new IllegalArgumentException(message.kind() + " is composed elsewhere");
    };
  }

  private Optional<ComposedMessage> temporaryPassword(
      Handle handle, OutgoingMessage message, Signer signer) {
    Optional<SecretBytes> password =
        temporaryPasswords.compose(handle, new ChallengeId(message.reference()));
    Duration life = Duration.between(Database.now(handle), message.expiresAt());
    return password.map(
        secret -> {
          try (secret) {
            return sms(signer, wording.temporaryPassword(signer.language(), secret, life));
          }
        });
  }

  private Optional<ComposedMessage> code(Handle handle, OutgoingMessage message, Signer signer) {
    Optional<PendingCode> pending = pendingCodes.find(handle, message.reference());
    return pending.map(
        found -> {
          try (SecretBytes code = found.code()) {
            return sms(signer, wording.activationCode(signer.language(), code, found.life()));
          }
        });
  }

  private static ComposedMessage sms(Signer signer, String text) {
    return new ComposedMessage(Channel.SMS, signer.mobile().value(), "", text);
  }
}
