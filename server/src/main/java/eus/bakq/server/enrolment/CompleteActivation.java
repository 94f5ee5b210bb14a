package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.authentication.AuthenticatedSigner;
import eus.bakq.server.authentication.CodeStep;
import eus.bakq.server.authentication.DeviceCookies;
import eus.bakq.server.certificate.IssuedCertificate;
import eus.bakq.server.credential.Credential;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.notification.MessageKind;
import eus.bakq.server.notification.OutgoingMessage;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.SignerState;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.vocabulary.SecretBytes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * From the first code to an active BakQ. The order of its steps is the policy: factors judged and
 * the intent recorded; {@link NewCredentials made}; and everything linked in one transaction
 * (ENR-11, ENR-12, ENR-13, KEY-05). Where it stops before that, nothing is linked: certificates
 * that were issued are revoked, and the citizen opens the link again.
 */
public final class CompleteActivation {
  private static final Duration NOTICE_LIFE = Duration.ofDays(1);

  /**
   * An active BakQ.
   *
   * @param certificate with which the citizen signs
   * @param device the cookie by which the citizen's program is known from now on; close it
   */
  public record Activated(IssuedCertificate certificate, SecretBytes device)
      implements AutoCloseable {
    @Override
    public void close() {
      device.close();
    }
  }

  /** Whether what was made could be linked. */
  private enum Link {
    LINKED,
    /**
     * The activation was begun anew, or ended, while the keys were being made, perhaps with another
     * password.
     */
    ACTIVATION_GONE,
    /** The account is not any more the one that the certificates name (ENR-13). */
    NAMES_DIFFER
  }

  private final ActivationParts parts;
  private final CodeStep codeStep;
  private final DeviceCookies devices;
  private final ActivationSubject subject;
  private final NewCredentials newCredentials;

  public CompleteActivation(
      ActivationParts parts,
      CodeStep codeStep,
      DeviceCookies devices,
      ActivationSubject subject,
      NewCredentials newCredentials) {
    this.parts = parts;
    this.codeStep = codeStep;
    this.devices = devices;
    this.subject = subject;
    this.newCredentials = newCredentials;
  }

  /**
   * Durable when it returns.
   *
   * @throws RefusedException what {@link CodeStep#run} refuses; ACTIVATION_STEP
   */
  public Activated run(CodeStep.Attempt attempt) throws RefusedException {
    ActivationSubject.Authenticated proven = codeStep.run(attempt, subject);
    try (AuthenticatedSigner authenticated = proven.signer();
        SecretBytes device = devices.give(authenticated)) {
      NewCredentials.Order order = parts.database().inTransaction(handle -> order(handle, proven));
      List<Credential> made = newCredentials.make(order, authenticated.activationSecret());
      Link link = parts.database().inTransaction(handle -> link(handle, proven, made));
      if (link != Link.LINKED) {
        parts.database().transact(handle -> giveUp(handle, proven, made, link));
        throw new RefusedException(Refusal.ACTIVATION_STEP);
      }
      parts.outbox().wake();
      return new Activated(
          new IssuedCertificate(made.getFirst().certificate(), made.getFirst().issuers()),
          device.use(SecretBytes::copyOf));
    }
  }

  private NewCredentials.Order order(Handle handle, ActivationSubject.Authenticated proven) {
    return new NewCredentials.Order(
        parts.signers().find(handle, proven.signer().signer()).orElseThrow(),
        proven.activation().id(),
        proven.passwordGeneration(),
        Database.now(handle),
        newCredentials.keyEnd());
  }

  private Link link(Handle handle, ActivationSubject.Authenticated proven, List<Credential> made)
      throws RefusedException {
    // The signer first, as an officer does who renews: two who meet here wait in one order.
    Signer signer = parts.signers().findAndHold(handle, proven.signer().signer()).orElseThrow();
    Activation activation =
        parts.activations().findAndHold(handle, proven.activation().id()).orElseThrow();
    Instant now = Database.now(handle);
    if (activation.version() != proven.activation().version() || !activation.isLive(now)) {
      return Link.ACTIVATION_GONE;
    }
    if (!NewCredentials.name(signer, made)) {
      return Link.NAMES_DIFFER;
    }
    newCredentials.link(handle, made);
    Signer active = parts.signers().changeState(handle, signer, SignerState.ACTIVE);
    parts.activations().advance(handle, activation, ActivationState.COMPLETED, now);
    parts
        .outbox()
        .put(
            handle,
            new OutgoingMessage(
                MessageKind.ACTIVATION_COMPLETED,
                activation.id().value(),
                Optional.of(signer.id()),
                now.plus(NOTICE_LIFE)));
    parts.audit().appendAll(handle, NewCredentials.linked(activation.id(), made));
    parts
        .audit()
        .append(
            handle,
            AuditEvent.succeeded(
                AuditEventType.ACTIVATION_COMPLETED,
                signer.id().toString(),
                activation.id(),
                NewCredentials.named(made.getFirst())));
    parts.audit().append(handle, Signers.written(active));
    return Link.LINKED;
  }

  private void giveUp(
      Handle handle, ActivationSubject.Authenticated proven, List<Credential> made, Link link) {
    // All of the register first: the record's lock is taken last, by everybody.
    List<AuditEvent> events =
        newCredentials.giveUp(handle, proven.activation().id(), made, link != Link.NAMES_DIFFER);
    parts.audit().appendAll(handle, events);
  }
}
