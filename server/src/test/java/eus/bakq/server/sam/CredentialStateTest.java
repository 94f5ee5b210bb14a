package eus.bakq.server.sam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.fixtures.Pki;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.audit.AuditRecord;
import eus.bakq.server.credential.CertificateKind;
import eus.bakq.server.credential.CertificateRegister;
import eus.bakq.server.credential.Credential;
import eus.bakq.server.credential.CredentialState;
import eus.bakq.server.credential.Credentials;
import eus.bakq.server.credential.RevocationReason;
import eus.bakq.server.credential.Seal;
import eus.bakq.server.credential.SealBinding;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.hsm.FakeCitizenKeys;
import eus.bakq.server.hsm.MacKey;
import eus.bakq.server.hsm.NewCitizenKey;
import eus.bakq.server.hsm.SoftwareInfrastructureKeys;
import eus.bakq.server.signer.RowMacs;
import eus.bakq.server.vocabulary.ActivationDataId;
import eus.bakq.server.vocabulary.AlgorithmPolicy;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.ChallengeId;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureRequestId;
import eus.bakq.server.vocabulary.SignatureValue;
import eus.bakq.server.vocabulary.SignerId;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * SAD-21: activation data that are right in everything, for a credential that may not sign now,
 * whatever became of it since the data were made. The key is not used, and the record says why.
 */
@Tag("postgres")
final class CredentialStateTest {
  private static final String SERIAL_NUMBER = "IDCES-00000000T";
  private static final CallerName SEDE = new CallerName("sede-a");
  private static final Pki PKI = Pki.create("authority");
  private static final DtbsRepresentation HASH =
      new DtbsRepresentation(
          SignatureAlgorithm.ECDSA_P256_SHA256, Bytes.copyOf(new byte[] {1}).sha256());

  private static final AlgorithmPolicy WITHOUT_SHA512 =
      new AlgorithmPolicy(
          AlgorithmPolicy.everything().schemes(),
          Map.of(
              DigestAlgorithm.SHA256, AlgorithmPolicy.NO_END,
              DigestAlgorithm.SHA384, AlgorithmPolicy.NO_END,
              DigestAlgorithm.SHA512, Instant.parse("2026-01-01T00:00:00Z")));

  private static TestDatabase database;

  private final SoftwareInfrastructureKeys keys = new SoftwareInfrastructureKeys();
  private final FakeCitizenKeys citizenKeys = new FakeCitizenKeys();
  private final SecureRandom random = new SecureRandom();
  private final AuditLog audit = new AuditLog();
  private final ActivationLedger ledger = new ActivationLedger(UUID.randomUUID());
  private final Credentials credentials = new Credentials(new RowMacs(keys));
  private final CertificateRegister register = new CertificateRegister(new RowMacs(keys));
  private final SecretBytes secret = SecretBytes.takeOver(new byte[32]);
  private final SignHashes signHashes =
      new SignHashes(
          database.database(),
          keys,
          ledger,
          credentials,
          register,
          citizenKeys,
          new Seal(random),
          audit,
          new SamSettings(Duration.ofMinutes(2), WITHOUT_SHA512));
  private Instant now;
  private int signaturesBefore;

  @BeforeAll
  static void open() {
    database = TestDatabase.open();
  }

  @AfterAll
  static void close() {
    database.close();
  }

  @BeforeEach
  void setTime() {
    now = database.run(Database::now);
  }

  @AfterEach
  void wipe() {
    secret.close();
  }

  @Test
  @DisplayName("a credential in order signs")
  void signsWithAGoodOne() throws Exception {
    assertThat(present(issued(credential()))).hasSize(1);
  }

  @Test
  @DisplayName("suspended between password and code; signs again when it was lifted")
  void refusesASuspendedOneUntilItIsLifted() throws Exception {
    Credential credential = credential();
    ActivationContent content = issued(credential);
    Credential suspended = suspend(credential);

    assertRefused(content, SadRefusal.CREDENTIAL_NOT_ACTIVE);

    database.run(
        handle -> {
          credentials.lift(handle, suspended);
          return register.lift(handle, serial(credential), now);
        });
    assertThat(present(issued(credential))).hasSize(1);
  }

  @Test
  @DisplayName("revoked between password and code: the key is gone")
  void refusesARevokedOne() {
    Credential credential = credential();
    ActivationContent content = issued(credential);
    database.run(
        handle -> {
          credentials.destroyKey(handle, credential);
          return revoke(handle, credential);
        });

    assertRefused(content, SadRefusal.CREDENTIAL_NOT_ACTIVE);
  }

  @Test
  @DisplayName("active by its own row, but suspended or revoked in the register")
  void asksTheRegisterToo() {
    Credential suspended = credential();
    database.run(
        handle -> register.suspend(handle, serial(suspended), now, now.plus(Duration.ofDays(1))));
    assertRefused(issued(suspended), SadRefusal.CERTIFICATE_NOT_GOOD);

    Credential revoked = credential();
    database.run(handle -> revoke(handle, revoked));
    assertRefused(issued(revoked), SadRefusal.CERTIFICATE_NOT_GOOD);
  }

