package eus.bakq.hsmconfig;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.SoftHsm;
import eus.bakq.fixtures.SoftHsmCopy;
import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Module;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.ReturnCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the runbooks, as they stand there, on the real SoftHSM2. */
class RunbookTest {
  private static final Pattern COMMANDS = Pattern.compile("```hsm\n(.*?)\n```", Pattern.DOTALL);

  /** To come back from a copy. */
  private static final List<String> ORDER = List.of("probe", "compare", "new-pins", "compare");

  @TempDir private Path folder;

  /** A program of the officers, in this process. */
  @FunctionalInterface
  private interface Program {
    int execute(PrintWriter account, String... arguments);
  }

  private static final Map<String, Program> PROGRAMS =
      Map.of(
          "ceremony",
          Ceremony::execute,
          "compare",
          Compare::execute,
          "new-pins",
          NewPins::execute,
          "probe",
          Probe::execute);

  @Test
  @DisplayName(
      "KEY-08: after a suspected compromise the old PINs open nothing, and all is explained")
  void suspectedCompromise() throws Exception {
    String label = "bakq-demo-run" + UUID.randomUUID().toString().substring(0, 6) + "-";
    Map<String, Path> names = hold(label);
    Path officersKey = names.get("OFFICERS_KEY");
    Files.copy(names.get("CEREMONY").resolve("transcript.pub"), officersKey);
    byte[] stolen = Files.readAllBytes(names.get("PINS").resolve("custody.pin"));

    List<String> commands = commands("suspected-compromise.md");
    assertThat(commands).hasSize(5);
    for (String command : commands) {
      execute(command, names);
    }

    assertThat(opens(label + "custody", stolen)).isEqualTo("CKR_PIN_INCORRECT");
    assertThat(
            opens(
                label + "custody",
                Files.readAllBytes(names.get("NEW_PINS").resolve("custody.pin"))))
        .isEqualTo("CKR_OK");
  }

  @Test
  @DisplayName(
      "KEY-09: tokens that were lost come back from the copy of the ceremony, with every key of"
          + " ours, and under new PINs")
  void losingAnHsm() throws Exception {
    String label = "bakq-demo-los" + UUID.randomUUID().toString().substring(0, 6) + "-";
    Map<String, Path> names = hold(label);
    Files.copy(names.get("CEREMONY").resolve("transcript.pub"), names.get("OFFICERS_KEY"));
    Path kept = Files.createDirectory(folder.resolve("kept"));
    SoftHsmCopy.keep(SoftHsm.shared(), label, kept);
    SoftHsmCopy used = restored(kept, "used");
    List<String> commands = commands("losing-an-hsm.md");
    assertThat(commands).extracting(command -> command.split(" ", 2)[0]).isEqualTo(ORDER);

    used.lose();
    names.put("MODULE", used.module());
    StringWriter account = new StringWriter();
    assertThat(run(commands.get(1), names, account)).as(account.toString()).isOne();
    assertThat(account.toString()).doesNotContain("EXPLAINED ");

    names.put("MODULE", restored(kept, "restored").module());
    for (String command : commands) {
      execute(command, names);
    }
    account = new StringWriter();
    assertThat(run(commands.getLast(), names, account)).isZero();
    List<String> keys =
        SignedTranscript.verified(
                names.get("CEREMONY").resolve("transcript.json"), names.get("OFFICERS_KEY"))
            .explained()
            .stream()
            .flatMap(token -> token.keys().stream())
            .map(Explained.Key::id)
            .toList();
    assertThat(keys).hasSize(14);
    for (String key : keys) {
      assertThat(account.toString()).containsPattern("EXPLAINED +key '" + key + "'");
    }
  }

