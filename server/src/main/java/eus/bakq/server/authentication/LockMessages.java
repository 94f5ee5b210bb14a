package eus.bakq.server.authentication;

import eus.bakq.server.database.Database;
import eus.bakq.server.notification.Channel;
import eus.bakq.server.notification.ComposedMessage;
import eus.bakq.server.notification.MessageComposer;
import eus.bakq.server.notification.MessageKind;
import eus.bakq.server.notification.OutgoingMessage;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.vocabulary.SignerId;
import eus.bakq.server.wording.EmailText;
import eus.bakq.server.wording.LockScope;
import eus.bakq.server.wording.Wording;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** What a signer is told when an account is about to be locked, and when it is (AUT-10). */
public final class LockMessages implements MessageComposer {
  private static final Duration WORTH_SENDING = Duration.ofDays(1);

  private final Signers signers;
  private final Wording wording;

  public LockMessages(Signers signers, Wording wording) {
    this.signers = signers;
    this.wording = wording;
  }

  /** The message that goes with a wrong factor, if any does. */
  static Optional<OutgoingMessage> about(
      FailureCounters.Consequence consequence,
      LockScope scope,
      Optional<SignerId> signer,
      Instant from) {
    return signer.flatMap(
        present ->
            switch (consequence) {
              case WARNED -> Optional.of(message(warning(scope), present, from));
              case LOCKED -> Optional.of(message(locked(scope), present, from));
              case COUNTED, WAS_LOCKED -> Optional.empty();
            });
  }

  private static MessageKind warning(LockScope scope) {
    return switch (scope) {
      case EVERYWHERE -> MessageKind.LOCK_WARNING;
      case KNOWN_DEVICES -> MessageKind.KNOWN_DEVICES_WARNING;
      case OTHER_DEVICES -> MessageKind.OTHER_DEVICES_WARNING;
    };
  }

  private static MessageKind locked(LockScope scope) {
    return switch (scope) {
      case EVERYWHERE -> MessageKind.ACCOUNT_LOCKED;
      case KNOWN_DEVICES -> MessageKind.KNOWN_DEVICES_LOCKED;
      case OTHER_DEVICES -> MessageKind.OTHER_DEVICES_LOCKED;
    };
  }

  private static OutgoingMessage message(MessageKind kind, SignerId signer, Instant from) {
    return new OutgoingMessage(kind, signer.value(), Optional.of(signer), from.plus(WORTH_SENDING));
  }

  @Override
  public boolean composes(MessageKind kind) {
    return Arrays.stream(LockScope.values())
        .anyMatch(scope -> kind == warning(scope) || kind == locked(scope));
  }

  @Override
  public Optional<ComposedMessage> compose(Handle handle, OutgoingMessage message) {
    return message
        .signer()
        .flatMap(id -> signers.find(handle, id))
        .map(signer -> compose(handle, message, signer));
  }

  private ComposedMessage compose(Handle handle, OutgoingMessage message, Signer signer) {
    Instant now = Database.now(handle);
    LockScope scope =
        Arrays.stream(LockScope.values())
            .filter(one -> message.kind() == warning(one) || message.kind() == locked(one))
            .findFirst()
            .orElseThrow();
    EmailText text =
        message.kind() == warning(scope)
            ? wording.lockWarning(signer.language(), scope, now)
            : wording.accountLocked(signer.language(), scope, now);
    return new ComposedMessage(Channel.EMAIL, signer.email().value(), text.subject(), text.text());
  }
}
