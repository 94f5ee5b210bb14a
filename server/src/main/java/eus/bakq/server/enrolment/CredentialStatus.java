package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.authentication.FailureCounters;
import eus.bakq.server.authentication.Interactions;
import eus.bakq.server.credential.CertificateKind;
import eus.bakq.server.credential.CertificateRegister;
import eus.bakq.server.credential.Credential;
import eus.bakq.server.credential.CredentialState;
import eus.bakq.server.credential.Credentials;
import eus.bakq.server.credential.RevocationReason;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.notification.Outbox;
import eus.bakq.server.notification.OutgoingMessage;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.SignerState;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.vocabulary.Bytes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Changes what all usable credentials of a person may do, at once and in one transaction: the
 * credentials, the authority's register, the signer, challenges under way, the notice to the person
 * (CRT-09), and the record last. Who wants to sign meanwhile waits for it, and is refused
 * afterwards, or has reserved before it.
 *
 * <p>Safe for several threads. The signer is held by the caller.
 */
public final class CredentialStatus {
  /** The law asks that the person be told; a mailbox may be full for some days. */
  private static final Duration NOTICE_LIFE = Duration.ofDays(7);

  private final Signers signers;
  private final Credentials credentials;
  private final CertificateRegister register;
  private final CredentialActs acts;
  private final FailureCounters counters;
  private final Interactions interactions;
  private final Outbox outbox;
  private final AuditLog audit;

  public CredentialStatus(
      Signers signers,
      Credentials credentials,
      CertificateRegister register,
      CredentialActs acts,
      FailureCounters counters,
      Interactions interactions,
      Outbox outbox,
      AuditLog audit) {
    this.signers = Objects.requireNonNull(signers);
    this.credentials = Objects.requireNonNull(credentials);
    this.register = Objects.requireNonNull(register);
    this.acts = Objects.requireNonNull(acts);
    this.counters = Objects.requireNonNull(counters);
    this.interactions = Objects.requireNonNull(interactions);
    this.outbox = Objects.requireNonNull(outbox);
    this.audit = Objects.requireNonNull(audit);
  }

  /**
   * Who does it, and on what ground.
   *
   * @param actor a caller's name, or {@code system}
   * @param evidence SHA-256 of what was written or shown, if anything was
   */
  record Ground(String actor, Optional<Bytes> evidence) {
    Ground {
      Objects.requireNonNull(actor);
      Objects.requireNonNull(evidence);
    }
  }

  /**
   * Puts them on hold.
   *
   * @throws RefusedException NO_CREDENTIAL if there is none; CREDENTIAL_STATE if they are on hold
   */
  void suspend(
      Handle handle, Ground ground, Signer signer, CredentialDeed.Suspended deed, Instant now)
      throws RefusedException {
    List<Credential> held = hold(handle, signer);
    require(signer.state() == SignerState.ACTIVE && areAll(held, CredentialState.ACTIVE));
    for (Credential credential : held) {
      credentials.suspend(handle, credential);
      register.suspend(handle, credential.certificate().getSerialNumber(), now, deed.until());
    }
    Signer suspended = signers.changeState(handle, signer, SignerState.SUSPENDED);
    CredentialAct act = tell(handle, signer, deed, now);
    for (Credential credential : held) {
      Map<String, String> details = details(act, ground, credential);
      details.put("why", deed.reason().name());
      details.put("until", deed.until().toString());
      record(handle, AuditEventType.CERTIFICATE_SUSPENDED, ground, signer, details);
    }
    audit.append(handle, Signers.written(suspended));
  }

  /**
   * Lets them be used again.
   *
   * @throws RefusedException NO_CREDENTIAL if there is none; CREDENTIAL_STATE if they are not on
   *     hold, or the time until which they could be lifted is over
   */
  void lift(Handle handle, Ground ground, Signer signer, Instant now) throws RefusedException {
    List<Credential> held = hold(handle, signer);
    require(signer.state() == SignerState.SUSPENDED && areAll(held, CredentialState.SUSPENDED));
    for (Credential credential : held) {
      require(!isSuspensionOver(handle, credential, now));
      credentials.lift(handle, credential);
      register.lift(handle, credential.certificate().getSerialNumber(), now);
    }
    Signer active = signers.changeState(handle, signer, SignerState.ACTIVE);
    CredentialAct act = tell(handle, signer, new CredentialDeed.Lifted(), now);
    for (Credential credential : held) {
      record(
          handle,
          AuditEventType.CERTIFICATE_SUSPENSION_LIFTED,
          ground,
          signer,
          details(act, ground, credential));
    }
    audit.append(handle, Signers.written(active));
  }

