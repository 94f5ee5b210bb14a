package eus.bakq.server.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.hsm.SoftwareInfrastructureKeys;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.Dni;
import eus.bakq.server.vocabulary.EmailAddress;
import eus.bakq.server.vocabulary.IdentityDocument;
import eus.bakq.server.vocabulary.IdentityDocumentType;
import eus.bakq.server.vocabulary.Language;
import eus.bakq.server.vocabulary.MobileNumber;
import eus.bakq.server.vocabulary.PersonName;
import eus.bakq.server.vocabulary.SignerId;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** ENR-04, ENR-14. */
@Tag("postgres")
final class SignersTest {
  private static TestDatabase database;

  private final AuditLog audit = new AuditLog();
  private final Signers signers = new Signers(new RowMacs(new SoftwareInfrastructureKeys()), audit);
  private final Signer ane = signer("12345678Z");

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
    database.asSuperuser("TRUNCATE signer CASCADE");
  }

  @Test
  void givesBackWhoWasRegistered() {
    assertThat(insert(ane)).isTrue();
    assertThat(find(ane)).contains(ane);
    assertThat(database.<Optional<Signer>>run(handle -> signers.find(handle, ane.dni())))
        .contains(ane);
    assertThat(database.<Optional<Signer>>run(handle -> signers.findAndHold(handle, ane.dni())))
        .contains(ane);
    assertThat(
            database.<Optional<Signer>>run(handle -> signers.find(handle, Dni.parse("00000000T"))))
        .isEmpty();
  }

  @Test
  void registersNobodyASecondTime() {
    assertThat(insert(ane)).isTrue();
    assertThat(insert(signer("12345678Z"))).isFalse();
    assertThat(find(ane)).contains(ane);
  }

  @Test
  void registersNobodyInAnotherStateOrVersion() {
    assertThatThrownBy(() -> insert(ane.next(SignerState.ACTIVE)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void growsTheVersionWithEachChange() {
    insert(ane);
    Signer active = changeState(ane, SignerState.ACTIVE);
    Signer suspended = changeState(active, SignerState.SUSPENDED);
    assertThat(suspended.version()).isEqualTo(3);
    assertThat(find(ane)).contains(suspended);
  }

  @Test
  void changesNothingOnTheGroundOfWhatIsNoLongerSo() {
    insert(ane);
    changeState(ane, SignerState.ACTIVE);
    assertThatThrownBy(() -> changeState(ane, SignerState.CLOSED))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("changed since");
  }

  @Test
  void keepsThatAPersonWasIdentifiedAgain() {
    insert(ane);
    IdentityDocument passport =
        new IdentityDocument(
            IdentityDocumentType.PASSPORT, "XDD123456", LocalDate.parse("2031-05-05"));
    Identification again =
        new Identification(
            IdentificationMethod.IN_PERSON,
            Instant.parse("2026-12-01T10:00:00Z"),
            new CallerName("registration-2"),
            Bytes.copyOf(new byte[32]).sha256());
    database.run(
        handle -> {
          Signer identified = signers.identifyAgain(handle, ane, passport, again);
          audit.append(handle, Signers.written(identified));
          return identified;
        });
    assertThat(find(ane).orElseThrow())
        .satisfies(
            found -> {
              assertThat(found.identityDocument()).isEqualTo(passport);
              assertThat(found.identification()).isEqualTo(again);
              assertThat(found.state()).isEqualTo(SignerState.PENDING_ACTIVATION);
              assertThat(found.version()).isEqualTo(2);
            });
  }

  @ParameterizedTest
  @EnumSource(SignerState.class)
  void endsNowhereButInClosed(SignerState state) {
    assertThat(state.next().contains(state)).isFalse();
    // Back to the beginning when the credentials have ended.
    assertThat(state.next().contains(SignerState.PENDING_ACTIVATION))
        .isEqualTo(state == SignerState.ACTIVE || state == SignerState.SUSPENDED);
    assertThat(state.next().contains(SignerState.CLOSED)).isEqualTo(state != SignerState.CLOSED);
    assertThat(SignerState.CLOSED.next().contains(state)).isFalse();
  }

  /** ENR-14: each column, changed by whoever can write the database. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dni = '00000000T'",
        "given_name = 'Anne'",
        "surname = 'Etxebarria'",
        "birth_date = birth_date + 1",
        "email = 'eve@adibidea.eus'",
        "mobile = '+34600000002'",
        "language = 'SPANISH'",
        "document_type = 'PASSPORT'",
        "document_number = 'BAA123457'",
        "document_expiry = document_expiry + 1",
        "identified_at = identified_at + interval '1 microsecond'",
        "officer = 'registration-2'",
        "evidence_sha256 = set_bit(evidence_sha256, 255, 1 - get_bit(evidence_sha256, 255))",
        "state = 'ACTIVE'",
        "version = version + 1",
        "row_mac = set_bit(row_mac, 0, 1 - get_bit(row_mac, 0))",
        "id = gen_random_uuid()"
      })
  void refusesARowInWhichAnythingWasChanged(String change) throws SQLException {
    insert(ane);
    database.asSuperuser("SET session_replication_role = replica", "UPDATE signer SET " + change);
    Dni dni = change.startsWith("dni") ? Dni.parse("00000000T") : ane.dni();
    assertThatThrownBy(() -> database.run(handle -> signers.find(handle, dni)))
        .isInstanceOf(AlteredRowException.class)
        .hasMessageNotContainingAny("12345678Z", "Ane");
  }

  /** Whoever kept the row, with the MAC of then. */
  @Test
  void refusesARowThatWasSetBack() throws SQLException {
    insert(ane);
    database.asSuperuser("CREATE TABLE IF NOT EXISTS kept AS SELECT * FROM signer");
    changeState(changeState(ane, SignerState.ACTIVE), SignerState.SUSPENDED);
    database.asSuperuser(
        "SET session_replication_role = replica",
        "UPDATE signer SET state = kept.state, version = kept.version, row_mac = kept.row_mac"
            + " FROM kept WHERE signer.id = kept.id",
        "DROP TABLE kept");

    assertThatThrownBy(() -> find(ane)).isInstanceOf(AlteredRowException.class);
    assertThatThrownBy(() -> database.run(handle -> signers.findAndHold(handle, ane.dni())))
        .isInstanceOf(AlteredRowException.class);
  }

  /** Whoever has the key of the MACs, and writes beside the record. */
  @Test
  void refusesARowThatTheRecordDoesNotKnow() {
    database.run(handle -> signers.insert(handle, ane));
    assertThatThrownBy(() -> find(ane)).isInstanceOf(AlteredRowException.class);

    Signer miren = signer("00000000T");
    insert(miren);
    database.run(handle -> signers.changeState(handle, miren, SignerState.ACTIVE));
    assertThatThrownBy(() -> find(miren)).isInstanceOf(AlteredRowException.class);
  }

  @Test
  void refusesARowThatCannotEvenBeRead() throws SQLException {
    insert(ane);
    database.asSuperuser("UPDATE signer SET mobile = '+34943000000', version = 2");
    assertThatThrownBy(() -> find(ane))
        .isInstanceOfSatisfying(
            AlteredRowException.class,
            e -> {
              assertThat(e.table()).isEqualTo("signer");
              assertThat(e.row()).isEqualTo(ane.id().toString());
              assertThat(e).hasCauseInstanceOf(IllegalArgumentException.class);
            });
  }

  @Test
  void refusesTheMacOfAnotherPersonsRow() throws SQLException {
    Signer miren = signer("00000000T");
    insert(ane);
    insert(miren);
    database.asSuperuser(
        "UPDATE signer SET version = 2, row_mac ="
            + " (SELECT row_mac FROM signer WHERE dni = '00000000T') WHERE dni = '12345678Z'");
    assertThatThrownBy(() -> find(ane)).isInstanceOf(AlteredRowException.class);
    assertThat(find(miren)).contains(miren);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE signer SET email = 'eve@adibidea.eus', version = version + 1",
        "UPDATE signer SET mobile = '+34600000002', version = version + 1",
        "UPDATE signer SET dni = '00000000T', version = version + 1",
        "DELETE FROM signer",
        "TRUNCATE signer CASCADE",
        "ALTER TABLE signer DISABLE TRIGGER ALL"
      })
  void givesTheServersRoleNoRightToChangeWhoAPersonIs(String sql) {
    insert(ane);
    assertThatThrownBy(() -> database.asRuntime(sql))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"version", "version - 1", "version + 2"})
  void letsAVersionGrowByOneOnly(String version) {
    insert(ane);
    assertThatThrownBy(() -> database.asOwner("UPDATE signer SET version = " + version))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("version");
  }

  @Test
  void showsNothingOfThePersonWhenPrinted() {
    assertThat(ane.toString()).doesNotContain("12345678", "Ane", "adibidea", "600000001");
  }

  private boolean insert(Signer signer) {
    return database.run(
        handle -> {
          boolean inserted = signers.insert(handle, signer);
          if (inserted) {
            audit.append(handle, Signers.written(signer));
          }
          return inserted;
        });
  }

  private Optional<Signer> find(Signer signer) {
    return database.run(handle -> signers.find(handle, signer.id()));
  }

  private Signer changeState(Signer signer, SignerState next) {
    return database.run(
        handle -> {
          Signer changed = signers.changeState(handle, signer, next);
          audit.append(handle, Signers.written(changed));
          return changed;
        });
  }

  private static Signer signer(String dni) {
    return new Signer(
        new SignerId(UUID.randomUUID()),
        Dni.parse(dni),
        new PersonName("Ane", "Etxeberria Ruiz"),
        LocalDate.parse("1987-03-09"),
        new EmailAddress("ane@adibidea.eus"),
        new MobileNumber("+34600000001"),
        Language.BASQUE,
        new IdentityDocument(IdentityDocumentType.DNI, "BAA123456", LocalDate.parse("2030-01-31")),
        new Identification(
            IdentificationMethod.IN_PERSON,
            Instant.parse("2026-11-21T10:15:30.123456Z"),
            new CallerName("registration-1"),
            Bytes.copyOf(new byte[] {1}).sha256()),
        SignerState.PENDING_ACTIVATION,
        1);
  }
}
