package eus.bakq.server.signing;

import eus.bakq.server.authentication.PendingCodes;
import eus.bakq.server.authentication.PendingCodes.PendingCode;
import eus.bakq.server.database.Database;
import eus.bakq.server.notification.Channel;
import eus.bakq.server.notification.ComposedMessage;
import eus.bakq.server.notification.MessageComposer;
import eus.bakq.server.notification.MessageKind;
import eus.bakq.server.notification.OutgoingMessage;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.vocabulary.Language;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignatureRequestId;
import eus.bakq.server.wording.EmailText;
import eus.bakq.server.wording.Signing;
import eus.bakq.server.wording.Wording;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The SMS with the code for one frozen set, and the notices of what became of the signatures. */
public final class SignatureMessages implements MessageComposer {
  private final SigningParts parts;
  private final PendingCodes pendingCodes;
  private final Signers signers;
  private final Wording wording;

  public SignatureMessages(
      SigningParts parts, PendingCodes pendingCodes, Signers signers, Wording wording) {
    this.parts = parts;
    this.pendingCodes = pendingCodes;
    this.signers = signers;
    this.wording = wording;
  }

  @Override
  public boolean composes(MessageKind kind) {
    return kind == MessageKind.SIGNATURE_CODE
        || kind == MessageKind.SIGNATURE_MADE
        || kind == MessageKind.SIGNATURE_NOT_HANDED_OUT;
  }

  @Override
  public Optional<ComposedMessage> compose(Handle handle, OutgoingMessage message) {
    return message.kind() == MessageKind.SIGNATURE_CODE
        ? code(handle, message)
        : outcome(handle, message);
  }

  private Optional<ComposedMessage> code(Handle handle, OutgoingMessage message) {
    return pendingCodes.find(handle, message.reference()).flatMap(pending -> code(handle, pending));
  }

  private Optional<ComposedMessage> code(Handle handle, PendingCode pending) {
    try (SecretBytes code = pending.code()) {
      Optional<SignatureRequest> request =
          parts.requests().find(handle, new SignatureRequestId(pending.subject()));
      Optional<Signer> signer = signers.find(handle, pending.signer());
      if (request.isEmpty() || signer.isEmpty() || !request.get().isOpen(Database.now(handle))) {
        return Optional.empty();
      }
      String text =
          wording.signatureCode(
              request.get().language(), signing(request.get()), code, pending.life());
      return Optional.of(new ComposedMessage(Channel.SMS, signer.get().mobile().value(), "", text));
    }
  }

  private Optional<ComposedMessage> outcome(Handle handle, OutgoingMessage message) {
    Optional<SignatureRequest> request =
        parts.requests().find(handle, new SignatureRequestId(message.reference()));
    Optional<Signer> signer = message.signer().flatMap(id -> signers.find(handle, id));
    if (request.isEmpty() || signer.isEmpty()) {
      return Optional.empty();
    }
    Language language = signer.get().language();
    Signing signing = signing(request.get());
    EmailText text =
        request
            .get()
            .completion()
            .failure()
            .map(why -> wording.signatureNotHandedOut(language, signing, why, Database.now(handle)))
            .orElseGet(() -> wording.signatureMade(language, signing, Database.now(handle)));
    return Optional.of(
        new ComposedMessage(
            Channel.EMAIL, signer.get().email().value(), text.subject(), text.text()));
  }

  private Signing signing(SignatureRequest request) {
    return new Signing(
        parts.sedeName(request), request.documentCount(), parts.referenceCodes().of(request));
  }
}
