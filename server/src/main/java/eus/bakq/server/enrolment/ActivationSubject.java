package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.authentication.AuthenticatedSigner;
import eus.bakq.server.authentication.AuthenticationSubject;
import eus.bakq.server.authentication.InteractionPurpose;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.notification.MessageKind;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.vocabulary.ActivationId;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.SignerId;
import eus.bakq.server.wording.Terms;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;

/**
 * An activation as what a citizen authenticates for, the first time: bound to the terms accepted
 * (ENR-12). The intent to make a key is recorded in the transaction in which the factors are found
 * right.
 */
public final class ActivationSubject
    implements AuthenticationSubject<ActivationSubject.Authenticated> {
  /**
   * An activation whose citizen was authenticated.
   *
   * @param activation in the version in which that happened
   * @param passwordGeneration of the password that was right
   */
  record Authenticated(AuthenticatedSigner signer, Activation activation, int passwordGeneration) {}

  private final ActivationParts parts;

  public ActivationSubject(ActivationParts parts) {
    this.parts = parts;
  }

  @Override
  public InteractionPurpose purpose() {
    return InteractionPurpose.ACTIVATION;
  }

  @Override
  public MessageKind codeMessage() {
    return MessageKind.ACTIVATION_CODE;
  }

  @Override
  public Predicate<Signer> concerned(Handle handle, UUID subject) {
    SignerId owner =
        parts.activations().find(handle, new ActivationId(subject)).orElseThrow().signer();
    return signer -> signer.id().equals(owner);
  }

  @Override
  public void hold(Handle handle, UUID subject) throws RefusedException {
    var _ = requireTermsAccepted(handle, subject);
  }

  @Override
  public Frozen freeze(UUID subject, Optional<SignerId> candidate) throws RefusedException {
    Activation activation =
        parts.database().inTransaction(handle -> requireTermsAccepted(handle, subject));
    boolean own = candidate.filter(activation.signer()::equals).isPresent();
    Terms terms = termsOf(activation);
    Bytes hash =
        Encoding.of("bakq/activation-set/v1")
            .id(subject)
            .id(activation.signer().value())
            .text(terms.version())
            .bytes(terms.sha256())
            .toBytes()
            .sha256();
    return new FrozenActivation(hash, own);
  }

  private Terms termsOf(Activation activation) throws RefusedException {
    return parts
        .database()
        .inTransaction(
            handle ->
                parts
                    .wording()
                    .terms(
                        parts
                            .signers()
                            .find(handle, activation.signer())
                            .orElseThrow()
                            .language()));
  }

  private Activation requireTermsAccepted(Handle handle, UUID subject) throws RefusedException {
    Activation activation =
        parts.activations().findAndHold(handle, new ActivationId(subject)).orElseThrow();
    if (activation.state() != ActivationState.TERMS_ACCEPTED) {
      throw new RefusedException(Refusal.ACTIVATION_STEP);
    }
    return activation;
  }

  @Override
  public Authenticated succeeded(Handle handle, AuthenticatedSigner signer)
      throws RefusedException {
    Activation activation = requireTermsAccepted(handle, signer.subject());
    parts
        .audit()
        .append(
            handle,
            AuditEvent.succeeded(
                AuditEventType.KEY_GENERATION_INTENDED,
                signer.signer().toString(),
                activation.id(),
                Map.of("interaction", signer.interaction().toString())));
    return new Authenticated(
        signer, activation, parts.passwords().generation(handle, signer.signer()).orElseThrow());
  }

  private record FrozenActivation(Bytes hash, boolean allowed) implements Frozen {
    @Override
    public Optional<CredentialId> credential() {
      return Optional.empty();
    }

    @Override
    public void store(Handle handle, InteractionId interaction) {
      // Nothing more than the hash has to be kept: what it stands for is in the activation's row.
    }
  }
}
