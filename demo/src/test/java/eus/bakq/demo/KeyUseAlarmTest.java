package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.auditor.v1.AuditRecord;
import eus.bakq.fixtures.BadDocuments;
import eus.bakq.fixtures.FaultyPkcs11;
import eus.bakq.fixtures.KeyUseMonitor;
import eus.bakq.fixtures.SoftHsm;
import eus.bakq.pkcs11.Pkcs11Module;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.authentication.Argon2Parameters;
import eus.bakq.server.authentication.CompareKeyUses;
import eus.bakq.server.authentication.KeyUseFinding;
import eus.bakq.server.authentication.KeyUseSettings;
import eus.bakq.server.authentication.PasswordHashing;
import eus.bakq.server.database.Database;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.Profile;
import eus.bakq.server.vocabulary.SecretBytes;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The cell "database and PINs" of docs/threat-model.md: who guesses passwords at the tokens is
 * found (M39), and who does not is not taken for it. The HSM's own count is made in front of
 * SoftHSM2, of everybody who uses it, and written as its monitoring would.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeyUseAlarmTest {
  private static final int TOLERANCE = 20;
  private static final long CKR_DEVICE_REMOVED = 0x32;

  private final FaultyPkcs11 hsm = FaultyPkcs11.shared();
  private WorldFiles files;
  private WorldFiles.Settings settings;
  private KeyUseMonitor monitor;
  private DemoWorld world;

  @BeforeAll
  void start() throws Exception {
    files = WorldFiles.make();
    long slot = Thief.slot(Pkcs11Module.open(SoftHsm.shared().module()), files.tokens(), "custody");
    monitor = new KeyUseMonitor(hsm, slot, Instant.now(), files.tokens().keyUses());
    monitor.export(Instant.now());
    settings =
        WorldFiles.Settings.usual()
            .levels(WorldFiles.Levels.B_B)
            .modules(hsm.library())
            .further("keyUses: {every: P1D, staleAfter: P1D, settle: PT0.1S}\n");
    world = DemoWorld.start(files, settings);
  }

  @AfterAll
  void close() {
    hsm.forgetOrders();
    world.close();
  }

  @Test
  @DisplayName(
      "SAD-09 guessing offline, with database and PINs: a password list at the token raises the alarm,"
          + " and an honest day is explained to the last use")
  void findsWhoGuesses() throws Exception {
    // The server's own chore took the counts at its start as its first ones.
    assertThat(Eventually.is(() -> world.audit().count("custody", "KEY_USES_COMPARED") == 1))
        .isTrue();
    Citizen citizen = honestDay();
    // What no record tells of by itself is recorded when the server stops.
    world.close();
    world = DemoWorld.start(files, settings);
    citizen = citizen.at(world); // whose phone begins with nothing
    citizen.sign(world.sede(DemoWorld.SEDE_A).ask(BadDocuments.sound()), Citizen.NEW_PASSWORD);

    assertThat(compare()).isEqualTo(KeyUseFinding.EXPLAINED);
    AuditRecord honest = last();
    assertThat(honest.getDetailsMap())
        .containsEntry("verify_unexplained", "0")
        .containsEntry("activate_unexplained", "0");
    assertThat(Long.parseLong(honest.getDetailsMap().get("verify_used"))).isGreaterThan(12);

    List<String> list = new ArrayList<>();
    for (int i = 0; i <= TOLERANCE; i++) {
      list.add("not the password " + i);
    }
    list.add(Citizen.NEW_PASSWORD);
    assertThat(guess(citizen, list)).contains(Citizen.NEW_PASSWORD);

    assertThat(compare()).isEqualTo(KeyUseFinding.SURPLUS);
    AuditRecord alarm = last();
    assertThat(alarm.getType()).isEqualTo("KEY_USES_COMPARED");
    assertThat(alarm.getReason()).isEqualTo("SURPLUS");
    assertThat(alarm.getDetailsMap())
        .containsEntry("verify_unexplained", Integer.toString(list.size()))
        .containsEntry("activate_unexplained", "0");
    assertThat(compare()).as("told once").isEqualTo(KeyUseFinding.EXPLAINED);
  }

  /** Activation, signatures, wrong passwords, refused and accepted changes, an HSM that fails. */
  private Citizen honestDay() throws Exception {
    Citizen citizen = world.activeCitizen();
    Sede sede = world.sede(DemoWorld.SEDE_A);
    citizen.sign(sede.ask(BadDocuments.sound()));
    // Two attempts fail: a recovery checks the keys anew.
    hsm.order("C_SignInit", FaultyPkcs11.Fault.FAIL_BEFORE, CKR_DEVICE_REMOVED)
        .atSlot(monitor.slot())
        .times(2)
        .give();
    citizen.challenged(sede.ask(BadDocuments.sound()), Citizen.WRONG_PASSWORD);
    Changing same = citizen.changing(Citizen.PASSWORD);
    String code = citizen.nextCode();
    assertThat(Refused.by(() -> same.change(code, Citizen.PASSWORD)).reason())
        .isEqualTo("PASSWORD_NOT_ACCEPTED");
    citizen.changePassword(Citizen.PASSWORD, Citizen.NEW_PASSWORD);
    twoPasswordsAtOnce(world.newCitizen());
    return citizen;
  }

  /** One is judged, and the other refused after the HSM was asked, or before. */
  private void twoPasswordsAtOnce(Citizen stranger) throws Exception {
    Changing changing = Changing.open(world.signerChannel());
    AtomicReference<Throwable> other = new AtomicReference<>();
    Thread second = new Thread(() -> submit(changing, stranger, other));
    second.start();
    AtomicReference<Throwable> mine = new AtomicReference<>();
    submit(changing, stranger, mine);
    second.join(Duration.ofSeconds(60));
    assertThat(second.isAlive()).isFalse();
    assertThat(mine.get() == null).isNotEqualTo(other.get() == null);
  }

  private static void submit(
      Changing changing, Citizen stranger, AtomicReference<Throwable> failure) {
    try {
      changing.submitOld(stranger.dni(), Citizen.PASSWORD);
    } catch (StatusRuntimeException e) {
      failure.set(e);
    }
  }

  /** What the server's chore does, as soon as the counts have settled. */
  private KeyUseFinding compare() throws Exception {
    monitor.export(Instant.now());
    AtomicReference<KeyUseFinding> found = new AtomicReference<>();
    try (Database database = Database.open(world.configuration().database(), Profile.DEMO)) {
      CompareKeyUses compare =
          new CompareKeyUses(
              database,
              new AuditLog(),
              List.of(monitor.file()),
              new KeyUseSettings(
                  Duration.ofMillis(100), Duration.ofHours(1), Duration.ofMillis(100), TOLERANCE));
      assertThat(
              Eventually.is(
                  () -> {
                    compare.run().ifPresent(found::set);
                    return found.get() != null;
                  }))
          .isTrue();
    }
    return found.get();
  }

  private AuditRecord last() {
    return world.audit().of("custody").stream()
        .filter(record -> record.getType().equals("KEY_USES_COMPARED"))
        .reduce((_, later) -> later)
        .orElseThrow();
  }

  /** With everything in the database and the PIN; beside the server, whose record knows nothing. */
  private Optional<String> guess(Citizen citizen, List<String> list) throws Exception {
    PasswordHashing hashing = PasswordHashing.open(world.configuration().passwordHashing());
    try (StolenDatabase database = StolenDatabase.of(world);
        Thief custody = Thief.in(hsm.library(), world.tokens(), "custody");
        Statement statement = database.connection().createStatement();
        ResultSet row =
            statement.executeQuery(
                "select salt, parameters, verifier from bakq.password where signer_id = '%s'"
                    .formatted(citizen.signerId()))) {
      assertThat(row.next()).isTrue();
      Bytes salt = Bytes.copyOf(row.getBytes(1));
      Argon2Parameters parameters = Argon2Parameters.parse(row.getString(2));
      Bytes verifier = Bytes.copyOf(row.getBytes(3));
      for (String candidate : list) {
        try (PasswordHashing.Turn turn = hashing.awaitTurn();
            SecretBytes typed = SecretBytes.takeOver(candidate.getBytes(StandardCharsets.UTF_8));
            SecretBytes hashed = turn.hash(typed, salt, parameters)) {
          byte[] input =
              Encoding.of("bakq/verify/v1")
                  .id(UUID.fromString(citizen.signerId()))
                  .bytes(salt)
                  .bytes(hashed.use(byte[]::clone))
                  .toByteArray();
          if (Bytes.copyOf(custody.mac("verify", input)).equals(verifier)) {
            return Optional.of(candidate);
          }
        }
      }
      return Optional.empty();
    }
  }
}
