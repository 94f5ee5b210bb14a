package eus.bakq.hsmconfig;

import static eus.bakq.pkcs11.AttributeType.CKA_CLASS;
import static eus.bakq.pkcs11.AttributeType.CKA_ID;
import static eus.bakq.pkcs11.AttributeType.CKA_KEY_TYPE;
import static eus.bakq.pkcs11.AttributeType.CKA_LABEL;
import static eus.bakq.pkcs11.AttributeType.CKA_TOKEN;
import static eus.bakq.pkcs11.AttributeType.CKA_VALUE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import eus.bakq.fixtures.FaultyPkcs11;
import eus.bakq.fixtures.FaultyPkcs11.Fault;
import eus.bakq.fixtures.SoftHsm;
import eus.bakq.fixtures.SoftHsmCopy;
import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.Mechanism;
import eus.bakq.pkcs11.ObjectHandle;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.ReturnCode;
import eus.bakq.pkcs11.Template;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** KEY-08, KEY-14: epochs begin and end by both officers, on the real SoftHSM2. */
@TestInstance(Lifecycle.PER_CLASS)
class EpochTest {
  private static final String LABEL = "bakq-demo-epochs-";
  private static final String OLD = "wrap-2026-1";
  private static final String NEW = "wrap-2027-1";

  private Path folder;
  private StringWriter account = new StringWriter();
  private HeldCeremony ceremony;
  private Path officerB;

  /** Of the ceremony; of the newer epoch; of the older one's end. */
  private Path held;

  private Path begun;
  private Path ended;

  @BeforeAll
  void beginAndEnd(@TempDir Path given) throws Exception {
    folder = given;
    ceremony = HeldCeremony.in(folder, LABEL);
    officerB = ceremony.officerB();
    held = ceremony.transcript();
    assertThat(begin(held, NEW, "begun")).as(account.toString()).isZero();
    begun = folder.resolve("begun/transcript.json");
    assertThat(end(begun, OLD, statement(begun, 0, true, Instant.now()), "ended"))
        .as(account.toString())
        .isZero();
    ended = folder.resolve("ended/transcript.json");
  }

  @BeforeEach
  void listen() {
    account = new StringWriter();
  }

  @Test
  @DisplayName(
      "a new epoch has a wrapping key as the one before, and a transcript that explains it")
  void beginsAnEpoch() throws Exception {
    JsonNode before = json(held);
    JsonNode after = json(begun);

    assertThat(after.get("version").asInt()).isEqualTo(2);
    for (String untouched : List.of("profile", "planSha256", "module", "time")) {
      assertThat(after.get(untouched)).isEqualTo(before.get(untouched));
    }
    assertThat(after.at("/tokens/1")).isEqualTo(before.at("/tokens/1"));
    assertThat(after.at("/tokens/2")).isEqualTo(before.at("/tokens/2"));
    List<String> ids = after.at("/tokens/0/keys").findValuesAsText("id");
    assertThat(ids).containsExactly(OLD, "verify", "activate", NEW);
    JsonNode act = after.at("/acts/0");
    assertThat(act.get("act").asText()).isEqualTo("EPOCH_BEGUN");
    assertThat(act.get("key").asText()).isEqualTo(NEW);
    assertThat(act.get("before").asText()).isEqualTo(sha256(Files.readAllBytes(held)));
    try (OfficerSecrets secrets = OfficerSecrets.read(ceremony.officerA(), officerB)) {
      SignedTranscript read = SignedTranscript.read(begun, secrets);
      assertThat(read.newest().id()).isEqualTo(NEW);
      assertThat(read.newest().attributes())
          .isEqualTo(
              read.epoch(OLD)
                  .attributes()
                  .with(CKA_LABEL, NEW)
                  .with(CKA_ID, NEW.getBytes(StandardCharsets.US_ASCII)));
    }
  }

  @Test
  @DisplayName("the end of an epoch is one more act in the transcript, and touches no token")
  void endsAnEpoch() throws Exception {
    JsonNode after = json(ended);

    assertThat(after.get("tokens")).isEqualTo(json(begun).get("tokens"));
    assertThat(after.get("acts")).hasSize(2);
    assertThat(after.at("/acts/1/act").asText()).isEqualTo("EPOCH_ENDED");
    assertThat(after.at("/acts/1/key").asText()).isEqualTo(OLD);
    assertThat(end(ended, OLD, folder.resolve("none"), "again")).isZero();
    assertThat(account.toString()).contains("has ended already");
    assertThat(folder.resolve("again")).doesNotExist();
  }