  @Test
  @DisplayName("KEY-08: one officer alone, and another one, give no new PINs; the old ones stay")
  void oneOfficerDoesNothing() throws Exception {
    String label = "bakq-demo-one" + UUID.randomUUID().toString().substring(0, 6) + "-";
    Map<String, Path> names = hold(label);
    Path another = Files.writeString(folder.resolve("c"), "somebody else's secret, long enough\n");
    String command =
        "new-pins --transcript CEREMONY/transcript.json --officer-a OFFICER_A --officer-b OFFICER_B"
            + " --module MODULE --out NEW_PINS";
    for (Path second : List.of(another, names.get("OFFICER_A"))) {
      Map<String, Path> wrong = new LinkedHashMap<>(names);
      wrong.put("OFFICER_B", second);
      StringWriter account = new StringWriter();
      assertThat(run(command, wrong, account)).as(account.toString()).isOne();
      assertThat(account.toString()).startsWith("Refused: ");
    }

    assertThat(names.get("NEW_PINS")).doesNotExist();
    assertThat(opens(label + "record", Files.readAllBytes(names.get("PINS").resolve("record.pin"))))
        .isEqualTo("CKR_OK");
  }

  @Test
  @DisplayName("a token that the caller does not name keeps its PIN")
  void renewsWhatIsNamed() throws Exception {
    String label = "bakq-demo-two" + UUID.randomUUID().toString().substring(0, 6) + "-";
    Map<String, Path> names = hold(label);

    execute(
        "new-pins --transcript CEREMONY/transcript.json --officer-a OFFICER_A --officer-b OFFICER_B"
            + " --module MODULE --token record --out NEW_PINS",
        names);

    try (var made = Files.list(names.get("NEW_PINS"))) {
      assertThat(made).containsExactly(names.get("NEW_PINS").resolve("record.pin"));
    }
    assertThat(
            opens(label + "custody", Files.readAllBytes(names.get("PINS").resolve("custody.pin"))))
        .isEqualTo("CKR_OK");
  }

  private SoftHsmCopy restored(Path kept, String name) throws IOException {
    return SoftHsmCopy.restored(
        SoftHsm.shared(), kept, Files.createDirectory(folder.resolve(name)));
  }

  private static List<String> commands(String runbook) throws IOException {
    return COMMANDS
        .matcher(Files.readString(Path.of("../docs/runbooks").resolve(runbook)))
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  /** Holds a ceremony; what the capital words of the commands stand for. */
  private Map<String, Path> hold(String label) throws IOException {
    HeldCeremony held = HeldCeremony.in(folder, label);
    Map<String, Path> names = new LinkedHashMap<>();
    names.put("OFFICERS_KEY", folder.resolve("kept.pub"));
    names.put("OFFICER_A", held.officerA());
    names.put("OFFICER_B", held.officerB());
    names.put("NEW_CEREMONY", folder.resolve("new-ceremony"));
    names.put("CEREMONY", held.folder());
    names.put("NEW_PINS", folder.resolve("new-pins"));
    names.put("PINS", held.folder());
    names.put("NEW_PLAN", HeldCeremony.plan(folder, label + "n-"));
    names.put("MODULE", SoftHsm.shared().module());
    names.put("PLAN", folder.resolve(label + ".yaml"));
    names.put("PROFILE", Path.of("profiles/softhsm2.yaml"));
    names.put("CUSTODY_LABEL", Path.of(label + "custody"));
    return names;
  }

  private static void execute(String command, Map<String, Path> names) {
    StringWriter account = new StringWriter();
    assertThat(run(command, names, account)).as(command + "\n" + account).isZero();
  }

  private static int run(String command, Map<String, Path> names, StringWriter account) {
    String[] words = command.split("\\s+", -1);
    for (int i = 0; i < words.length; i++) {
      String name = words[i].split("/", 2)[0];
      if (names.containsKey(name)) {
        words[i] = names.get(name) + words[i].substring(name.length());
      }
    }
    return PROGRAMS
        .get(words[0])
        .execute(new PrintWriter(account), Arrays.copyOfRange(words, 1, words.length));
  }

  private static String opens(String label, byte[] pin) throws Pkcs11Exception {
    Pkcs11Module module = Pkcs11Module.open(SoftHsm.shared().module());
    long slot =
        module.tokens().stream()
            .filter(token -> token.label().equals(label))
            .findFirst()
            .orElseThrow()
            .slot();
    try (Pkcs11Session session = module.openSession(slot)) {
      session.login(
          new String(pin, StandardCharsets.US_ASCII).strip().getBytes(StandardCharsets.US_ASCII));
      session.logout();
      return ReturnCode.CKR_OK.name();
    } catch (Pkcs11Exception e) {
      return e.code().orElseThrow().name();
    }
  }
}
