package eus.bakq.server.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.fixtures.Pki;
import eus.bakq.fixtures.PkiIdentity;
import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.hsm.SoftwareInfrastructureKeys;
import eus.bakq.server.hsm.WrappedKey;
import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.signer.RowMacs;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignerId;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** KEY-04, KEY-10, ENR-14. */
@Tag("postgres")
final class CredentialsTest {
  private static final Instant NOW = Instant.parse("2026-11-22T10:15:30.123456Z");
  private static final Pki PKI = Pki.create("authority", new SecureRandom(), NOW);
  private static final SignerId ANE = new SignerId(UUID.randomUUID());

  private static TestDatabase database;

  private final RowMacs macs = new RowMacs(new SoftwareInfrastructureKeys());
  private final Credentials credentials = new Credentials(macs);
  private final Credential signing = credential(CredentialPurpose.SIGNATURE);

  @BeforeAll
  static void open() {
    database = TestDatabase.open();
  }

  @AfterAll
  static void close() {
    database.close();
  }

  @BeforeEach
  void empty() throws SQLException {
    database.asSuperuser("TRUNCATE credential CASCADE");
  }

  @ParameterizedTest
  @EnumSource(CredentialPurpose.class)
  void givesBackWhatWasInserted(CredentialPurpose purpose) {
    Credential credential = credential(purpose);
    insert(credential);
    assertThat(find(credential)).isEqualTo(credential);
    assertThat(findUsable(purpose)).contains(credential);
  }

  @Test
  void keepsOneUsableCredentialForEachPurpose() {
    Credential authentication = credential(CredentialPurpose.AUTHENTICATION);
    insert(signing);
    insert(authentication);
    assertThat(findUsable(CredentialPurpose.SIGNATURE)).contains(signing);
    assertThat(findUsable(CredentialPurpose.AUTHENTICATION)).contains(authentication);
    assertThat(database.<List<Credential>>run(handle -> credentials.holdUsable(handle, ANE)))
        .containsExactly(authentication, signing);
    for (CredentialPurpose purpose : CredentialPurpose.values()) {
      assertThatThrownBy(() -> insert(credential(purpose))).isInstanceOf(JdbiException.class);
    }
  }

  @Test
  void linksNoKeyASecondTime() {
    insert(signing);
    destroyKey(signing);
    assertThatThrownBy(() -> insert(credential(CredentialPurpose.SIGNATURE, identity(signing))))
        .isInstanceOf(JdbiException.class);
  }

  private static PkiIdentity identity(Credential credential) {
    return new PkiIdentity(null, credential.certificate());
  }

