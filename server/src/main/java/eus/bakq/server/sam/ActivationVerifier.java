package eus.bakq.server.sam;

import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.credential.CertificateRegister;
import eus.bakq.server.credential.CertificateState;
import eus.bakq.server.credential.Credential;
import eus.bakq.server.credential.CredentialState;
import eus.bakq.server.credential.Credentials;
import eus.bakq.server.database.Database;
import eus.bakq.server.hsm.CitizenKeys;
import eus.bakq.server.hsm.InfrastructureKeys;
import eus.bakq.server.hsm.MacKey;
import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialPurpose;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jdbi.v3.core.Handle;

/**
 * Judges signature activation data in the order of {@link #verify}; the first thing wrong ends it,
 * and {@link SadRefusal} names it.
 */
final class ActivationVerifier {
  static final Duration HARDEST_LIFE = Duration.ofMinutes(5);
  private static final String SERIAL_NUMBER = "2.5.4.5";

  private final InfrastructureKeys keys;
  private final CitizenKeys citizenKeys;
  private final ActivationLedger ledger;
  private final Credentials credentials;
  private final CertificateRegister register;
  private final AuditLog audit;
  private final SamSettings settings;

  ActivationVerifier(
      InfrastructureKeys keys,
      CitizenKeys citizenKeys,
      ActivationLedger ledger,
      Credentials credentials,
      CertificateRegister register,
      AuditLog audit,
      SamSettings settings) {
    this.keys = keys;
    this.citizenKeys = citizenKeys;
    this.ledger = ledger;
    this.credentials = credentials;
    this.register = register;
    this.audit = audit;
    this.settings = settings;
  }

  SignatureActivationData verify(
      Handle handle, UnverifiedActivationData unverified, SigningContext context)
      throws SadRefusedException {
    ActivationContent content = parse(unverified);
    requireMac(unverified);
    Instant now = Database.now(handle);
    requireInTime(content, now);
    requireUnused(handle, content);
    requireFor(content, context);
    Credential credential = requireCredential(handle, content);
    require(citizenKeys.opens(credential.binding().epoch()), SadRefusal.EPOCH_ENDED);
    requireCertificate(credential, context, now);
    requireGood(handle, credential);
    requireNotSetBack(handle, credential);
    requireAuthentication(content, credential, now);
    requireAlgorithm(content, credential, now);
    return new SignatureActivationData(content, credential);
  }

  private static ActivationContent parse(UnverifiedActivationData unverified)
      throws SadRefusedException {
    try {
      return ActivationContent.decode(unverified.encoded());
    } catch (IllegalArgumentException e) {
      throw new SadRefusedException(SadRefusal.MALFORMED, e);
    }
  }

  private void requireMac(UnverifiedActivationData unverified) throws SadRefusedException {
    Bytes right = Bytes.copyOf(keys.mac(MacKey.SAD, unverified.encoded().toByteArray()));
    require(right.equals(unverified.mac()), SadRefusal.WRONG_MAC);
  }

  private static void requireInTime(ActivationContent content, Instant now)
      throws SadRefusedException {
    require(
        !now.isBefore(content.issuedAt())
            && now.isBefore(content.expiresAt())
            && Duration.between(content.issuedAt(), content.expiresAt()).compareTo(HARDEST_LIFE)
                <= 0,
        SadRefusal.OUT_OF_TIME);
  }

  /** Only a first look: the reservation is what makes a second use impossible. */
  private void requireUnused(Handle handle, ActivationContent content) throws SadRefusedException {
    Optional<LedgerState> progress = ledger.progress(handle, content.id());
    require(progress.isPresent(), SadRefusal.UNKNOWN);
    require(progress.get() == LedgerState.AUTHORISED, SadRefusal.ALREADY_USED);
  }

  private static void requireFor(ActivationContent content, SigningContext context)
      throws SadRefusedException {
    require(
        content.request().equals(context.request())
            && content.client().equals(context.client())
            && content.interaction().equals(context.interaction()),
        SadRefusal.ANOTHER_REQUEST);
    // In order and with multiplicity: a list, not a set (SAD-07).
    require(content.hashes().equals(context.hashes()), SadRefusal.HASH_NOT_AUTHORISED);
  }

