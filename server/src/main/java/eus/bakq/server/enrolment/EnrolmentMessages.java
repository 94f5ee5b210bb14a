package eus.bakq.server.enrolment;

import eus.bakq.server.database.Database;
import eus.bakq.server.notification.Channel;
import eus.bakq.server.notification.ComposedMessage;
import eus.bakq.server.notification.MessageComposer;
import eus.bakq.server.notification.MessageKind;
import eus.bakq.server.notification.OutgoingMessage;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.SignerState;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.vocabulary.ActivationId;
import eus.bakq.server.wording.EmailText;
import eus.bakq.server.wording.Wording;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Composes what enrolment sends: the activation link, and that BakQ is active. The link is computed
 * here, at the moment of sending; to the address that is registered then.
 *
 * <p>Safe for several threads.
 */
public final class EnrolmentMessages implements MessageComposer {
  private final Signers signers;
  private final Activations activations;
  private final ActivationLinks links;
  private final Wording wording;

  public EnrolmentMessages(
      Signers signers, Activations activations, ActivationLinks links, Wording wording) {
    this.signers = Objects.requireNonNull(signers);
    this.activations = Objects.requireNonNull(activations);
    this.links = Objects.requireNonNull(links);
    this.wording = Objects.requireNonNull(wording);
  }

  @Override
  public boolean composes(MessageKind kind) {
    return kind == MessageKind.ACTIVATION_LINK || kind == MessageKind.ACTIVATION_COMPLETED;
  }

  @Override
  public Optional<ComposedMessage> compose(Handle handle, OutgoingMessage message) {
    if (!composes(message.kind())) {
      throw new IllegalArgumentException("enrolment does not send " + message.kind());
    }
    return activations
        .find(handle, new ActivationId(message.reference()))
        .filter(activation -> message.signer().equals(Optional.of(activation.signer())))
        .flatMap(activation -> compose(handle, message.kind(), activation));
  }

  private Optional<ComposedMessage> compose(
      Handle handle, MessageKind kind, Activation activation) {
    Instant now = Database.now(handle);
    return signers
        .find(handle, activation.signer())
        .flatMap(
            signer ->
                text(kind, activation, signer, now)
                    .map(
                        text ->
                            new ComposedMessage(
                                Channel.EMAIL,
                                signer.email().value(),
                                text.subject(),
                                text.text())));
  }

  private Optional<EmailText> text(
      MessageKind kind, Activation activation, Signer signer, Instant now) {
    if (kind == MessageKind.ACTIVATION_COMPLETED) {
      return activation.state() == ActivationState.COMPLETED
          ? Optional.of(wording.activationCompleted(signer.language(), now))
          : Optional.empty();
    }
    boolean wanted =
        activation.state() == ActivationState.LINK_SENT
            && activation.isLive(now)
            && signer.state() == SignerState.PENDING_ACTIVATION;
    return wanted
        ? Optional.of(
            wording.activationLink(
                signer.language(), links.link(activation), activation.expiresAt()))
        : Optional.empty();
  }
}
