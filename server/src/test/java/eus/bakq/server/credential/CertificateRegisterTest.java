package eus.bakq.server.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.fixtures.Pki;
import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.hsm.SoftwareInfrastructureKeys;
import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.signer.RowMacs;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.CredentialPurpose;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CRT-08, CRT-10, ENR-14. */
@Tag("postgres")
final class CertificateRegisterTest {
  private static final Instant NOW = Instant.parse("2026-11-22T10:15:30.123456Z");
  private static final Instant LATER = NOW.plusSeconds(60);
  private static final Instant UNTIL = NOW.plus(Duration.ofDays(7));
  private static final Pki PKI = Pki.create("authority", new SecureRandom(), NOW);
  private static final X509Certificate ANE = PKI.signerWithEcKey("ANE").certificate();
  private static final BigInteger SERIAL = ANE.getSerialNumber();
  private static final CredentialId CREDENTIAL = new CredentialId(UUID.randomUUID());

  private static TestDatabase database;

  private final CertificateRegister register =
      new CertificateRegister(new RowMacs(new SoftwareInfrastructureKeys()));

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
    database.asSuperuser("TRUNCATE certificate_register");
  }

  @Test
  void givesBackWhatWasRecorded() {
    RegisteredCertificate recorded = record(ANE);
    assertThat(find()).isEqualTo(recorded);
    assertThat(recorded.state()).isEqualTo(CertificateState.GOOD);
    assertThat(recorded.kind()).isEqualTo(CertificateKind.SIGNATURE);
    assertThat(recorded.credential()).contains(CREDENTIAL);
    assertThat(recorded.certificateSha256()).isEqualTo(Certificates.encode(ANE).sha256());
    assertThat(recorded.notBefore()).isEqualTo(ANE.getNotBefore().toInstant());
    assertThat(recorded.notAfter()).isEqualTo(ANE.getNotAfter().toInstant());
    assertThat(recorded.reasonCode()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "1", "1461501637330902918203684832716283019655932542976"})
  void knowsNothingOfOtherSerialNumbers(String serial) {
    record(ANE);
    assertThat(
            database.<Optional<RegisteredCertificate>>run(
                handle -> register.find(handle, new BigInteger(serial))))
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = CertificateKind.class,
      names = {"OCSP_RESPONDER", "SELF_TEST"})
  void recordsWhatIsNoCitizens(CertificateKind kind) {
    RegisteredCertificate recorded =
        database.run(handle -> register.record(handle, ANE, kind, Optional.empty(), NOW));
    assertThat(find()).isEqualTo(recorded);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                database.run(
                    handle -> register.record(handle, ANE, kind, Optional.of(CREDENTIAL), NOW)));
  }

  @ParameterizedTest
  @EnumSource(CredentialPurpose.class)
  void recordsNoCitizensCertificateWithoutItsCredential(CredentialPurpose purpose) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                database.run(
                    handle ->
                        register.record(
                            handle, ANE, CertificateKind.of(purpose), Optional.empty(), NOW)));
  }

  @Test
  void recordsNothingTwice() {
    record(ANE);
    assertThatThrownBy(() -> record(ANE)).isInstanceOf(JdbiException.class);
  }

  @Test
  void suspendsAndLiftsAndRevokes() {
    record(ANE);
    RegisteredCertificate suspended = suspend();
    assertThat(find()).isEqualTo(suspended);
    assertThat(suspended.state()).isEqualTo(CertificateState.SUSPENDED);
    assertThat(suspended.since()).isEqualTo(NOW);
    assertThat(suspended.suspendedUntil()).contains(UNTIL);
    assertThat(suspended.reasonCode()).hasValue(6);

    RegisteredCertificate good = lift();
    assertThat(find()).isEqualTo(good);
    assertThat(good.state()).isEqualTo(CertificateState.GOOD);
    assertThat(good.suspendedUntil()).isEmpty();

    suspend();
    RegisteredCertificate revoked = revoke(RevocationReason.KEY_COMPROMISED);
    assertThat(find()).isEqualTo(revoked);
    assertThat(revoked.state()).isEqualTo(CertificateState.REVOKED);
    assertThat(revoked.since()).isEqualTo(LATER);
    assertThat(revoked.reason()).contains(RevocationReason.KEY_COMPROMISED);
    assertThat(revoked.reasonCode()).hasValue(1);
    assertThat(revoked.version()).isEqualTo(5);
  }

  @Test
  void neverTakesARevocationBack() {
    record(ANE);
    RegisteredCertificate revoked = revoke(RevocationReason.SIGNER_ASKED);
    assertThatIllegalStateException().isThrownBy(this::lift).withMessageContaining("REVOKED");
    assertThatIllegalStateException().isThrownBy(this::suspend).withMessageContaining("REVOKED");
    assertThatIllegalStateException()
        .isThrownBy(() -> revoke(RevocationReason.KEY_COMPROMISED))
        .withMessageContaining("REVOKED");
    assertThat(find()).isEqualTo(revoked);
  }

  @Test
  void liftsOnlyWhatIsSuspendedAndSuspendsOnlyWhatIsGood() {
    record(ANE);
    assertThatIllegalStateException().isThrownBy(this::lift).withMessageContaining("GOOD");
    suspend();
    assertThatIllegalStateException().isThrownBy(this::suspend).withMessageContaining("SUSPENDED");
  }

  @Test
  void suspendsForSomeTimeOnly() {
    record(ANE);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> database.run(handle -> register.suspend(handle, SERIAL, NOW, NOW)));
  }

  @Test
  void changesNothingThatIsNotRegistered() {
    assertThatIllegalStateException()
        .isThrownBy(() -> revoke(RevocationReason.SIGNER_ASKED))
        .withMessageContaining("no such");
  }

  @Test
  void listsWhatIsNotGoodUntilItsTimeIsOver() {
    record(ANE);
    record(PKI.signerWithEcKey("MIREN").certificate());
    assertThat(notGood(NOW)).isEmpty();
    RegisteredCertificate suspended = suspend();
    assertThat(notGood(NOW)).containsExactly(suspended);
    List<RegisteredCertificate> next =
        database.run(handle -> register.notGood(handle, NOW, suspended.serial()));
    assertThat(next).as("the piece after it").isEmpty();
    RegisteredCertificate revoked = revoke(RevocationReason.SIGNER_DIED);
    assertThat(notGood(revoked.notAfter().plus(Duration.ofDays(1)))).containsExactly(revoked);
    assertThat(notGood(revoked.notAfter().plus(Duration.ofDays(1)).plusMillis(1))).isEmpty();
  }

  @Test
  void countsEachChangeOfState() {
    long before = change();
    record(ANE);
    assertThat(change()).isEqualTo(before);
    suspend();
    lift();
    revoke(RevocationReason.DATA_CHANGED);
    assertThat(change()).isEqualTo(before + 3);
  }

  @Test
  void tellsThePublicOnlyReasonsOfTheStandard() {
    assertThat(EnumSet.allOf(RevocationReason.class))
        .allSatisfy(reason -> assertThat(reason.code()).isIn(1, 3, 4, 5, 9));
  }

  /** ENR-14: each column, changed by whoever can write the database. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "certificate_sha256 = set_bit(certificate_sha256, 255, 1 - get_bit(certificate_sha256, 255))",
        "kind = 'AUTHENTICATION'",
        "credential_id = gen_random_uuid()",
        "not_before = not_before - interval '1 second'",
        "not_after = not_after + interval '1 second'",
        "state = 'GOOD', suspended_until = null",
        "state = 'REVOKED', suspended_until = null, reason = 'SIGNER_ASKED'",
        "since = since + interval '1 microsecond'",
        "suspended_until = suspended_until + interval '1 microsecond'",
        "version = version + 1",
        "mac = set_bit(mac, 0, 1 - get_bit(mac, 0))"
      })
  void refusesARowInWhichAnythingWasChanged(String change) throws SQLException {
    record(ANE);
    suspend();
    database.asSuperuser(
        "SET session_replication_role = replica", "UPDATE certificate_register SET " + change);
    assertThatThrownBy(this::find).isInstanceOf(AlteredRowException.class);
  }

  @Test
  void refusesTheMacOfAnotherCertificatesRow() throws SQLException {
    record(ANE);
    X509Certificate other = PKI.signerWithEcKey("MIREN").certificate();
    record(other);
    database.asSuperuser(
        "SET session_replication_role = replica",
        "DELETE FROM certificate_register WHERE serial = " + hex(SERIAL),
        "UPDATE certificate_register SET serial = " + hex(SERIAL));
    assertThatThrownBy(this::find).isInstanceOf(AlteredRowException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE certificate_register SET kind = 'AUTHENTICATION', version = version + 1",
        "UPDATE certificate_register SET not_after = now(), version = version + 1",
        "UPDATE certificate_register SET certificate_sha256 = mac, version = version + 1",
        "DELETE FROM certificate_register",
        "TRUNCATE certificate_register",
        "DELETE FROM certificate_register_change"
      })
  void givesTheServersRoleNoRightToChangeWhatACertificateIs(String sql) {
    record(ANE);
    assertThatThrownBy(() -> database.asRuntime(sql))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE certificate_register SET state = 'GOOD', reason = null, version = version + 1",
        "UPDATE certificate_register SET version = version",
        "UPDATE certificate_register_change SET number = number"
      })
  void letsNobodyGoBack(String sql) {
    record(ANE);
    revoke(RevocationReason.SIGNER_ASKED);
    assertThatThrownBy(() -> database.asOwner(sql))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("23000"));
  }

  /** Not a time, which says nothing of another machine: the way to the rows. */
  @Test
  @DisplayName("CRT-08: the record is compared by its indexes, by 10,000 certificates too")
  void comparesWithTheRecordByItsIndexes() throws SQLException {
    try (TestDatabase large = TestDatabase.open()) {
      large.asSuperuser(
          """
          insert into bakq.certificate_register (serial, certificate_sha256, kind, not_before, not_after,
            state, reason, since, version, mac)
          select decode('40' || lpad(to_hex(i), 8, '0'), 'hex'), sha256(i::text::bytea), 'SELF_TEST', now(),
            now() + interval '1 day', 'GOOD', null, now(), 1, sha256('')
          from generate_series(1, 10000) i""",
          """
          insert into bakq.audit_record (sequence, recorded_at, type, outcome, reason, actor, subject, details,
            previous_hash, hash)
          select i, now(), case when i > 10000 then 'CERTIFICATE_REVOKED' else 'CERTIFICATE_ISSUED' end,
            'SUCCEEDED', '', 'system', 'self-test', jsonb_build_object('certificate_serial',
            '40' || lpad(to_hex(i % 10000 + 1), 8, '0')), sha256((i - 1)::text::bytea), sha256(i::text::bytea)
          from generate_series(1, 10500) i""",
          "set session_replication_role = replica",
          """
          update bakq.certificate_register set state = 'REVOKED', reason = 'SIGNER_ASKED'
          where serial between '\\x4000000002' and '\\x40000001f5'""",
          "analyze bakq.audit_record",
          "analyze bakq.certificate_register");

      assertThat(plan(large, "select " + CertificateRegister.RECORDED))
          .contains("audit_record_certificate_change", "audit_record_certificate_issued")
          .doesNotContain("Seq Scan", "Sort");
      assertThat(plan(large, CertificateRegister.NOT_AS_RECORDED))
          .contains("audit_record_certificate_change")
          .doesNotContain("Seq Scan on audit_record");
      assertThat(stateRecorded(large, "4000000001")).contains(CertificateState.GOOD);
      assertThat(stateRecorded(large, "40000001f5")).contains(CertificateState.REVOKED);
      assertThat(stateRecorded(large, "4000002711")).isEmpty();
      requireAsRecorded(large);

      large.asSuperuser(
          "set session_replication_role = replica",
          """
          update bakq.certificate_register set state = 'GOOD', reason = null
          where serial = '\\x40000001f5'""");
      assertThatThrownBy(() -> requireAsRecorded(large))
          .isInstanceOf(AlteredRowException.class)
          .hasMessageContaining("40000001f5");
    }
  }

  private void requireAsRecorded(TestDatabase place) {
    place.run(
        handle -> {
          register.requireAsRecorded(handle);
          return true;
        });
  }

  private Optional<CertificateState> stateRecorded(TestDatabase place, String serial) {
    return place.run(handle -> register.recordedState(handle, new BigInteger(serial, 16)));
  }

  private static String plan(TestDatabase place, String sql) {
    return place.run(
        handle ->
            String.join(
                "\n",
                handle
                    .createQuery("explain " + sql)
                    .bindMap(
                        sql.contains(":recordedSerial")
                            ? Map.of("recordedSerial", "4000000001")
                            : Map.of())
                    .mapTo(String.class)
                    .list()));
  }

  private static String hex(BigInteger serial) {
    return "decode('" + Bytes.copyOf(serial.toByteArray()).toHex() + "', 'hex')";
  }

  private RegisteredCertificate record(X509Certificate certificate) {
    return database.run(
        handle ->
            register.record(
                handle, certificate, CertificateKind.SIGNATURE, Optional.of(CREDENTIAL), NOW));
  }

  private RegisteredCertificate find() {
    return database.run(handle -> register.find(handle, SERIAL).orElseThrow());
  }

  private RegisteredCertificate suspend() {
    return database.run(handle -> register.suspend(handle, SERIAL, NOW, UNTIL));
  }

  private RegisteredCertificate lift() {
    return database.run(handle -> register.lift(handle, SERIAL, NOW));
  }

  private RegisteredCertificate revoke(RevocationReason reason) {
    return database.run(handle -> register.revoke(handle, SERIAL, reason, LATER));
  }

  private List<RegisteredCertificate> notGood(Instant now) {
    return database.run(handle -> register.notGood(handle, now, BigInteger.ZERO));
  }

  private long change() {
    return database.<Long>run(register::change);
  }
}