  @Test
  @DisplayName("KEY-08: one officer alone begins, ends and destroys nothing")
  void refusesOneOfficer() throws Exception {
    Path guess = Files.writeString(folder.resolve("guess"), "what the other may have said");
    Path statement = statement(begun, 0, true, Instant.now());
    Path right = officerB;
    for (Path instead : List.of(ceremony.officerA(), guess)) {
      officerB = instead;
      try {
        assertThat(begin(begun, "wrap-2028-1", "alone")).isOne();
        assertThat(end(begun, OLD, statement, "alone")).isOne();
        assertThat(destroy(ended, OLD, module())).isOne();
      } finally {
        officerB = right;
      }
    }
    assertThat(account.toString())
        .contains("needs two persons", "not the secrets of the two officers")
        .doesNotContain("officer's secret");
    assertThat(folder.resolve("alone")).doesNotExist();
    assertThat(keys(module(), "wrap-2028-1")).isZero();
  }

  @Test
  @DisplayName("an epoch that living credentials need does not end; how many is said")
  void refusesToEndWhatIsNeeded() throws Exception {
    assertThat(end(begun, OLD, statement(begun, 12, false, Instant.now()), "no")).isOne();
    assertThat(account.toString()).contains("12 living credentials need the epoch wrap-2026-1");

    assertThat(end(begun, OLD, statement(begun, 0, false, Instant.now()), "no")).isOne();
    assertThat(account.toString()).contains("is not closed yet");
    assertThat(folder.resolve("no")).doesNotExist();
  }

  @Test
  @DisplayName("only what a server of these tokens has signed within a day is believed")
  void refusesOtherStatements() throws Exception {
    Path needed = statement(begun, 12, false, Instant.now());
    Path altered =
        Files.writeString(folder.resolve("altered"), Files.readString(needed).replace("12", "0"));
    Path unsigned =
        Files.writeString(folder.resolve("unsigned"), "00\n{\"version\": 1, \"epochs\": []}\n");
    for (Path wrong : List.of(altered, unsigned)) {
      assertThat(end(begun, OLD, wrong, "no")).isOne();
      assertThat(account.toString()).contains("no server of these tokens has signed");
    }
    Instant yesterday = Instant.now().minus(EpochNeeds.LONGEST_AGE).minus(Duration.ofMinutes(1));
    assertThat(end(begun, OLD, statement(begun, 0, true, yesterday), "no")).isOne();
    assertThat(account.toString()).contains("have a server write a new one");
    assertThat(end(begun, OLD, statement(held, 0, true, Instant.now()), "no")).isOne();
    assertThat(account.toString()).contains("has another transcript");
    assertThat(folder.resolve("no")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "wrap-2027-1, begin another one first",
    "wrap-1999-1, has no epoch",
    "verify, has no epoch"
  })
  void endsNoOther(String epoch, String reason) throws Exception {
    assertThat(end(begun, epoch, statement(begun, 0, true, Instant.now()), "no")).isOne();
    assertThat(account.toString()).contains(reason);
  }

  @ParameterizedTest
  @CsvSource({
    "wrap-2026-1, has a key 'wrap-2026-1' already",
    "verify, has a key 'verify' already",
    "WRAP, lower-case letters"
  })
  void beginsNoneOfAnotherName(String epoch, String reason) throws Exception {
    assertThat(begin(begun, epoch, "no")).isOne();
    assertThat(account.toString()).contains(reason);
    assertThat(folder.resolve("no")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"wrap-2028-1", "wrap-2029-1", "wrap-2027-1"})
  @DisplayName("KEY-13: a newer wrapping key that somebody with the PIN has planted is found")
  void findsAPlantedKey(String id) throws Exception {
    Path planted = copy("planted-" + id);
    plant(planted, id);
    int before = keys(planted, id);

    assertThat(begin(begun, "wrap-2028-1", planted, id + "-out")).isOne();

    assertThat(account.toString()).contains("'" + id + "' that this transcript does not explain");
    assertThat(folder.resolve(id + "-out/transcript.json")).doesNotExist();
    assertThat(keys(planted, id)).isEqualTo(before);
  }

  @Test
  @DisplayName("two epochs do not begin beside each other from one transcript")
  void refusesTheTranscriptOfBefore() {
    assertThat(begin(held, "wrap-2028-1", "beside")).isOne();

    assertThat(account.toString()).contains("'wrap-2027-1' that this transcript does not explain");
  }