  private Credential requireCredential(Handle handle, ActivationContent content)
      throws SadRefusedException {
    Credential credential;
    try {
      credential =
          credentials
              .find(handle, content.credential())
              .orElseThrow(() -> new SadRefusedException(SadRefusal.CREDENTIAL_NOT_ACTIVE));
    } catch (AlteredRowException e) {
      Database.notice(handle, e);
      throw new SadRefusedException(SadRefusal.KEY_DIFFERS, e);
    }
    require(
        credential.state() == CredentialState.ACTIVE
            && credential.signer().equals(content.signer()),
        SadRefusal.CREDENTIAL_NOT_ACTIVE);
    require(
        credential.purpose() == CredentialPurpose.SIGNATURE, SadRefusal.CREDENTIAL_NOT_FOR_SIGNING);
    require(
        credential.binding().publicKeySha256().equals(content.publicKeySha256()),
        SadRefusal.KEY_DIFFERS);
    return credential;
  }

  private static void requireCertificate(Credential credential, SigningContext context, Instant now)
      throws SadRefusedException {
    require(credential.isValidAt(now), SadRefusal.CERTIFICATE_NOT_VALID);
    require(
        serialNumber(credential).equals(context.subjectSerialNumber()),
        SadRefusal.CERTIFICATE_NOT_VALID);
  }

  /**
   * Held until the reservation is committed: a revocation comes before it, and is seen, or after
   * it. Of a certificate that is not in the register nothing good is known (SAD-21).
   */
  private void requireGood(Handle handle, Credential credential) throws SadRefusedException {
    boolean good;
    try {
      good =
          register
              .findAndHold(handle, credential.certificate().getSerialNumber())
              .filter(found -> found.state() == CertificateState.GOOD)
              .filter(found -> found.certificateSha256().equals(credential.certificateSha256()))
              .isPresent();
    } catch (AlteredRowException e) {
      Database.notice(handle, e);
      throw new SadRefusedException(SadRefusal.CERTIFICATE_NOT_GOOD, e);
    }
    require(good, SadRefusal.CERTIFICATE_NOT_GOOD);
  }

  /**
   * Rows from before a suspension or the end of the key, which somebody has put back with the MACs
   * of then (KEY-10). What ends a credential changes the register's row, which is held, and is
   * recorded in the same transaction.
   */
  private void requireNotSetBack(Handle handle, Credential credential) throws SadRefusedException {
    String id = credential.id().toString();
    if (audit.saysNotUsable(handle, id)) {
      AlteredRowException setBack = new AlteredRowException("credential", id);
      Database.notice(handle, setBack);
      throw new SadRefusedException(SadRefusal.KEY_DIFFERS, setBack);
    }
  }

  private static String serialNumber(Credential credential) {
    String subject =
        credential
            .certificate()
            .getSubjectX500Principal()
            .getName("RFC2253", java.util.Map.of(SERIAL_NUMBER, "SERIALNUMBER"));
    try {
      for (Rdn rdn : new LdapName(subject).getRdns()) {
        if (rdn.getType().equals("SERIALNUMBER")) {
          return rdn.getValue().toString();
        }
      }
      return "";
    } catch (InvalidNameException e) {
      throw new IllegalStateException("a certificate's subject is a distinguished name", e);
    }
  }

  private void requireAuthentication(ActivationContent content, Credential credential, Instant now)
      throws SadRefusedException {
    require(
        content.mechanism().equals(credential.binding().activationMechanism())
            && Duration.between(content.authenticatedAt(), now).compareTo(settings.sadLife()) <= 0,
        SadRefusal.AUTHENTICATION_NOT_ENOUGH);
  }

  private void requireAlgorithm(ActivationContent content, Credential credential, Instant now)
      throws SadRefusedException {
    require(
        settings.algorithms().allows(content.algorithm(), now)
            && content.algorithm().keyAlgorithm() == credential.keyAlgorithm(),
        SadRefusal.ALGORITHM_NOT_ALLOWED);
  }

  private static void require(boolean holds, SadRefusal otherwise) throws SadRefusedException {
    if (!holds) {
      throw new SadRefusedException(otherwise);
    }
  }
}
