package eus.bakq.server.enrolment;

import eus.bakq.server.authentication.PendingCodes;
import eus.bakq.server.authentication.PendingCodes.PendingCode;
import eus.bakq.server.notification.Channel;
import eus.bakq.server.notification.ComposedMessage;
import eus.bakq.server.notification.MessageComposer;
import eus.bakq.server.notification.MessageKind;
import eus.bakq.server.notification.OutgoingMessage;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.wording.Wording;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The SMS with the code for changing the password. That it was changed is an act on credentials,
 * and {@link CredentialMessages} tells it.
 *
 * <p>Safe for several threads.
 */
public final class PasswordMessages implements MessageComposer {
  private final Signers signers;
  private final PendingCodes pendingCodes;
  private final Wording wording;

  public PasswordMessages(Signers signers, PendingCodes pendingCodes, Wording wording) {
    this.signers = Objects.requireNonNull(signers);
    this.pendingCodes = Objects.requireNonNull(pendingCodes);
    this.wording = Objects.requireNonNull(wording);
  }

  @Override
  public boolean composes(MessageKind kind) {
    return kind == MessageKind.PASSWORD_CHANGE_CODE;
  }

  @Override
  public Optional<ComposedMessage> compose(Handle handle, OutgoingMessage message) {
    return message
        .signer()
        .flatMap(id -> signers.find(handle, id))
        .flatMap(
            signer ->
                pendingCodes
                    .find(handle, message.reference())
                    .map(pending -> composed(signer, pending)));
  }

  private ComposedMessage composed(Signer signer, PendingCode pending) {
    try (SecretBytes code = pending.code()) {
      return new ComposedMessage(
          Channel.SMS,
          signer.mobile().value(),
          "",
          wording.passwordChangeCode(signer.language(), code, pending.life()));
    }
  }
}
