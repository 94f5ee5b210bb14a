package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.authentication.AuthenticatedSigner;
import eus.bakq.server.authentication.CodeStep;
import eus.bakq.server.authentication.DeviceCookies;
import eus.bakq.server.certificate.CertificateSubject;
import eus.bakq.server.certificate.CertificationAuthority;
import eus.bakq.server.certificate.CertificationRequest;
import eus.bakq.server.certificate.CertificationRequests;
import eus.bakq.server.certificate.IssuedCertificate;
import eus.bakq.server.credential.CertificateKind;
import eus.bakq.server.credential.CertificateRegister;
import eus.bakq.server.credential.Credential;
import eus.bakq.server.credential.CredentialState;
import eus.bakq.server.credential.Credentials;
import eus.bakq.server.credential.Seal;
import eus.bakq.server.credential.SealBinding;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.hsm.CitizenKeys;
import eus.bakq.server.hsm.NewCitizenKey;
import eus.bakq.server.notification.MessageKind;
import eus.bakq.server.notification.OutgoingMessage;
import eus.bakq.server.sam.ActivationMechanism;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.SignerState;
import eus.bakq.server.vocabulary.ActivationId;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * From the first code to an active BakQ. The order of its steps is the policy: factors judged and
 * the intent recorded; then for each credential, key made in the HSM, whose one signature is over
 * the certification request that we made from the account; the request recorded; the certificate
 * issued and checked; taken into the register and recorded, key sealed; and everything linked in
 * one transaction (ENR-11, ENR-12, ENR-13, KEY-05). Where it stops before that, nothing is linked:
 * certificates that were issued are revoked, and the citizen opens the link again.
 */
public final class CompleteActivation {
  private static final Duration NOTICE_LIFE = Duration.ofDays(1);

  /**
   * What keys are made of.
   *
   * @param keyEnd when the last algorithm of such keys ends: no certificate lasts longer (KEY-03)
   * @param purposes what each citizen gets a credential for; SIGNATURE first
   */
  public record Making(
      CitizenKeys citizenKeys,
      CertificationAuthority authority,
      CertificateRegister register,
      Credentials credentials,
      Seal seal,
      SecureRandom random,
      KeyAlgorithm keyAlgorithm,
      SignatureAlgorithm requestAlgorithm,
      Instant keyEnd,
      List<CredentialPurpose> purposes) {
    public Making {
      purposes = List.copyOf(purposes);
      if (purposes.getFirst() != CredentialPurpose.SIGNATURE) {
        throw new IllegalArgumentException("a citizen gets a credential for signing first");
      }
    }
  }

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

  private record Account(Signer signer, int passwordGeneration, Instant now) {}

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
  private final Making making;