  /**
   * Ends them, for good, and destroys their keys (KEY-10), and the person's device cookies. The
   * person can activate again, with another key, when an officer renews the activation; but for one
   * who has died: that account is CLOSED.
   *
   * @throws RefusedException NO_CREDENTIAL if there is none
   */
  void revoke(Handle handle, Ground ground, Signer signer, RevocationReason reason, Instant now)
      throws RefusedException {
    List<Credential> held = hold(handle, signer);
    List<AuditEvent> takenIn = new ArrayList<>();
    for (Credential credential : held) {
      takeInIfMissing(handle, credential).ifPresent(takenIn::add);
      register.revoke(handle, credential.certificate().getSerialNumber(), reason, now);
      credentials.destroyKey(handle, credential);
    }
    var _ = counters.endDevices(handle, signer.id());
    // Nobody activates for a person who has died.
    boolean closed = reason == RevocationReason.SIGNER_DIED;
    Signer ended =
        signers.changeState(
            handle, signer, closed ? SignerState.CLOSED : SignerState.PENDING_ACTIVATION);
    CredentialAct act = tell(handle, signer, new CredentialDeed.Revoked(reason), now);
    takenIn.forEach(event -> audit.append(handle, event)); // and nothing but records after it
    for (Credential credential : held) {
      Map<String, String> details = details(act, ground, credential);
      details.put("why", reason.name());
      record(handle, AuditEventType.CERTIFICATE_REVOKED, ground, signer, details);
      recordDestruction(handle, ground, signer, credential);
    }
    audit.append(handle, Signers.written(ended));
    if (closed) {
      Map<String, String> details = Map.of("act", act.id().toString(), "why", reason.name());
      record(handle, AuditEventType.ACCOUNT_CLOSED, ground, signer, details);
    }
  }

  /**
   * What {@link #supersede} did.
   *
   * @param act of which the person is told
   * @param events to be recorded, last, in the same transaction
   */
  record Superseded(CredentialAct act, List<AuditEvent> events) {}

  /**
   * Ends {@code held}, for good, and destroys their keys (KEY-10), and the person's device cookies,
   * because others come in their place in the same transaction: the signer stays ACTIVE.
   *
   * @param held all usable ones, held; they were found good
   */
  Superseded supersede(Handle handle, Signer signer, List<Credential> held, Instant now) {
    for (Credential credential : held) {
      register.revoke(
          handle,
          credential.certificate().getSerialNumber(),
          RevocationReason.PASSWORD_CHANGED,
          now);
      credentials.destroyKey(handle, credential);
    }
    var _ = counters.endDevices(handle, signer.id());
    CredentialAct act = tell(handle, signer, new CredentialDeed.PasswordChanged(), now);
    Ground ground = new Ground(signer.id().toString(), Optional.empty());
    List<AuditEvent> events = new ArrayList<>();
    for (Credential credential : held) {
      Map<String, String> details = details(act, ground, credential);
      details.put("why", RevocationReason.PASSWORD_CHANGED.name());
      events.add(event(AuditEventType.CERTIFICATE_REVOKED, ground, signer, details));
      events.add(destruction(ground, signer, credential));
    }
    return new Superseded(act, events);
  }

  /**
   * One that the register does not know (any more) is revoked all the same.
   *
   * @return what is to be recorded then
   */
  private Optional<AuditEvent> takeInIfMissing(Handle handle, Credential credential) {
    if (register.find(handle, credential.certificate().getSerialNumber()).isPresent()) {
      return Optional.empty();
    }
    register.record(
        handle,
        credential.certificate(),
        CertificateKind.of(credential.purpose()),
        Optional.of(credential.id()),
        credential.createdAt());
    return Optional.of(takenIn(credential));
  }

  /** The record of a certificate that came into the register later than into use. */
  static AuditEvent takenIn(Credential credential) {
    return AuditEvent.succeeded(
        AuditEventType.CERTIFICATE_TAKEN_IN,
        "system",
        credential.signer(),
        Map.of(
            "credential", credential.id().toString(),
            "certificate_serial", serial(credential),
            "certificate_sha256", credential.certificateSha256().toHex()));
  }

