package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.auditor.v1.AuditRecord;
import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.SoftHsm;
import eus.bakq.hsmconfig.Epoch;
import eus.bakq.pkcs11.Constant;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * An epoch of wrapping keys from its successor's beginning to its end, with citizens, a server and
 * the officers' program (docs/runbooks/rotating-the-wrapping-key.md). The tests are one story.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EpochEndTest {
  private static final String OLD = "wrap-2026-1";
  private static final String NEW = "wrap-2027-1";

  private WorldFiles files;
  private DemoWorld world;
  private Citizen old;
  private Citizen young;

  /** Of the older citizen, as they were while the epoch was needed. */
  private RowBackup living;

  /** As they were when a new password had made a new key, in the newer epoch. */
  private RowBackup ended;

  /** What somebody with that backup, the custody token's PIN and the password computes. */
  private byte[] wrapped;

  @BeforeAll
  void beginAnother() throws Exception {
    files = WorldFiles.make();
    start();
    old = world.activeCitizen();
    try (SealSecrets secrets = SealSecrets.of(world, old)) {
      wrapped = secrets.wrapped().use(bytes -> bytes.clone());
    }
    assertThat(opensForAThief(OLD)).isTrue();
    living = RowBackup.of(world, "living", old);
    world.close();

    assertThat(
            epoch(
                "begin",
                "--epoch",
                NEW,
                "--module",
                SoftHsm.shared().module().toString(),
                "--pin-file",
                files.tokens().pinFile("custody").toString(),
                "--out",
                files.folder().resolve("begun").toString()))
        .contains("is made, read back and checked");
    install("begun");
    start();
  }

  @AfterEach
  void isByTheContract() {
    world.conformance().requireNoViolation();
  }

  @AfterAll
  void stop() {
    world.close();
  }

  @Test
  @Order(1)
  @DisplayName("KEY-14: citizens of two epochs sign; new keys are made in the newest")
  void citizensOfTwoEpochsSign() throws Exception {
    young = world.activeCitizen();

    assertThat(living(OLD)).isOne();
    assertThat(living(NEW)).isOne();
    for (Citizen citizen : List.of(old.at(world), young)) {
      SignatureRequest request = world.sede(DemoWorld.SEDE_A).ask(Documents.form());
      assertThat(citizen.sign(request)).isOne();
      world.sede(DemoWorld.SEDE_A).fetchCompleted(request.getId(), 0);
    }
    assertThat(world.audit().lines(OLD)).containsExactly("WRAPPING_EPOCH_BEGUN SUCCEEDED");
    assertThat(world.audit().lines(NEW)).containsExactly("WRAPPING_EPOCH_BEGUN SUCCEEDED");
  }

  @Test
  @Order(2)
  @DisplayName("KEY-08: an epoch that a living credential needs does not end, nor by one officer")
  void anEpochThatIsNeededDoesNotEnd() throws Exception {
    assertThat(refused("end", "--statement", statement(), "--out", "refused"))
        .contains("1 living credentials need the epoch wrap-2026-1");

    Citizen leaving = old.at(world);
    leaving.forgetSms();
    leaving.changePassword(Citizen.PASSWORD, Citizen.NEW_PASSWORD);
    ended = RowBackup.of(world, "ended", old);
    world.close();
    start();

    assertThat(world.audit().lines(OLD)).last().isEqualTo("WRAPPING_EPOCH_CLOSED SUCCEEDED");
    Path officerB = files.folder().resolve("officer-b");
    byte[] secret = Files.readAllBytes(officerB);
    Files.copy(files.folder().resolve("officer-a"), officerB, StandardCopyOption.REPLACE_EXISTING);
    try {
      assertThat(refused("end", "--statement", statement(), "--out", "refused"))
          .contains("needs two persons");
    } finally {
      Files.write(officerB, secret);
    }
    assertThat(files.folder().resolve("refused")).doesNotExist();
  }

  @Test
  @Order(3)
  @DisplayName(
      "KEY-10, database administrator with PINs and password × sign with the citizen's key: of an"
          + " epoch that has ended, the old backup of the blobs and the right password give 0"
          + " signatures, in the server and without it")
  void anOldBackupGivesNothing() throws Exception {
    assertThat(
            epoch(
                "end",
                "--epoch",
                OLD,
                "--statement",
                statement(),
                "--out",
                files.folder().resolve("ended").toString()))
        .contains("has ended by the new transcript");
    world.close();
    install("ended");
    start();
    assertThat(world.audit().lines(OLD)).last().isEqualTo("WRAPPING_EPOCH_ENDED SUCCEEDED");
    assertThat(opensForAThief(OLD)).as("until it is destroyed").isTrue();
    destroyWhileTheServerServes();
    assertThat(young.at(world).sign(world.sede(DemoWorld.SEDE_A).ask(Documents.form()))).isOne();

    living.putBack();
    assertThat(living(OLD)).isOne();
    SignatureRequest request = world.sede(DemoWorld.SEDE_A).ask(Documents.form());
    Citizen revived = old.at(world);
    Authorising challenged = revived.challenged(request);
    Refused refused = Refused.by(() -> challenged.submitCode(revived.nextCode()));
    ended.putBack();

    assertThat(refused.reason()).isEqualTo("ACTIVATION_REFUSED");
    assertThat(world.audit().lines(request.getId()))
        .contains("SAD_REJECTED REFUSED EPOCH_ENDED")
        .doesNotContain("SIGNATURE_AUTHORISED SUCCEEDED", "SIGNATURE_CREATED SUCCEEDED");
    assertThat(opensForAThief(OLD)).isFalse();
    assertThat(opensForAThief(NEW)).isFalse();
    AuditRecord last = world.audit().of(OLD).getLast();
    assertThat(last.getActor()).isEqualTo("officers");
    assertThat(last.getDetailsOrThrow("living")).isEqualTo("0");
    assertThat(world.audit().verify().getFirstBadSequence()).isZero();
  }

  /** In a process of its own: a process logs in to a token once for all that is in it. */
  private void destroyWhileTheServerServes() throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Epoch.class.getName()));
    command.addAll(
        arguments(
            "destroy",
            List.of(
                "--epoch",
                OLD,
                "--module",
                SoftHsm.shared().module().toString(),
                "--pin-file",
                files.tokens().pinFile("custody").toString())));
    Map<String, String> environment =
        Map.of("SOFTHSM2_CONF", SoftHsm.shared().configurationFile().toAbsolutePath().toString());
    try (OutsideProgram program = OutsideProgram.start(files.folder(), environment, command)) {
      program.await("Partition 1: destroyed");
      assertThat(program.end()).as(program.errors()).isZero();
    }
  }

  private long living(String epoch) throws Exception {
    return world.count(
        "select count(*) from credential where state <> 'KEY_DESTROYED' and epoch = '"
            + epoch
            + "'");
  }

  /** With the PIN and the citizen's wrapped key, past the server. */
  private boolean opensForAThief(String epoch) throws Exception {
    try (Thief thief = Thief.in(files.tokens(), "custody")) {
      return thief.has(epoch)
          && thief.unwrap(thief.key(epoch), wrapped, Constant.CKK_EC).isPresent();
    }
  }

  private String statement() {
    return files.anchors().resolve("server.epochs").toString();
  }

  private void install(String made) throws IOException {
    Path hsm = files.tokens().folder();
    for (String name : List.of("transcript.json", "transcript.json.sig")) {
      Files.copy(
          files.folder().resolve(made).resolve(name),
          hsm.resolve(name),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private String refused(String act, String... further) {
    List<String> all = new ArrayList<>(List.of("--epoch", OLD));
    all.addAll(Arrays.asList(further));
    all.set(all.size() - 1, files.folder().resolve(all.getLast()).toString());
    StringWriter account = new StringWriter();
    assertThat(run(account, act, all)).as(account.toString()).isOne();
    return account.toString();
  }

  private String epoch(String act, String... further) {
    StringWriter account = new StringWriter();
    assertThat(run(account, act, Arrays.asList(further))).as(account.toString()).isZero();
    return account.toString();
  }

  private int run(StringWriter account, String act, List<String> further) {
    return Epoch.execute(new PrintWriter(account), arguments(act, further).toArray(String[]::new));
  }

  private List<String> arguments(String act, List<String> further) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                act,
                "--transcript",
                files.tokens().folder().resolve("transcript.json").toString(),
                "--officer-a",
                files.folder().resolve("officer-a").toString(),
                "--officer-b",
                files.folder().resolve("officer-b").toString()));
    arguments.addAll(further);
    return arguments;
  }

  private void start() throws Exception {
    world =
        DemoWorld.start(
            files,
            WorldFiles.Settings.usual()
                .levels(WorldFiles.Levels.B_B)
                .further("documents: {warmUp: false}\n"));
  }
}