  @Test
  @DisplayName("of a certificate that is not in the register nothing good is known")
  void refusesOneThatIsNotRegistered() {
    Credential credential = inserted(made(CredentialPurpose.SIGNATURE, day(-1), day(1)));

    assertRefused(issued(credential), SadRefusal.CERTIFICATE_NOT_GOOD);
  }

  @Test
  @DisplayName("ENR-14: a row of the register that the database administrator has altered")
  void refusesOneWhoseStatusWasAltered() throws SQLException {
    Credential credential = credential();
    database.run(handle -> revoke(handle, credential));
    database.asSuperuser(
        "set session_replication_role = replica",
        "update certificate_register set state = 'GOOD', reason = null where credential_id = '"
            + credential.id()
            + "'");

    assertRefused(issued(credential), SadRefusal.CERTIFICATE_NOT_GOOD);
  }

  @Test
  @DisplayName("ENR-14: a credential's row that the database administrator has altered")
  void refusesAnAlteredCredential() throws Exception {
    Credential credential = credential();
    ActivationContent content = issued(credential);
    String change = "update credential set password_generation = %d where id = '%s'";

    database.asSuperuser(
        "set session_replication_role = replica", change.formatted(2, credential.id()));
    assertRefused(content, SadRefusal.KEY_DIFFERS);
    database.asSuperuser(
        "set session_replication_role = replica", change.formatted(1, credential.id()));
    assertThat(present(issued(credential))).hasSize(1);
  }

  @Test
  @DisplayName("expired a second ago, and valid from tomorrow")
  void refusesOnesThatAreNotValidNow() {
    Credential expired =
        registered(made(CredentialPurpose.SIGNATURE, day(-30), now.minusSeconds(2)));
    assertRefused(issued(expired), SadRefusal.CERTIFICATE_NOT_VALID);

    Credential notYetValid = registered(made(CredentialPurpose.SIGNATURE, day(1), day(30)));
    assertRefused(issued(notYetValid), SadRefusal.CERTIFICATE_NOT_VALID);
  }

  @Test
  @DisplayName("KEY-02: an algorithm whose end has come")
  void refusesAnAlgorithmThatHasEnded() {
    Credential credential = registered(made(CredentialPurpose.SIGNATURE, day(-1), day(1)));
    DtbsRepresentation ended =
        new DtbsRepresentation(
            SignatureAlgorithm.ECDSA_P256_SHA512,
            Bytes.copyOf(new byte[] {1}).digest(DigestAlgorithm.SHA512));

    assertRefused(issued(credential, ended), SadRefusal.ALGORITHM_NOT_ALLOWED);
  }

  @Test
  @DisplayName("CRT-04: a credential for saying who somebody is signs no document")
  void refusesOneForAnotherPurpose() {
    Credential credential = registered(made(CredentialPurpose.AUTHENTICATION, day(-1), day(1)));

    assertRefused(issued(credential), SadRefusal.CREDENTIAL_NOT_FOR_SIGNING);
  }

  @Test
  @DisplayName("CRT-08: what comes while a revocation is committed waits for it, and is refused")
  void waitsForARevocationUnderWay() throws Exception {
    Credential credential = credential();
    ActivationContent content = issued(credential);
    CompletableFuture<Optional<RefusedException>> answer = new CompletableFuture<>();
    database.run(
        handle -> {
          revoke(handle, credential);
          Thread.ofVirtual().start(() -> answer.complete(refusalOf(content)));
          awaitWaiter(handle);
          return true;
        });

    assertThat(answer.get()).isPresent();
    assertRecorded(content, SadRefusal.CERTIFICATE_NOT_GOOD);
  }

  private Optional<RefusedException> refusalOf(ActivationContent content) {
    try {
      present(content);
      return Optional.empty();
    } catch (RefusedException e) {
      return Optional.of(e);
    }
  }

  /** Until somebody waits for a lock in this database. */
  private static void awaitWaiter(org.jdbi.v3.core.Handle handle) {
    boolean waits = false;
    while (!waits) {
      waits =
          handle
              .createQuery(
                  """
                  select exists(select 1 from pg_stat_activity
                    where datname = current_database() and wait_event_type = 'Lock')""")
              .mapTo(Boolean.class)
              .one();
      Thread.onSpinWait();
    }
  }

  private Object revoke(org.jdbi.v3.core.Handle handle, Credential credential) {
    return register.revoke(handle, serial(credential), RevocationReason.SIGNER_ASKED, now);
  }

  private Credential suspend(Credential credential) {
    return database.run(
        handle -> {
          register.suspend(handle, serial(credential), now, now.plus(Duration.ofDays(1)));
          return credentials.suspend(handle, credential);
        });
  }

