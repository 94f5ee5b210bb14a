package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What the table of docs/refused-input.md says is what comes back, over the wire, while others are
 * served; and nothing else comes out. The whole table is sent once; each test looks at another side
 * of what came of it (SIG-12, API-07, API-08, API-14).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefusedInputTest {
  /** Stated in docs/threat-model.md, M31, as the others are. */
  private static final long MOST_HEAP_GROWTH = 64L * 1024 * 1024;

  private static final int MOST_THREADS_MORE = 24;
  private static final int MOST_FILES_MORE = 64;
  private static final int MOST_SESSIONS = 10;

  private static final Path LOG = LogTail.FILE;

  /** A stack, a class, a statement. */
  private static final Pattern INNARDS =
      Pattern.compile(
          "(?m)^\\s+at [a-z]|Exception|\\bError:|\\beus\\.bakq\\.|\\b(java|javax|org|com|io|eu)\\.[a-z]+\\.[a-z]"
              + "|(?i)\\b(select|delete) .{1,200} from |\\binsert into |\\bupdate .{1,80} set |SQLSTATE|PSQL");

  private static final Pattern ENTRY = Pattern.compile("(?m)^(?=[0-9]{2}:[0-9]{2}:[0-9]{2}\\.)");

  /** What DSS warns of in tests only, and what is said of the clocks, which the test moves. */
  private static final List<String> NOT_OF_WHAT_WAS_SENT = List.of(" e.e.e.d.", ".ClockWatch ");

  private JumpingWorld jumping;
  private DemoWorld world;
  private Map<RefusedInput, Answer> answers;
  private int signed;
  private ServerLoad before;
  private ServerLoad after;
  private String log;
  private OtherLog otherLog;
  private Set<String> secrets;

  @BeforeAll
  void hail() throws Exception {
    jumping =
        JumpingWorld.start(
            WorldFiles.Settings.usual()
                .codeDigits(8)
                .further("algorithms: {SHA512: 2020-01-01}\n"));
    world = jumping.world();
    world.activeCitizen();
    world.conformance().requireNoViolation();
    long logged = Files.size(LOG);
    otherLog = OtherLog.listen();
    before = ServerLoad.of(world);
    Hail hail = Hail.on(world);
    after = ServerLoad.of(world);
    answers = new LinkedHashMap<>(hail.answers());
    signed = hail.signed();
    answers.putAll(Hail.send(new Situations(jumping), RefusedInputs.afterwards()));
    secrets = Delivered.secrets(world);
    byte[] all = Files.readAllBytes(LOG);
    log = new String(all, (int) logged, all.length - (int) logged, StandardCharsets.UTF_8);
  }

  @AfterAll
  void close() {
    otherLog.close();
    jumping.close();
  }

  @Test
  @DisplayName("SIG-12, API-08, API-14: each answer is the one of the table")
  void everyAnswerIsThatOfTheTable() {
    List<String> others = new ArrayList<>();
    answers.forEach(
        (sent, answer) -> {
          if (!answer.inALine().equals(sent.answer())) {
            others.add(sent + " => " + answer.inALine() + ", not " + sent.answer());
          }
        });
    assertThat(others).isEmpty();
    assertThat(answers).hasSizeGreaterThan(700).hasSize(RefusedInputs.all().size());
  }

  @Test
  @DisplayName("API-08: every answer keeps to docs/errors.md; none says that we are at fault")
  void everyAnswerKeepsToTheContract() {
    Set<String> ofGrpc =
        RefusedInputs.all().stream()
            .map(RefusedInput::answer)
            .filter(answer -> answer.startsWith("gRPC "))
            .map(answer -> "code=" + answer.substring(5))
            .collect(Collectors.toSet());
    assertThat(world.conformance().takeViolations())
        .filteredOn(violation -> ofGrpc.stream().noneMatch(violation::contains))
        .isEmpty();
    assertThat(answers.values()).extracting(Answer::code).doesNotContain(Status.Code.UNKNOWN);
    assertThat(answers.values()).extracting(Answer::reason).doesNotContain("INTERNAL");
    answers.forEach(
        (sent, answer) -> {
          if (answer.code() == Status.Code.INTERNAL) {
            assertThat(sent.call()).as("%s", sent).isEqualTo("-");
          }
        });
  }

  @Test
  @DisplayName("every quota says how long to wait")
  void whoeverHasToWaitIsToldHowLong() {
    assertThat(answers.values())
        .filteredOn(answer -> answer.reason().equals("QUOTA_EXCEEDED"))
        .isNotEmpty()
        .allMatch(Answer::waits);
  }

  @Test
  @DisplayName("no answer tells of a class, a stack or a statement, nor repeats what was sent")
  void noAnswerTellsOfInnards() {
    answers.forEach(
        (sent, answer) -> {
          String told = answer.everything().replace("google.rpc.", "");
          told = told.replace("type.googleapis.com/", "");
          assertThat(INNARDS.matcher(told).find()).as("%s: %s", sent, told).isFalse();
          assertThat(told).as("%s", sent).doesNotContain("xxxxxxxxxx", "12345678A", "OR '1'");
        });
  }

  @Test
  @DisplayName(
      "no log tells of a class, a stack or a statement, and none speaks of a fault of ours")
  void noLogTellsOfInnards() {
    assertThat(log).contains("a call was malformed", "a call was refused");
    List<String> entries =
        ENTRY
            .splitAsStream(log)
            .filter(entry -> NOT_OF_WHAT_WAS_SENT.stream().noneMatch(entry::contains))
            .toList();
    assertThat(entries.stream().filter(entry -> entry.contains(" ERROR "))).isEmpty();
    assertThat(entries.stream().filter(entry -> INNARDS.matcher(entry).find())).isEmpty();
    assertThat(otherLog.lines()).isEmpty();
  }

  @Test
  @DisplayName("LOG-02: no answer and no log has a password, a code, a link or a ticket")
  void nothingHasASecret() {
    assertThat(secrets).hasSizeGreaterThan(100);
    Set<String> found = new TreeSet<>();
    String told = answers.values().stream().map(Answer::everything).collect(Collectors.joining());
    for (String secret : secrets) {
      Pattern alone =
          Pattern.compile("(?<![0-9A-Za-z])" + Pattern.quote(secret) + "(?![0-9A-Za-z])");
      if (alone.matcher(told).find()) {
        found.add(secret + " in an answer");
      }
      if (alone.matcher(log).find()) {
        found.add(secret + " in the log");
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  @DisplayName("API-07: a well-behaved sede is served all the while")
  void theWellBehavedAreServed() {
    assertThat(signed).isPositive();
  }

  @Test
  @DisplayName("API-07: memory, threads, files and sessions are what they were")
  void nothingIsHeld() {
    assertThat(after.heapBytes()).isLessThan(before.heapBytes() + MOST_HEAP_GROWTH);
    assertThat(after.threads()).isLessThan(before.threads() + MOST_THREADS_MORE);
    assertThat(after.files()).isLessThan(before.files() + MOST_FILES_MORE);
    assertThat(after.sessions()).isLessThanOrEqualTo(MOST_SESSIONS);
  }

  @Test
  @DisplayName("after all this the record is whole")
  void theRecordIsWhole() {
    assertThat(world.audit().verify().getFirstBadSequence()).isZero();
  }
}
