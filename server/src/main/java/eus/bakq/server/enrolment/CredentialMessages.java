package eus.bakq.server.enrolment;

import eus.bakq.server.notification.Channel;
import eus.bakq.server.notification.ComposedMessage;
import eus.bakq.server.notification.MessageComposer;
import eus.bakq.server.notification.MessageKind;
import eus.bakq.server.notification.OutgoingMessage;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.vocabulary.Language;
import eus.bakq.server.wording.EmailText;
import eus.bakq.server.wording.Wording;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Tells a person what was done with the credentials, when and why (CRT-09).
 *
 * <p>Safe for several threads.
 */
public final class CredentialMessages implements MessageComposer {
  private final Signers signers;
  private final CredentialActs acts;
  private final Wording wording;

  public CredentialMessages(Signers signers, CredentialActs acts, Wording wording) {
    this.signers = Objects.requireNonNull(signers);
    this.acts = Objects.requireNonNull(acts);
    this.wording = Objects.requireNonNull(wording);
  }

  /** The kind of message that tells of {@code deed}. */
  static MessageKind kindOf(CredentialDeed deed) {
    return switch (deed) {
      case CredentialDeed.Suspended _ -> MessageKind.CREDENTIALS_SUSPENDED;
      case CredentialDeed.Lifted _ -> MessageKind.SUSPENSION_LIFTED;
      case CredentialDeed.Expired _ -> MessageKind.CREDENTIALS_EXPIRED;
      case CredentialDeed.PasswordChanged _ -> MessageKind.PASSWORD_CHANGED;
      case CredentialDeed.Revoked _ -> MessageKind.CREDENTIALS_REVOKED;
    };
  }

  @Override
  public boolean composes(MessageKind kind) {
    return kind == MessageKind.CREDENTIALS_SUSPENDED
        || kind == MessageKind.SUSPENSION_LIFTED
        || kind == MessageKind.CREDENTIALS_EXPIRED
        || kind == MessageKind.PASSWORD_CHANGED
        || kind == MessageKind.CREDENTIALS_REVOKED;
  }

  @Override
  public Optional<ComposedMessage> compose(Handle handle, OutgoingMessage message) {
    return acts.find(handle, message.reference())
        .filter(act -> message.signer().equals(Optional.of(act.signer())))
        .filter(act -> kindOf(act.deed()) == message.kind())
        .flatMap(act -> signers.find(handle, act.signer()).map(signer -> composed(act, signer)));
  }

  private ComposedMessage composed(CredentialAct act, Signer signer) {
    EmailText text = text(act, signer.language());
    return new ComposedMessage(Channel.EMAIL, signer.email().value(), text.subject(), text.text());
  }

  private EmailText text(CredentialAct act, Language language) {
    return switch (act.deed()) {
      case CredentialDeed.Suspended suspended ->
          wording.credentialsSuspended(language, suspended.reason(), act.at(), suspended.until());
      case CredentialDeed.Lifted _ -> wording.suspensionLifted(language, act.at());
      case CredentialDeed.Expired _ -> wording.credentialsExpired(language, act.at());
      case CredentialDeed.PasswordChanged _ -> wording.passwordChanged(language, act.at());
      case CredentialDeed.Revoked revoked ->
          wording.credentialsRevoked(language, revoked.reason(), act.at());
    };
  }
}