  private static BigInteger serial(Credential credential) {
    return credential.certificate().getSerialNumber();
  }

  private Instant day(int days) {
    return now.plus(Duration.ofDays(days));
  }

  /** In order. */
  private Credential credential() {
    return registered(made(CredentialPurpose.SIGNATURE, day(-1), day(1)));
  }

  private Credential registered(Credential credential) {
    database.run(
        handle ->
            register.record(
                handle,
                credential.certificate(),
                CertificateKind.of(credential.purpose()),
                Optional.of(credential.id()),
                now));
    return inserted(credential);
  }

  private Credential inserted(Credential credential) {
    return database.run(
        handle -> {
          credentials.insert(handle, credential);
          return credential;
        });
  }

  private Credential made(CredentialPurpose purpose, Instant from, Instant to) {
    NewCitizenKey key = citizenKeys.generate(KeyAlgorithm.EC_P256, any -> HASH);
    SealBinding binding =
        new SealBinding(
            new SignerId(UUID.randomUUID()),
            new CredentialId(UUID.randomUUID()),
            purpose,
            Bytes.copyOf(key.publicKey().getEncoded()).sha256(),
            ActivationMechanism.PASSWORD_AND_SMS,
            1,
            key.wrapped().epoch(),
            key.wrapped().wrapMechanism(),
            key.wrapped().wrapParameter(),
            KeyAlgorithm.EC_P256);
    return new Credential(
        binding.credential(),
        binding.signer(),
        CredentialState.ACTIVE,
        certificate(key.publicKey(), from, to),
        List.of(PKI.authority().certificate()),
        binding,
        Optional.of(new Seal(random).close(key.wrapped(), secret, binding)),
        now.truncatedTo(ChronoUnit.MICROS),
        1);
  }

  /** One that no authority of ours would issue at this time. */
  private X509Certificate certificate(PublicKey key, Instant from, Instant to) {
    X500Name subject =
        new X500NameBuilder(BCStyle.INSTANCE)
            .addRDN(BCStyle.C, "ES")
            .addRDN(BCStyle.SERIALNUMBER, SERIAL_NUMBER)
            .addRDN(BCStyle.CN, "ANE")
            .build();
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(
              new X509v3CertificateBuilder(
                      X500Name.getInstance(
                          PKI.authority().certificate().getSubjectX500Principal().getEncoded()),
                      new BigInteger(127, random).setBit(126),
                      Date.from(from),
                      Date.from(to),
                      subject,
                      SubjectPublicKeyInfo.getInstance(key.getEncoded()))
                  .build(
                      new JcaContentSignerBuilder("SHA256withECDSA")
                          .build(PKI.authority().privateKey())));
    } catch (java.security.GeneralSecurityException
        | org.bouncycastle.operator.OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private void assertRefused(ActivationContent content, SadRefusal expected) {
    signaturesBefore = citizenKeys.signatures();
    assertThatThrownBy(() -> present(content))
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.refusal()).isEqualTo(Refusal.ACTIVATION_REFUSED));
    assertThat(citizenKeys.signatures()).isEqualTo(signaturesBefore);
    assertRecorded(content, expected);
  }

  private void assertRecorded(ActivationContent content, SadRefusal expected) {
    List<AuditRecord> records =
        database.run(
            handle -> audit.list(handle, Optional.of(content.request().toString()), 0, 100));
    assertThat(records)
        .extracting(record -> record.type() + " " + record.reason())
        .containsExactly("SAD_REJECTED " + expected.name());
  }

  private List<SignatureValue> present(ActivationContent content) throws RefusedException {
    Bytes encoded = content.encode();
    return signHashes.run(
        new UnverifiedActivationData(
            encoded, Bytes.copyOf(keys.mac(MacKey.SAD, encoded.toByteArray()))),
        new SigningContext(
            content.request(), SEDE, content.interaction(), content.hashes(), SERIAL_NUMBER),
        secret,
        (handle, values) -> assertThat(values).hasSize(1));
  }

  /** As {@link ActivationIssuer} makes it, now. */
  private ActivationContent issued(Credential credential) {
    return issued(credential, HASH);
  }

  private ActivationContent issued(Credential credential, DtbsRepresentation hash) {
    ActivationContent content =
        new ActivationContent(
            new ActivationDataId(UUID.randomUUID()),
            new SignatureRequestId(UUID.randomUUID()),
            new InteractionId(UUID.randomUUID()),
            credential.signer(),
            credential.id(),
            credential.binding().publicKeySha256(),
            SEDE,
            List.of(hash),
            ActivationMechanism.PASSWORD_AND_SMS,
            now,
            new ChallengeId(UUID.randomUUID()),
            now,
            now.plus(Duration.ofMinutes(2)));
    return database.run(
        handle -> {
          ledger.authorise(handle, content);
          return content;
        });
  }
}
