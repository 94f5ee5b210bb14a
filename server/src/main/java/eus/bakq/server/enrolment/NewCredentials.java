package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
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
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.hsm.CitizenKeys;
import eus.bakq.server.hsm.NewCitizenKey;
import eus.bakq.server.sam.ActivationMechanism;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Makes what a citizen signs with, for whom all factors were right and the intent is recorded. The
 * order of its steps is the policy: for each credential, key made in the HSM, whose one signature
 * is over the certification request that we made from the account; the request recorded; the
 * certificate issued and checked; key sealed; the certificate taken into the register and recorded
 * (ENR-13, KEY-05). What was made is linked by the caller, with {@link #link} in a transaction of
 * its own, or given up. Where a process dies before that, nothing is linked, and {@link
 * TidyCredentials} revokes the certificates.
 *
 * <p>Safe for several threads.
 */
public final class NewCredentials {
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
   * For whom, and in which course of things.
   *
   * @param course the subject of the records: the activation, or the change of password
   * @param passwordGeneration of the password that the keys are sealed under
   * @param latestEnd when the certificates end if they would last longer
   */
  record Order(
      Signer signer, Object course, int passwordGeneration, Instant now, Instant latestEnd) {
    Order {
      Objects.requireNonNull(signer);
      Objects.requireNonNull(course);
      Objects.requireNonNull(now);
      Objects.requireNonNull(latestEnd);
    }
  }

  private final Database database;
  private final AuditLog audit;
  private final Making making;

  public NewCredentials(Database database, AuditLog audit, Making making) {
    this.database = Objects.requireNonNull(database);
    this.audit = Objects.requireNonNull(audit);
    this.making = Objects.requireNonNull(making);
  }

  /** When the last algorithm of new keys ends (KEY-03). */
  Instant keyEnd() {
    return making.keyEnd();
  }

  /**
   * Makes one for each purpose; their certificates are durable in register and record, and linked
   * to nothing.
   *
   * @param activationSecret what they are sealed under; stays the caller's
   * @throws eus.bakq.server.failure.UnavailableException if HSM or database do not answer: what was
   *     issued by then is never linked
   */
  List<Credential> make(Order order, SecretBytes activationSecret) throws RefusedException {
    List<Credential> made = new ArrayList<>();
    for (CredentialPurpose purpose : making.purposes()) {
      made.add(make(order, activationSecret, purpose));
    }
    return made;
  }

  private Credential make(Order order, SecretBytes activationSecret, CredentialPurpose purpose)
      throws RefusedException {
    CertificateSubject named = subjectOf(order.signer());
    NewCitizenKey key =
        making
            .citizenKeys()
            .generate(
                making.keyAlgorithm(),
                publicKey ->
                    CertificationRequests.toBeSigned(named, publicKey, making.requestAlgorithm()));
    CertificationRequest request =
        CertificationRequests.assemble(named, key.publicKey(), key.proofOfPossession());
    database.transact(handle -> recordRequest(handle, order, key, request));
    IssuedCertificate issued =
        making.authority().issue(request, named, purpose, order.now(), order.latestEnd());
    Credential credential = seal(order, activationSecret, key, issued, purpose);
    database.transact(handle -> recordIssued(handle, order, credential));
    return credential;
  }

  private static CertificateSubject subjectOf(Signer signer) {
    return new CertificateSubject(
        signer.name().givenName(), signer.name().surname(), "IDCES-" + signer.dni().value());
  }

  private void recordRequest(
      Handle handle, Order order, NewCitizenKey key, CertificationRequest request) {
    String publicKeySha256 = Bytes.copyOf(key.publicKey().getEncoded()).sha256().toHex();
    audit.append(
        handle,
        AuditEvent.succeeded(
            AuditEventType.KEY_GENERATED,
            order.signer().id().toString(),
            order.course(),
            Map.of(
                "public_key_sha256", publicKeySha256,
                "algorithm", key.wrapped().algorithm().name(),
                "epoch", key.wrapped().epoch())));
    audit.append(
        handle,
        AuditEvent.succeeded(
            AuditEventType.CERTIFICATE_REQUESTED,
            "system",
            order.course(),
            Map.of(
                "public_key_sha256",
                publicKeySha256,
                "request_sha256",
                request.encoded().sha256().toHex())));
  }

  private Credential seal(
      Order order,
      SecretBytes activationSecret,
      NewCitizenKey key,
      IssuedCertificate issued,
      CredentialPurpose purpose) {
    CredentialId id =
        new CredentialId(new UUID(making.random().nextLong(), making.random().nextLong()));
    SealBinding binding =
        new SealBinding(
            order.signer().id(),
            id,
            purpose,
            Bytes.copyOf(key.publicKey().getEncoded()).sha256(),
            ActivationMechanism.PASSWORD_AND_SMS,
            order.passwordGeneration(),
            key.wrapped().epoch(),
            key.wrapped().wrapMechanism(),
            key.wrapped().wrapParameter(),
            key.wrapped().algorithm());
    return new Credential(
        id,
        order.signer().id(),
        CredentialState.ACTIVE,
        issued.certificate(),
        issued.issuers(),
        binding,
        Optional.of(making.seal().close(key.wrapped(), activationSecret, binding)),
        order.now(),
        1);
  }

  /**
   * Whatever becomes of it, no certificate of the authority is without its record and its status.
   */
  private void recordIssued(Handle handle, Order order, Credential credential) {
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
    audit.append(
        handle,
        AuditEvent.succeeded(
            AuditEventType.CERTIFICATE_ISSUED, "system", order.course(), named(credential)));
  }

  /** Whether {@code signer} is still whom they all name (ENR-13). */
  static boolean name(Signer signer, List<Credential> made) {
    return made.stream().allMatch(one -> subjectOf(signer).isNamedIn(one.certificate()));
  }

  /** Links them; {@link #linked} is to be recorded in the same transaction. */
  void link(Handle handle, List<Credential> made) {
    for (Credential credential : made) {
      if (!making.register().endWait(handle, credential.certificate().getSerialNumber())) {
        throw new IllegalStateException("a certificate was given up before it could be linked");
      }
      making.credentials().insert(handle, credential);
    }
  }

  /** Whether {@link #link} was committed: for who has lost the answer. */
  boolean areLinked(Handle handle, List<Credential> made) {
    return making.credentials().find(handle, made.getFirst().id()).isPresent();
  }

  /** What the record says of each link. */
  static List<AuditEvent> linked(Object course, List<Credential> made) {
    return made.stream()
        .map(
            credential ->
                AuditEvent.succeeded(
                    AuditEventType.CERTIFICATE_LINKED,
                    credential.signer().toString(),
                    course,
                    named(credential)))
        .toList();
  }

  /**
   * The keys are forgotten; the certificates must not stay good.
   *
   * @param names whether they name the account as it is
   * @return what is to be recorded, last, in the same transaction
   */
  List<AuditEvent> giveUp(Handle handle, Object course, List<Credential> made, boolean names) {
    List<AuditEvent> events = new ArrayList<>();
    for (Credential credential : made) {
      if (!names) {
        events.add(
            AuditEvent.refused(
                AuditEventType.CERTIFICATE_REJECTED,
                "NAMES_DIFFER",
                "system",
                course,
                named(credential)));
      }
      TidyCredentials.giveUp(handle, making.register(), credential.certificate().getSerialNumber())
          .ifPresent(events::add);
    }
    return events;
  }

  /** By what records know a credential. */
  static Map<String, String> named(Credential credential) {
    return Map.of(
        "credential", credential.id().toString(),
        "purpose", credential.purpose().name(),
        "certificate_sha256", credential.certificateSha256().toHex(),
        "certificate_serial", credential.certificate().getSerialNumber().toString(16),
        "public_key_sha256", credential.binding().publicKeySha256().toHex());
  }
}
