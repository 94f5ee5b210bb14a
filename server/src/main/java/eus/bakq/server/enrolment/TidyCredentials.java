package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.credential.CertificateKind;
import eus.bakq.server.credential.CertificateRegister;
import eus.bakq.server.credential.CertificateState;
import eus.bakq.server.credential.Credential;
import eus.bakq.server.credential.CredentialState;
import eus.bakq.server.credential.Credentials;
import eus.bakq.server.credential.RegisteredCertificate;
import eus.bakq.server.credential.RevocationReason;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.Outage;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.notification.Outbox;
import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.SignerId;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings to their end the credentials whose time is over: suspensions that nobody has lifted are
 * revoked (CRT-10), keys of expired certificates destroyed (KEY-10), certificates that came to no
 * credential revoked. Takes certificates of the time before there was a register into it. Run at
 * start and every few seconds, by every process; at most 100 of each kind a run. Nothing is signed
 * for want of a run: the activation module judges the certificate and the register itself.
 *
 * <p>Safe for several threads.
 */
public final class TidyCredentials {
  private static final Logger LOG = LoggerFactory.getLogger(TidyCredentials.class);

  /** No activation takes so long from issuing to linking. */
  private static final Duration LONGEST_WAIT_FOR_LINK = Duration.ofHours(1);

  private static final CredentialStatus.Ground SYSTEM =
      new CredentialStatus.Ground("system", Optional.empty());

  private final Database database;
  private final Signers signers;
  private final Credentials credentials;
  private final CertificateRegister register;
  private final CredentialStatus status;
  private final Outbox outbox;
  private final AuditLog audit;

  public TidyCredentials(
      Database database,
      Signers signers,
      Credentials credentials,
      CertificateRegister register,
      CredentialStatus status,
      Outbox outbox,
      AuditLog audit) {
    this.database = Objects.requireNonNull(database);
    this.signers = Objects.requireNonNull(signers);
    this.credentials = Objects.requireNonNull(credentials);
    this.register = Objects.requireNonNull(register);
    this.status = Objects.requireNonNull(status);
    this.outbox = Objects.requireNonNull(outbox);
    this.audit = Objects.requireNonNull(audit);
  }

  /** Ends what it finds; each signer and each certificate in a transaction of its own. */
  public void run() throws RefusedException {
    for (CredentialId id : database.inTransaction(credentials::findUnregistered)) {
      guarded(id, handle -> takeIn(handle, id));
    }
    for (SignerId id :
        database.inTransaction(
            handle -> credentials.signersWithSomethingOver(handle, Database.now(handle)))) {
      guarded(id, handle -> end(handle, id));
      outbox.wake();
    }
    for (BigInteger serial :
        database.inTransaction(
            handle ->
                register.waitingSince(handle, Database.now(handle).minus(LONGEST_WAIT_FOR_LINK)))) {
      guarded(
          serial.toString(16),
          handle -> audit.appendAll(handle, giveUp(handle, register, serial).stream().toList()));
    }
  }

  private void takeIn(Handle handle, CredentialId id) {
    // Who does the same at another node, or suspends at this moment, holds the signer too.
    SignerId signer = credentials.find(handle, id).orElseThrow().signer();
    var _ = signers.findAndHold(handle, signer).orElseThrow();
    Credential credential = credentials.find(handle, id).orElseThrow();
    boolean takenIn = register.find(handle, credential.certificate().getSerialNumber()).isEmpty();
    if (takenIn) {
      // Before there was a register there was no other state: what is in one was in the register,
      // and somebody has taken it out.
      if (credential.state() != CredentialState.ACTIVE) {
        throw new AlteredRowException("credential", id.toString());
      }
      // Nor was anything but good recorded of a certificate that was in no register.
      if (register
          .recordedState(handle, credential.certificate().getSerialNumber())
          .filter(state -> state != CertificateState.GOOD)
          .isPresent()) {
        throw new AlteredRowException(
            "certificate_register", credential.certificate().getSerialNumber().toString(16));
      }
      register.record(
          handle,
          credential.certificate(),
          CertificateKind.of(credential.purpose()),
          Optional.of(id),
          credential.createdAt());
    }
    credentials.markRegistered(handle, credential);
    if (takenIn) {
      audit.append(handle, CredentialStatus.takenIn(credential));
    }
  }

  private void end(Handle handle, SignerId id) throws RefusedException {
    Signer signer = signers.findAndHold(handle, id).orElseThrow();
    Instant now = Database.now(handle);
    Signer left = status.endSuspension(handle, SYSTEM, signer, now);
    status.endExpired(handle, SYSTEM, left, now);
  }

  /**
   * Revokes a certificate that waits to be linked and will not be; nothing if its waiting is over.
   * Its key was never stored.
   *
   * @return what the record is to say of it
   */
  static Optional<AuditEvent> giveUp(
      Handle handle, CertificateRegister register, BigInteger serial) {
    if (!register.endWait(handle, serial)) {
      return Optional.empty();
    }
    RegisteredCertificate revoked =
        register.revoke(handle, serial, RevocationReason.NEVER_LINKED, Database.now(handle));
    return Optional.of(
        AuditEvent.succeeded(
            AuditEventType.CERTIFICATE_REVOKED,
            "system",
            revoked.credential().orElseThrow(),
            Map.of(
                "certificate_serial", serial.toString(16),
                "why", RevocationReason.NEVER_LINKED.name())));
  }

  /** One that cannot be ended, such as one whose row was altered, keeps no other from it. */
  private void guarded(Object id, Database.Act act) throws RefusedException {
    try {
      database.transact(act);
    } catch (RuntimeException e) {
      LOG.atLevel(Outage.level(e))
          .addKeyValue("id", id)
          .setCause(e)
          .log("a credential could not be tidied");
    }
  }
}
