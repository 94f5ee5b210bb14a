package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.authentication.AuthenticatedSigner;
import eus.bakq.server.authentication.CodeStep;
import eus.bakq.server.certificate.CertificateSubject;
import eus.bakq.server.certificate.CertificationAuthority;
import eus.bakq.server.certificate.CertificationRequest;
import eus.bakq.server.certificate.CertificationRequests;
import eus.bakq.server.certificate.IssuedCertificate;
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
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * From the first code to an active BakQ. The order of its steps is the policy: factors judged and
 * the intent recorded; key made in the HSM, whose one signature is over the certification request
 * that we made from the account; the request recorded; the certificate issued and checked;
 * certificate recorded, key sealed and everything linked in one transaction (ENR-11, ENR-12,
 * ENR-13, KEY-05). Where it stops before that, nothing was stored: the citizen opens the link
 * again.
 */
public final class CompleteActivation {
  private static final Duration NOTICE_LIFE = Duration.ofDays(1);

  /** What keys are made of. */
  public record Making(
      CitizenKeys citizenKeys,
      CertificationAuthority authority,
      Credentials credentials,
      Seal seal,
      SecureRandom random,
      KeyAlgorithm keyAlgorithm,
      SignatureAlgorithm requestAlgorithm) {}

  private record Account(Signer signer, int passwordGeneration, Instant now) {}

  private final ActivationParts parts;
  private final CodeStep codeStep;
  private final ActivationSubject subject;
  private final Making making;

  public CompleteActivation(
      ActivationParts parts, CodeStep codeStep, ActivationSubject subject, Making making) {
    this.parts = parts;
    this.codeStep = codeStep;
    this.subject = subject;
    this.making = making;
  }

  /**
   * Durable when it returns.
   *
   * @throws RefusedException what {@link CodeStep#run} refuses; ACTIVATION_STEP
   */
  public IssuedCertificate run(CodeStep.Attempt attempt) throws RefusedException {
    ActivationSubject.Authenticated proven = codeStep.run(attempt, subject);
    try (AuthenticatedSigner authenticated = proven.signer()) {
      Account account = parts.database().inTransaction(handle -> account(handle, proven));
      CertificateSubject named = subjectOf(account.signer());
      NewCitizenKey key =
          making
              .citizenKeys()
              .generate(
                  making.keyAlgorithm(),
                  publicKey ->
                      CertificationRequests.toBeSigned(
                          named, publicKey, making.requestAlgorithm()));
      CertificationRequest request =
          CertificationRequests.assemble(named, key.publicKey(), key.proofOfPossession());
      parts.database().transact(handle -> recordRequest(handle, authenticated, key, request));
      IssuedCertificate issued =
          making.authority().issue(request, named, CredentialPurpose.SIGNATURE, account.now());
      Credential credential = seal(authenticated, account, key, issued);
      parts.database().transact(handle -> recordIssued(handle, proven, credential));
      parts.database().transact(handle -> link(handle, proven, credential));
      parts.outbox().wake();
      return issued;
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
      IssuedCertificate issued) {
    CredentialId id =
        new CredentialId(new UUID(making.random().nextLong(), making.random().nextLong()));
    SealBinding binding =
        new SealBinding(
            authenticated.signer(),
            id,
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

  /** Whatever becomes of it, no certificate of the authority is without its record. */
  private void recordIssued(
      Handle handle, ActivationSubject.Authenticated proven, Credential credential) {
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

  private void link(Handle handle, ActivationSubject.Authenticated proven, Credential credential)
      throws RefusedException {
    Activation activation =
        parts.activations().findAndHold(handle, proven.activation().id()).orElseThrow();
    if (activation.version() != proven.activation().version()) {
      // Begun anew, or ended, while the key was being made, perhaps with another password. The key
      // is forgotten; the certificate is in the record and belongs to no credential.
      throw new RefusedException(Refusal.ACTIVATION_STEP);
    }
    Signer found = parts.signers().find(handle, proven.signer().signer()).orElseThrow();
    Signer signer = parts.signers().findAndHold(handle, found.dni()).orElseThrow();
    making.credentials().insert(handle, credential);
    parts.signers().changeState(handle, signer, SignerState.ACTIVE);
    parts
        .activations()
        .advance(handle, activation, ActivationState.COMPLETED, Database.now(handle));
    parts
        .outbox()
        .put(
            handle,
            new OutgoingMessage(
                MessageKind.ACTIVATION_COMPLETED,
                activation.id().value(),
                Optional.of(signer.id()),
                Database.now(handle).plus(NOTICE_LIFE)));
    for (AuditEventType type :
        List.of(AuditEventType.CERTIFICATE_LINKED, AuditEventType.ACTIVATION_COMPLETED)) {
      parts
          .audit()
          .append(
              handle,
              AuditEvent.succeeded(
                  type, signer.id().toString(), activation.id(), named(credential)));
    }
  }

  private static Map<String, String> named(Credential credential) {
    return Map.of(
        "credential", credential.id().toString(),
        "certificate_sha256", credential.certificateSha256().toHex(),
        "certificate_serial", credential.certificate().getSerialNumber().toString(16),
        "public_key_sha256", credential.binding().publicKeySha256().toHex());
  }
}