  /**
   * Revokes them if their suspension is over and nobody has lifted it (CRT-10).
   *
   * @return the signer as it is now
   */
  Signer endSuspension(Handle handle, Ground ground, Signer signer, Instant now)
      throws RefusedException {
    boolean over = false;
    for (Credential credential : credentials.holdUsable(handle, signer.id())) {
      over |= isSuspensionOver(handle, credential, now);
    }
    if (over) {
      revoke(handle, ground, signer, RevocationReason.SUSPENSION_ENDED, now);
    }
    return signers.find(handle, signer.id()).orElseThrow();
  }

  /** Destroys the keys of those whose certificate's time is over (KEY-10), and tells the person. */
  void endExpired(Handle handle, Ground ground, Signer signer, Instant now) {
    List<Credential> held = credentials.holdUsable(handle, signer.id());
    List<Credential> expired = held.stream().filter(one -> one.isOverAt(now)).toList();
    if (expired.isEmpty()) {
      return;
    }
    expired.forEach(credential -> credentials.destroyKey(handle, credential));
    Optional<Signer> ended =
        expired.size() == held.size()
            ? Optional.of(signers.changeState(handle, signer, SignerState.PENDING_ACTIVATION))
            : Optional.empty();
    CredentialAct act = tell(handle, signer, new CredentialDeed.Expired(), now);
    for (Credential credential : expired) {
      Map<String, String> details = new LinkedHashMap<>();
      details.put("act", act.id().toString());
      details.put("credential", credential.id().toString());
      details.put("certificate_serial", serial(credential));
      record(handle, AuditEventType.CERTIFICATE_EXPIRED, ground, signer, details);
      recordDestruction(handle, ground, signer, credential);
    }
    ended.ifPresent(one -> audit.append(handle, Signers.written(one)));
  }

  private List<Credential> hold(Handle handle, Signer signer) throws RefusedException {
    List<Credential> held = credentials.holdUsable(handle, signer.id());
    if (held.isEmpty()) {
      throw new RefusedException(Refusal.NO_CREDENTIAL);
    }
    return held;
  }

  private static boolean areAll(List<Credential> held, CredentialState state) {
    return held.stream().allMatch(credential -> credential.state() == state);
  }

  private static void require(boolean allowed) throws RefusedException {
    if (!allowed) {
      throw new RefusedException(Refusal.CREDENTIAL_STATE);
    }
  }

  private boolean isSuspensionOver(Handle handle, Credential credential, Instant now) {
    return register
        .find(handle, credential.certificate().getSerialNumber())
        .flatMap(registered -> registered.suspendedUntil())
        .map(until -> !until.isAfter(now))
        .orElse(false);
  }

  private CredentialAct tell(Handle handle, Signer signer, CredentialDeed deed, Instant now) {
    interactions.disown(handle, signer.id());
    CredentialAct act = acts.insert(handle, signer.id(), deed, now);
    outbox.put(
        handle,
        new OutgoingMessage(
            CredentialMessages.kindOf(deed),
            act.id(),
            Optional.of(signer.id()),
            now.plus(NOTICE_LIFE)));
    return act;
  }

  private static Map<String, String> details(
      CredentialAct act, Ground ground, Credential credential) {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("act", act.id().toString());
    details.put("credential", credential.id().toString());
    details.put("certificate_serial", serial(credential));
    ground.evidence().ifPresent(hash -> details.put("evidence_sha256", hash.toHex()));
    return details;
  }

  private static String serial(Credential credential) {
    return credential.certificate().getSerialNumber().toString(16);
  }

  private void recordDestruction(
      Handle handle, Ground ground, Signer signer, Credential credential) {
    audit.append(handle, destruction(ground, signer, credential));
  }

  private static AuditEvent destruction(Ground ground, Signer signer, Credential credential) {
    return event(
        AuditEventType.KEY_DESTROYED,
        ground,
        signer,
        Map.of(
            "credential", credential.id().toString(),
            "public_key_sha256", credential.binding().publicKeySha256().toHex()));
  }

  private void record(
      Handle handle,
      AuditEventType type,
      Ground ground,
      Signer signer,
      Map<String, String> details) {
    audit.append(handle, event(type, ground, signer, details));
  }

  private static AuditEvent event(
      AuditEventType type, Ground ground, Signer signer, Map<String, String> details) {
    return AuditEvent.succeeded(type, ground.actor(), signer.id(), details);
  }
}