  /** Rows of the time when every credential was for signing stay readable. */
  @Test
  void keepsTheMacOfTheFirstReleaseForSigning() {
    insert(signing);
    SealedKey sealed = signing.sealedKey().orElseThrow();
    SealBinding binding = signing.binding();
    byte[] bound =
        Encoding.of("bakq/seal/v1")
            .number(1)
            .id(ANE.value())
            .id(signing.id().value())
            .bytes(binding.publicKeySha256())
            .text("bakq/password+sms/v1")
            .number(1)
            .text("wrap-2026-1")
            .number(0x210A)
            .bytes(Bytes.empty())
            .text("EC_P256")
            .toByteArray();
    Bytes expected =
        macs.mac(
            Encoding.of("bakq/row/credential/v1")
                .number(1)
                .bytes(bound)
                .text("ACTIVE")
                .bytes(Certificates.encode(signing.certificate()))
                .bytes(Certificates.encodeAll(signing.issuers()))
                .time(NOW)
                .number(1)
                .number(1)
                .bytes(sealed.salt())
                .bytes(sealed.nonce())
                .bytes(sealed.ciphertext()));
    byte[] kept =
        database.run(
            handle ->
                handle.createQuery("select mac from bakq.credential").mapTo(byte[].class).one());
    assertThat(Bytes.copyOf(kept)).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource(CredentialPurpose.class)
  void refusesACredentialThatWasGivenAnotherPurpose(CredentialPurpose purpose) throws SQLException {
    Credential credential = credential(purpose);
    insert(credential);
    database.asSuperuser(
        "SET session_replication_role = replica",
        "UPDATE credential SET purpose ="
            + " case purpose when 'SIGNATURE' then 'AUTHENTICATION' else 'SIGNATURE' end");
    assertThatThrownBy(() -> find(credential)).isInstanceOf(AlteredRowException.class);
  }

  @Test
  void suspendsAndLifts() {
    insert(signing);
    Credential suspended = database.run(handle -> credentials.suspend(handle, signing));
    assertThat(find(signing)).isEqualTo(suspended);
    assertThat(suspended.state()).isEqualTo(CredentialState.SUSPENDED);
    assertThat(findUsable(CredentialPurpose.SIGNATURE)).contains(suspended);
    assertThatIllegalStateException()
        .isThrownBy(() -> database.run(handle -> credentials.suspend(handle, suspended)));

    Credential lifted = database.run(handle -> credentials.lift(handle, suspended));
    assertThat(find(signing)).isEqualTo(lifted);
    assertThat(lifted.state()).isEqualTo(CredentialState.ACTIVE);
    assertThat(lifted.version()).isEqualTo(3);
    assertThatIllegalStateException()
        .isThrownBy(() -> database.run(handle -> credentials.lift(handle, lifted)));
  }

  /** KEY-11: it is kept nowhere else. */
  @Test
  void erasesTheKeyForGood() throws SQLException {
    insert(signing);
    Credential destroyed = destroyKey(signing);
    assertThat(find(signing)).isEqualTo(destroyed);
    assertThat(destroyed.state()).isEqualTo(CredentialState.KEY_DESTROYED);
    assertThat(destroyed.sealedKey()).isEmpty();
    assertThat(findUsable(CredentialPurpose.SIGNATURE)).isEmpty();
    assertThat(
            database.<Integer>run(
                handle ->
                    handle
                        .createQuery(
                            "select count(*) from bakq.credential where sealed_key is not null")
                        .mapTo(Integer.class)
                        .one()))
        .isZero();
    assertThatIllegalStateException().isThrownBy(() -> destroyKey(destroyed));
    assertThatThrownBy(
            () ->
                database.asOwner(
                    "UPDATE credential SET state = 'ACTIVE', sealed_key = '\\x00',"
                        + " version = version + 1"))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("stays destroyed");
    // There is room for a new one.
    insert(credential(CredentialPurpose.SIGNATURE));
  }

  @Test
  void changesNothingOnTheGroundOfWhatIsNoLongerSo() {
    insert(signing);
    destroyKey(signing);
    assertThatIllegalStateException()
        .isThrownBy(() -> database.run(handle -> credentials.suspend(handle, signing)))
        .withMessageContaining("changed since");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE credential SET signer_id = gen_random_uuid(), version = version + 1",
        "UPDATE credential SET purpose = 'AUTHENTICATION', version = version + 1",
        "UPDATE credential SET certificate = issuers, version = version + 1",
        "UPDATE credential SET password_generation = 2, version = version + 1",
        "DELETE FROM credential"
      })
  void givesTheServersRoleNoRightToChangeWhoseKeyItIs(String sql) {
    insert(signing);
    assertThatThrownBy(() -> database.asRuntime(sql))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
  }

  private static Credential credential(CredentialPurpose purpose) {
    return credential(purpose, PKI.signerWithEcKey("ANE"));
  }

  private static Credential credential(CredentialPurpose purpose, PkiIdentity identity) {
    SealBinding binding =
        new SealBinding(
            ANE,
            new CredentialId(UUID.randomUUID()),
            purpose,
            Bytes.copyOf(identity.certificate().getPublicKey().getEncoded()).sha256(),
            "bakq/password+sms/v1",
            1,
            "wrap-2026-1",
            0x210A,
            Bytes.empty(),
            KeyAlgorithm.EC_P256);
    WrappedKey wrapped =
        new WrappedKey(
            "wrap-2026-1", 0x210A, Bytes.empty(), KeyAlgorithm.EC_P256, Bytes.copyOf(new byte[80]));
    try (SecretBytes secret = SecretBytes.takeOver(new byte[32])) {
      return new Credential(
          binding.credential(),
          ANE,
          CredentialState.ACTIVE,
          identity.certificate(),
          List.of(PKI.authority().certificate()),
          binding,
          Optional.of(new Seal(new SecureRandom()).close(wrapped, secret, binding)),
          NOW,
          1);
    }
  }

  private void insert(Credential credential) {
    database.run(
        handle -> {
          credentials.insert(handle, credential);
          return credential;
        });
  }

  private Credential find(Credential credential) {
    return database.run(handle -> credentials.find(handle, credential.id()).orElseThrow());
  }

  private Optional<Credential> findUsable(CredentialPurpose purpose) {
    return database.run(handle -> credentials.findUsable(handle, ANE, purpose));
  }

  private Credential destroyKey(Credential credential) {
    return database.run(handle -> credentials.destroyKey(handle, credential));
  }
}