  @Test
  @DisplayName("an act that fails leaves no key that no transcript explains")
  void leavesNothingBehind() throws Exception {
    FaultyPkcs11 faulty = faulty("leaving");
    faulty.order("C_WrapKey", Fault.FAIL_BEFORE, ReturnCode.CKR_DEVICE_ERROR.value()).give();

    assertThat(begin(begun, "wrap-2028-1", faulty.library(), "leaving-out")).isOne();

    assertThat(account.toString()).contains("The token failed");
    assertThat(keys(faulty.library(), "wrap-2028-1")).isZero();
  }

  @Test
  @DisplayName("only an epoch that has ended by the transcript is destroyed")
  void destroysNoneThatIsOpen() throws Exception {
    assertThat(destroy(begun, OLD, module())).isOne();
    assertThat(destroy(ended, NEW, module())).isOne();

    assertThat(account.toString()).contains("has not ended: wrap-2026-1", "wrap-2027-1");
    assertThat(keys(module(), OLD)).isOne();
    assertThat(keys(module(), NEW)).isOne();
  }

  @Test
  @DisplayName(
      "a partition that does not answer, or has another key, keeps all from being destroyed")
  void destroysInAllOrInNone() throws Exception {
    Path sound = copy("sound");
    FaultyPkcs11 away = faulty("away");
    away.takeAway(ReturnCode.CKR_DEVICE_REMOVED.value());
    assertThat(destroy(ended, OLD, sound, away.library())).isOne();
    assertThat(account.toString()).contains("The token failed");
    away.forgetOrders();

    Path other = copy("other");
    try (Pkcs11Session attacker = session(other, "custody")) {
      attacker.destroy(found(attacker, OLD).getFirst());
      attacker.logout();
    }
    plant(other, OLD);
    assertThat(destroy(ended, OLD, sound, other)).isOne();
    assertThat(account.toString()).contains("that the transcript does not explain");

    assertThat(keys(sound, OLD)).isOne();
  }

  @Test
  @DisplayName(
      "cut off between two partitions, it is done again and goes on; a third time it is gone")
  void goesOnWhereItWas() throws Exception {
    Path sound = copy("going-on");
    FaultyPkcs11 cut = faulty("cut");
    cut.order("C_DestroyObject", Fault.FAIL_BEFORE, ReturnCode.CKR_DEVICE_REMOVED.value()).give();

    assertThat(destroy(ended, OLD, sound, cut.library())).isOne();
    assertThat(account.toString()).contains("Partition 1: destroyed", "The token failed");
    assertThat(keys(sound, OLD)).isZero();
    assertThat(keys(cut.library(), OLD)).isOne();

    account = new StringWriter();
    assertThat(destroy(ended, OLD, sound, cut.library())).isZero();
    assertThat(account.toString())
        .contains("Partition 1: gone already", "Partition 2: destroyed", "opens any more");
    assertThat(keys(cut.library(), OLD)).isZero();
    assertThat(keys(cut.library(), NEW)).isOne();

    account = new StringWriter();
    assertThat(destroy(ended, OLD, sound, cut.library())).isZero();
    assertThat(account.toString()).contains("is gone already from each");
  }

