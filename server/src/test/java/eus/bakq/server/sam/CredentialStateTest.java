package eus.bakq.server.sam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.credential.Credential;
import eus.bakq.server.credential.RevocationReason;
import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import java.math.BigInteger;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
  private static TestDatabase database;

  private SamWorld world;
  private Instant now;

  @BeforeAll
  static void open() {
    database = TestDatabase.open();
  }

  @AfterAll
  static void close() {
    database.close();
  }

  @BeforeEach
  void build() {
    world = new SamWorld(database);
    now = world.now();
  }

  @AfterEach
  void wipe() {
    world.close();
  }

  @Test
  @DisplayName("a credential in order signs")
  void signsWithAGoodOne() throws Exception {
    assertThat(world.present(world.issued(world.credential()))).hasSize(1);
  }

  @Test
  @DisplayName("suspended between password and code; signs again when it was lifted")
  void refusesASuspendedOneUntilItIsLifted() throws Exception {
    Credential credential = world.credential();
    ActivationContent content = world.issued(credential);
    Credential suspended = suspend(credential);

    assertRefused(content, SadRefusal.CREDENTIAL_NOT_ACTIVE);

    database.run(
        handle -> {
          world.credentials().lift(handle, suspended);
          return world.register().lift(handle, serial(credential), now);
        });
    assertThat(world.present(world.issued(credential))).hasSize(1);
  }

  @Test
  @DisplayName("revoked between password and code: the key is gone")
  void refusesARevokedOne() {
    Credential credential = world.credential();
    ActivationContent content = world.issued(credential);
    database.run(
        handle -> {
          world.credentials().destroyKey(handle, credential);
          return revoke(handle, credential);
        });

    assertRefused(content, SadRefusal.CREDENTIAL_NOT_ACTIVE);
  }

  @Test
  @DisplayName("KEY-10, KEY-14: of an epoch that has ended, whatever its own row says")
  void refusesOneOfAnEpochThatHasEnded() throws Exception {
    Credential credential = world.credential();
    assertThat(world.present(world.issued(credential))).hasSize(1);

    world.citizenKeys().endEpoch();

    assertRefused(world.issued(credential), SadRefusal.EPOCH_ENDED);
  }

  @Test
  @DisplayName("active by its own row, but suspended or revoked in the register")
  void asksTheRegisterToo() {
    Credential suspended = world.credential();
    database.run(
        handle ->
            world.register().suspend(handle, serial(suspended), now, now.plus(Duration.ofDays(1))));
    assertRefused(world.issued(suspended), SadRefusal.CERTIFICATE_NOT_GOOD);

    Credential revoked = world.credential();
    database.run(handle -> revoke(handle, revoked));
    assertRefused(world.issued(revoked), SadRefusal.CERTIFICATE_NOT_GOOD);
  }

  @Test
  @DisplayName("of a certificate that is not in the register nothing good is known")
  void refusesOneThatIsNotRegistered() {
    Credential credential =
        world.inserted(world.made(CredentialPurpose.SIGNATURE, day(-1), day(1)));

    assertRefused(world.issued(credential), SadRefusal.CERTIFICATE_NOT_GOOD);
  }

  @Test
  @DisplayName("ENR-14: a row of the register that the database administrator has altered")
  void refusesOneWhoseStatusWasAltered() throws SQLException {
    Credential credential = world.credential();
    database.run(handle -> revoke(handle, credential));
    database.asSuperuser(
        "set session_replication_role = replica",
        "update certificate_register set state = 'GOOD', reason = null where credential_id = '"
            + credential.id()
            + "'");

    assertRefused(world.issued(credential), SadRefusal.CERTIFICATE_NOT_GOOD);
  }

  @Test
  @DisplayName("ENR-14: a credential's row that the database administrator has altered")
  void refusesAnAlteredCredential() throws Exception {
    Credential credential = world.credential();
    ActivationContent content = world.issued(credential);
    String change = "update credential set password_generation = %d where id = '%s'";

    database.asSuperuser(
        "set session_replication_role = replica", change.formatted(2, credential.id()));
    assertRefused(content, SadRefusal.KEY_DIFFERS);
    database.asSuperuser(
        "set session_replication_role = replica", change.formatted(1, credential.id()));
    assertThat(world.present(world.issued(credential))).hasSize(1);
  }

  @Test
  @DisplayName("expired a second ago, and valid from tomorrow")
  void refusesOnesThatAreNotValidNow() {
    Credential expired =
        world.registered(world.made(CredentialPurpose.SIGNATURE, day(-30), now.minusSeconds(2)));
    assertRefused(world.issued(expired), SadRefusal.CERTIFICATE_NOT_VALID);

    Credential notYetValid =
        world.registered(world.made(CredentialPurpose.SIGNATURE, day(1), day(30)));
    assertRefused(world.issued(notYetValid), SadRefusal.CERTIFICATE_NOT_VALID);
  }

  @Test
  @DisplayName("KEY-02: an algorithm whose end has come")
  void refusesAnAlgorithmThatHasEnded() {
    Credential credential =
        world.registered(world.made(CredentialPurpose.SIGNATURE, day(-1), day(1)));
    DtbsRepresentation ended =
        new DtbsRepresentation(
            SignatureAlgorithm.ECDSA_P256_SHA512,
            Bytes.copyOf(new byte[] {1}).digest(DigestAlgorithm.SHA512));

    assertRefused(world.issued(credential, ended), SadRefusal.ALGORITHM_NOT_ALLOWED);
  }

  @Test
  @DisplayName("CRT-04: a credential for saying who somebody is signs no document")
  void refusesOneForAnotherPurpose() {
    Credential credential =
        world.registered(world.made(CredentialPurpose.AUTHENTICATION, day(-1), day(1)));

    assertRefused(world.issued(credential), SadRefusal.CREDENTIAL_NOT_FOR_SIGNING);
  }

  @Test
  @DisplayName("CRT-08: what comes while a revocation is committed waits for it, and is refused")
  void waitsForARevocationUnderWay() throws Exception {
    Credential credential = world.credential();
    ActivationContent content = world.issued(credential);
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
      world.present(content);
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
    return world.register().revoke(handle, serial(credential), RevocationReason.SIGNER_ASKED, now);
  }

  private Credential suspend(Credential credential) {
    return database.run(
        handle -> {
          world.register().suspend(handle, serial(credential), now, now.plus(Duration.ofDays(1)));
          return world.credentials().suspend(handle, credential);
        });
  }

  private static BigInteger serial(Credential credential) {
    return credential.certificate().getSerialNumber();
  }

  private Instant day(int days) {
    return now.plus(Duration.ofDays(days));
  }

  private void assertRefused(ActivationContent content, SadRefusal expected) {
    int signaturesBefore = world.citizenKeys().signatures();
    assertThatThrownBy(() -> world.present(content))
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.refusal()).isEqualTo(Refusal.ACTIVATION_REFUSED));
    assertThat(world.citizenKeys().signatures()).isEqualTo(signaturesBefore);
    assertRecorded(content, expected);
  }

  private void assertRecorded(ActivationContent content, SadRefusal expected) {
    assertThat(world.recorded(content)).containsExactly("SAD_REJECTED " + expected.name());
  }
}
