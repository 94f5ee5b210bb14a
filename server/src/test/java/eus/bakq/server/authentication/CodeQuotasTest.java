package eus.bakq.server.authentication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.hsm.SoftwareInfrastructureKeys;
import eus.bakq.server.notification.MessageKind;
import eus.bakq.server.notification.Outbox;
import eus.bakq.server.notification.OutgoingMessage;
import eus.bakq.server.signer.Identification;
import eus.bakq.server.signer.IdentificationMethod;
import eus.bakq.server.signer.RowMacs;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.SignerState;
import eus.bakq.server.signer.Signers;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** OTP-13: a day's codes to one person and to one number, and an hour's to all. */
class CodeQuotasTest {
  private static final Instant LATER = Instant.parse("2036-01-01T00:00:00Z");
  private static final String ONE_NUMBER = "+34600000001";

  private static TestDatabase database;

  private final Outbox outbox = new Outbox();
  private final Signers signers =
      new Signers(new RowMacs(new SoftwareInfrastructureKeys()), new AuditLog());

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
    database.asSuperuser("TRUNCATE signer CASCADE", "TRUNCATE outbox_message");
  }

  @Test
  void givesOnePersonTenADay() throws SQLException {
    SignerId ane = registered("12345678Z", ONE_NUMBER);
    SignerId jon = registered("00000001R", "+34600000002");
    send(9, MessageKind.SIGNATURE_CODE, Optional.of(ane));
    assertThat(allows(ane)).isTrue();

    send(1, MessageKind.SIGNATURE_CODE, Optional.of(ane));

    assertThat(allows(ane)).isFalse();
    assertThat(allows(jon)).isTrue();
    database.asSuperuser("update outbox_message set created_at = created_at - interval '24 hours'");
    assertThat(allows(ane)).isTrue();
  }

  @Test
  void givesOneNumberItsShareWhoeverHasIt() {
    SignerId ane = registered("12345678Z", ONE_NUMBER);
    SignerId jon = registered("00000001R", ONE_NUMBER);
    SignerId miren = registered("00000002W", "+34600000002");
    send(6, MessageKind.SIGNATURE_CODE, Optional.of(ane));
    send(5, MessageKind.ACTIVATION_CODE, Optional.of(jon));
    assertThat(allows(ane)).isTrue();

    send(1, MessageKind.TEMPORARY_PASSWORD, Optional.of(jon));

    assertThat(allows(ane)).isFalse();
    assertThat(allows(jon)).isFalse();
    assertThat(allows(miren)).isTrue();
  }

  @Test
  void givesAllOfThemTheBudgetOfAnHour() throws SQLException {
    SignerId ane = registered("12345678Z", ONE_NUMBER);
    for (int i = 0; i < 33; i++) {
      send(3, MessageKind.SIGNATURE_CODE, Optional.of(new SignerId(UUID.randomUUID())));
    }
    assertThat(allows(ane)).isTrue();

    send(1, MessageKind.SIGNATURE_CODE, Optional.of(new SignerId(UUID.randomUUID())));

    assertThat(allows(ane)).isFalse();
    assertThat(allows(new SignerId(new UUID(0, 0)))).isFalse();
    database.asSuperuser("update outbox_message set created_at = created_at - interval '1 hour'");
    assertThat(allows(ane)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = MessageKind.class,
      names = {"LOCK_WARNING", "SIGNATURE_MADE"})
  void countsNoMailAndNoVoidRow(MessageKind mail) {
    SignerId ane = registered("12345678Z", ONE_NUMBER);
    send(60, mail, Optional.of(ane));
    send(60, MessageKind.SIGNATURE_CODE, Optional.empty());

    assertThat(allows(ane)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 20, 100",
    "11, 20, 100",
    "10, 0, 100",
    "10, 101, 100",
    "10, 20, 99",
    "10, 20, 1000001"
  })
  void boundsItsSettings(int perSigner, int perNumber, int perHour) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CodeQuotaSettings(perSigner, perNumber, perHour));
  }

  private boolean allows(SignerId signer) {
    CodeQuotas quotas = new CodeQuotas(signers, outbox, new CodeQuotaSettings(10, 12, 100));
    return database.run(handle -> quotas.allow(handle, signer, Database.now(handle)));
  }

  private void send(int times, MessageKind kind, Optional<SignerId> to) {
    database.run(
        handle -> {
          for (int i = 0; i < times; i++) {
            outbox.put(handle, new OutgoingMessage(kind, UUID.randomUUID(), to, LATER));
          }
          return true;
        });
  }

  private SignerId registered(String dni, String mobile) {
    Signer signer =
        new Signer(
            new SignerId(UUID.randomUUID()),
            Dni.parse(dni),
            new PersonName("Ane", "Etxeberria Ruiz"),
            LocalDate.parse("1987-03-09"),
            new EmailAddress("ane@adibidea.eus"),
            new MobileNumber(mobile),
            Language.BASQUE,
            new IdentityDocument(
                IdentityDocumentType.DNI, "BAA123456", LocalDate.parse("2030-01-31")),
            new Identification(
                IdentificationMethod.IN_PERSON,
                Instant.parse("2026-11-21T10:15:30Z"),
                new CallerName("registration-1"),
                Bytes.copyOf(new byte[] {1}).sha256()),
            SignerState.PENDING_ACTIVATION,
            1);
    database.run(
        handle -> {
          assertThat(signers.insert(handle, signer)).isTrue();
          new AuditLog().append(handle, Signers.written(signer));
          return signer;
        });
    return signer.id();
  }
}