  public CompleteActivation(
      ActivationParts parts,
      CodeStep codeStep,
      DeviceCookies devices,
      ActivationSubject subject,
      Making making) {
    this.parts = parts;
    this.codeStep = codeStep;
    this.devices = devices;
    this.subject = subject;
    this.making = making;
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
      Account account = parts.database().inTransaction(handle -> account(handle, proven));
      List<Credential> made = new ArrayList<>();
      for (CredentialPurpose purpose : making.purposes()) {
        made.add(make(proven, authenticated, account, purpose));
      }
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

  private Account account(Handle handle, ActivationSubject.Authenticated proven) {
    return new Account(
        parts.signers().find(handle, proven.signer().signer()).orElseThrow(),
        proven.passwordGeneration(),
        Database.now(handle));
  }

  private static CertificateSubject subjectOf(Signer signer) {
    return new CertificateSubject(
        signer.name().givenName(), signer.name().surname(), "IDCES-" + signer.dni().value());
  }

  private Credential make(
      ActivationSubject.Authenticated proven,
      AuthenticatedSigner authenticated,
      Account account,
      CredentialPurpose purpose)
      throws RefusedException {
    CertificateSubject named = subjectOf(account.signer());
    NewCitizenKey key =
        making
            .citizenKeys()
            .generate(
                making.keyAlgorithm(),
                publicKey ->
                    CertificationRequests.toBeSigned(named, publicKey, making.requestAlgorithm()));
    CertificationRequest request =
        CertificationRequests.assemble(named, key.publicKey(), key.proofOfPossession());
    parts.database().transact(handle -> recordRequest(handle, authenticated, key, request));
    IssuedCertificate issued =
        making.authority().issue(request, named, purpose, account.now(), making.keyEnd());
    Credential credential = seal(authenticated, account, key, issued, purpose);
    parts.database().transact(handle -> recordIssued(handle, proven, credential));
    return credential;
  }

  private void recordRequest(
      Handle handle,
      AuthenticatedSigner authenticated,
      NewCitizenKey key,
      CertificationRequest request) {
    ActivationId activation = new ActivationId(authenticated.subject());
    String publicKeySha256 = Bytes.copyOf(key.publicKey().getEncoded()).sha256().toHex();
    parts
        .audit()
        .append(
            handle,
            AuditEvent.succeeded(
                AuditEventType.KEY_GENERATED,
                authenticated.signer().toString(),
                activation,
                Map.of(
                    "public_key_sha256", publicKeySha256,
                    "algorithm", key.wrapped().algorithm().name(),
                    "epoch", key.wrapped().epoch())));
    parts
        .audit()
        .append(
            handle,
            AuditEvent.succeeded(
                AuditEventType.CERTIFICATE_REQUESTED,
                "system",
                activation,
                Map.of(
                    "public_key_sha256",
                    publicKeySha256,
                    "request_sha256",
                    request.encoded().sha256().toHex())));
  }

  private Credential seal(
      AuthenticatedSigner authenticated,
      Account account,
      NewCitizenKey key,
      IssuedCertificate issued,
      CredentialPurpose purpose) {
    CredentialId id =
        new CredentialId(new UUID(making.random().nextLong(), making.random().nextLong()));
    SealBinding binding =
        new SealBinding(
            authenticated.signer(),
            id,
            purpose,
            Bytes.copyOf(key.publicKey().getEncoded()).sha256(),
            ActivationMechanism.PASSWORD_AND_SMS,
            account.passwordGeneration(),
            key.wrapped().epoch(),
            key.wrapped().wrapMechanism(),
            key.wrapped().wrapParameter(),
            key.wrapped().algorithm());
    return new Credential(
        id,
        authenticated.signer(),
        CredentialState.ACTIVE,
        issued.certificate(),
        issued.issuers(),
        binding,
        Optional.of(making.seal().close(key.wrapped(), authenticated.activationSecret(), binding)),
        account.now(),
        1);
  }

  /**
   * Whatever becomes of it, no certificate of the authority is without its record and its status.
   */
  private void recordIssued(
      Handle handle, ActivationSubject.Authenticated proven, Credential credential) {
    making
        .register()
        .awaitLink(
            handle,
            making
                .register()
                .record(
                    handle,
                    credential.certificate(),
                    CertificateKind.of(credential.purpose()),
                    Optional.of(credential.id()),
                    Database.now(handle)));
    parts
        .audit()
        .append(
            handle,
            AuditEvent.succeeded(
                AuditEventType.CERTIFICATE_ISSUED,
                "system",
                proven.activation().id(),
                named(credential)));
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
    if (!made.stream().allMatch(one -> subjectOf(signer).isNamedIn(one.certificate()))) {
      return Link.NAMES_DIFFER;
    }
    for (Credential credential : made) {
      if (!making.register().endWait(handle, credential.certificate().getSerialNumber())) {
        throw new IllegalStateException("a certificate was given up before it could be linked");
      }
      making.credentials().insert(handle, credential);
    }
    parts.signers().changeState(handle, signer, SignerState.ACTIVE);
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
    for (Credential credential : made) {
      record(handle, AuditEventType.CERTIFICATE_LINKED, activation, credential);
    }
    record(handle, AuditEventType.ACTIVATION_COMPLETED, activation, made.getFirst());
    return Link.LINKED;
  }

  private void record(
      Handle handle, AuditEventType type, Activation activation, Credential credential) {
    parts
        .audit()
        .append(
            handle,
            AuditEvent.succeeded(
                type, credential.signer().toString(), activation.id(), named(credential)));
  }

  /** The keys are forgotten; the certificates must not stay good. */
  private void giveUp(
      Handle handle, ActivationSubject.Authenticated proven, List<Credential> made, Link link) {
    // All of the register first: the record's lock is taken last, by everybody.
    List<AuditEvent> events = new ArrayList<>();
    for (Credential credential : made) {
      if (link == Link.NAMES_DIFFER) {
        events.add(
            AuditEvent.refused(
                AuditEventType.CERTIFICATE_REJECTED,
                link.name(),
                "system",
                proven.activation().id(),
                named(credential)));
      }
      TidyCredentials.giveUp(handle, making.register(), credential.certificate().getSerialNumber())
          .ifPresent(events::add);
    }
    parts.audit().appendAll(handle, events);
  }

  private static Map<String, String> named(Credential credential) {
    return Map.of(
        "credential", credential.id().toString(),
        "purpose", credential.purpose().name(),
        "certificate_sha256", credential.certificateSha256().toHex(),
        "certificate_serial", credential.certificate().getSerialNumber().toString(16),
        "public_key_sha256", credential.binding().publicKeySha256().toHex());
  }
}
