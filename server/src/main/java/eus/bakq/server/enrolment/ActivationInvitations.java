package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.database.Database;
import eus.bakq.server.notification.MessageKind;
import eus.bakq.server.notification.Outbox;
import eus.bakq.server.notification.OutgoingMessage;
import eus.bakq.server.signer.Identification;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.vocabulary.SignerId;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Invites a signer to activate: a new activation, its link by e-mail, and the record of both. */
final class ActivationInvitations {
  private final Activations activations;
  private final Outbox outbox;
  private final AuditLog audit;

  ActivationInvitations(Activations activations, Outbox outbox, AuditLog audit) {
    this.activations = Objects.requireNonNull(activations);
    this.outbox = Objects.requireNonNull(outbox);
    this.audit = Objects.requireNonNull(audit);
  }

  /** Makes the activation and puts its link into the outbox; an older activation is void. */
  Activation invite(Handle handle, SignerId signer) {
    activations.supersede(handle, signer);
    Activation activation = activations.insert(handle, signer, Database.now(handle));
    outbox.put(
        handle,
        new OutgoingMessage(
            MessageKind.ACTIVATION_LINK,
            activation.id().value(),
            Optional.of(signer),
            activation.expiresAt()));
    return activation;
  }

  /**
   * Records the registration, or the renewed one (its version is then above 1), and that the link
   * is on its way. Comes last in the transaction: it takes the log's lock.
   */
  void record(Handle handle, RegisteredCaller officer, Signer signer, Activation activation) {
    Identification identification = signer.identification();
    audit.append(
        handle,
        AuditEvent.succeeded(
            AuditEventType.ENROLMENT_REGISTERED,
            officer.name().value(),
            signer.id(),
            Map.of(
                "activation", activation.id().toString(),
                "method", identification.method().name(),
                "identified", identification.at().toString(),
                "evidence", identification.evidenceSha256().toHex(),
                "version", Long.toString(signer.version()))));
    audit.append(
        handle,
        AuditEvent.succeeded(
            AuditEventType.ACTIVATION_LINK_ISSUED,
            officer.name().value(),
            activation.id(),
            Map.of(
                "signer", signer.id().toString(), "expires", activation.expiresAt().toString())));
    audit.append(handle, Signers.written(signer));
  }

  /** Tells the dispatcher, after the commit. */
  void wake() {
    outbox.wake();
  }
}