  @Test
  @DisplayName("killed between two partitions, it is called again and goes on where it was")
  void goesOnWhereItWasKilled() throws Exception {
    Path sound = copy("first");
    Path copied = copy("killed");
    FaultyPkcs11 held =
        FaultyPkcs11.make(Files.createDirectory(folder.resolve("held-back")), copied);
    FaultyPkcs11.Order order = held.order("C_DestroyObject", Fault.HOLD_BEFORE, 0).give();
    Process process =
        EpochProcess.start(
            held.environment(),
            sound.getParent(),
            copied.getParent(),
            arguments("destroy", ended, destroyed(OLD, module(), held.library())));
    try {
      EpochProcess.await(process, () -> order.held() == 1);
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(keys(sound, OLD)).as("in the first partition").isZero();
    assertThat(keys(copied, OLD)).as("in the second").isOne();

    assertThat(destroy(ended, OLD, sound, copied)).as(account.toString()).isZero();

    assertThat(account.toString()).contains("Partition 1: gone already", "Partition 2: destroyed");
    assertThat(keys(copied, OLD)).isZero();
  }

  private int begin(Path transcript, String epoch, String out) {
    return begin(transcript, epoch, module(), out);
  }

  private int begin(Path transcript, String epoch, Path module, String out) {
    return execute(
        "begin",
        transcript,
        "--epoch",
        epoch,
        "--module",
        module.toString(),
        "--pin-file",
        pin("custody").toString(),
        "--out",
        folder.resolve(out).toString());
  }

  private int end(Path transcript, String epoch, Path statement, String out) {
    return execute(
        "end",
        transcript,
        "--epoch",
        epoch,
        "--statement",
        statement.toString(),
        "--out",
        folder.resolve(out).toString());
  }

  private int destroy(Path transcript, String epoch, Path... modules) {
    return execute("destroy", transcript, destroyed(epoch, modules));
  }

  private String[] destroyed(String epoch, Path... modules) {
    List<String> further = new ArrayList<>(List.of("--epoch", epoch));
    for (Path each : modules) {
      further.addAll(List.of("--module", each.toString(), "--pin-file", pin("custody").toString()));
    }
    return further.toArray(String[]::new);
  }

  private int execute(String act, Path transcript, String... further) {
    return Epoch.execute(
        new PrintWriter(account), arguments(act, transcript, further).toArray(String[]::new));
  }

  private List<String> arguments(String act, Path transcript, String... further) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                act,
                "--transcript",
                transcript.toString(),
                "--officer-a",
                ceremony.officerA().toString(),
                "--officer-b",
                officerB.toString()));
    arguments.addAll(Arrays.asList(further));
    return arguments;
  }

  /** As a server writes it that has {@code transcript}. */
  private Path statement(Path transcript, long living, boolean closed, Instant time)
      throws Exception {
    String text =
        """
        {"version": 1, "transcriptSha256": "%s", "time": "%s",
         "epochs": [{"id": "wrap-2026-1", "living": %d, "closed": %s},
                    {"id": "wrap-2027-1", "living": 0, "closed": true}]}
        """
            .formatted(sha256(Files.readAllBytes(transcript)), time, living, closed);
    byte[] hash =
        MessageDigest.getInstance("SHA-256")
            .digest(("bakq/epochs/v1\n" + text).getBytes(StandardCharsets.UTF_8));
    try (Pkcs11Session session = session(module(), "record")) {
      ObjectHandle key =
          session
              .find(
                  Template.empty()
                      .with(CKA_CLASS, Constant.CKO_PRIVATE_KEY)
                      .with(CKA_ID, "audit".getBytes(StandardCharsets.US_ASCII)),
                  1)
              .getFirst();
      byte[] signature =
          EllipticCurves.derSignature(session.sign(Mechanism.of(Constant.CKM_ECDSA), key, hash));
      session.logout();
      return Files.writeString(
          Files.createTempFile(folder, "statement", ""),
          HexFormat.of().formatHex(signature) + "\n" + text);
    }
  }

  private FaultyPkcs11 faulty(String name) throws Exception {
    return FaultyPkcs11.inFrontOf(
        copy(name), Files.createDirectory(folder.resolve(name + "-faulty")));
  }

  private Path copy(String name) throws Exception {
    return SoftHsmCopy.of(SoftHsm.shared(), LABEL, Files.createDirectory(folder.resolve(name)))
        .module();
  }

  private void plant(Path module, String id) throws Exception {
    try (Pkcs11Session attacker = session(module, "custody")) {
      attacker.create(
          Template.empty()
              .with(CKA_CLASS, Constant.CKO_SECRET_KEY)
              .with(CKA_KEY_TYPE, Constant.CKK_AES)
              .with(CKA_TOKEN, true)
              .with(CKA_LABEL, id)
              .with(CKA_ID, id.getBytes(StandardCharsets.US_ASCII))
              .with(CKA_VALUE, new byte[32]));
      attacker.logout();
    }
  }

  private int keys(Path module, String id) throws Exception {
    try (Pkcs11Session session = session(module, "custody")) {
      int found = found(session, id).size();
      session.logout();
      return found;
    }
  }

  private static List<ObjectHandle> found(Pkcs11Session session, String id) throws Exception {
    return session.find(
        Template.empty()
            .with(CKA_CLASS, Constant.CKO_SECRET_KEY)
            .with(CKA_ID, id.getBytes(StandardCharsets.US_ASCII)),
        3);
  }

  private Pkcs11Session session(Path library, String role) throws Exception {
    return ceremony.session(library, role);
  }

  private Path pin(String role) {
    return ceremony.pin(role);
  }

  private static Path module() {
    return SoftHsm.shared().module();
  }

  private static JsonNode json(Path transcript) throws Exception {
    return JsonMapper.builder().build().readTree(Files.readAllBytes(transcript));
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
