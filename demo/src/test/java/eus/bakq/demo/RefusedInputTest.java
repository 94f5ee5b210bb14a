package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.demo.search.FormSearch;
import eus.bakq.demo.search.Found;
import eus.bakq.demo.search.SecretForms;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  /** The default of {@code database.poolSize}; the pool keeps what it has opened. */
  private static final int MOST_SESSIONS = 16;

  private static final Duration LONGEST_CASE = Duration.ofSeconds(60);
  private static final Duration LONGEST_STREAM = Duration.ofSeconds(30);
  private static final Duration LONGEST_SIGNATURE = Duration.ofSeconds(60);
  private static final int LEAST_DOCUMENTS = 10;

  /** Of streams that stop or never end: these last as long as a stream may. */
  private static final String ENDED_BY_US = "STREAM_TOO_SLOW";

  private static final Path LOG = LogTail.FILE;

  /** A stack, a class, a statement. */
  private static final Pattern INNARDS =
      Pattern.compile(
          "(?m)^\\s+at [a-z]|Exception|\\bError:|\\beus\\.bakq\\.|\\b(java|javax|org|com|io|eu)\\.[a-z]+\\.[a-z]"
              + "|(?i)\\b(select|delete) .{1,200} from |\\binsert into |\\bupdate .{1,80} set |SQLSTATE|PSQL");

  private static final Pattern ENTRY = Pattern.compile("(?m)^(?=[0-9]{2}:[0-9]{2}:[0-9]{2}\\.)");

  /**
   * What DSS warns of in tests only; and what two states of a request need, an outage of the
   * time-stamping authority: operators are told its cause, and what was given up in it.
   */
  private static final List<String> NOT_OF_WHAT_WAS_SENT =
      List.of(
          " e.e.e.d.",
          " completing is put off ",
          " completing failed ",
          " a signed request was ended without its documents ");

  private UnreliableTimeStamps stamps;
  private JumpingWorld jumping;
  private DemoWorld world;
  private Hail hail;
  private final Map<RefusedInput, Hail.Sent> sent = new LinkedHashMap<>();
  private final Map<RefusedInput, Answer> answers = new LinkedHashMap<>();
  private ServerLoad before;
  private ServerLoad after;
  private byte[] logOfHail;
  private byte[] log;
  private OtherLog otherLog;
  private SecretForms secrets;

  @BeforeAll
  void hail() throws Exception {
    Path target = Files.createDirectories(Path.of("target").toAbsolutePath());
    stamps = UnreliableTimeStamps.start(Files.createTempDirectory(target, "stamps-"));
    jumping =
        JumpingWorld.start(
            WorldFiles.Settings.usual()
                .codeDigits(8)
                .timeStamping(stamps.section())
                .database(KillWorld.PATIENT) // however slow the machine is: nobody is told of that
                .further("algorithms: {SHA512: 2020-01-01}\n"));
    world = jumping.world();
    world.activeCitizen();
    world.conformance().requireNoViolation();
    int logged = (int) Files.size(LOG);
    otherLog = OtherLog.listen();
    before = ServerLoad.of(world);
    hail = Hail.on(jumping, stamps);
    var _ = Eventually.is(this::isAtRest); // What it comes to is judged below.
    logOfHail = loggedSince(logged);
    sent.putAll(hail.sent());
    // From here on clocks jump, and of outages that this makes operators are told the causes.
    sent.putAll(Hail.send(new Situations(jumping, stamps), RefusedInputs.afterwards()));
    sent.forEach((one, how) -> answers.put(one, how.answer()));
    secrets = Delivered.secrets(world);
    log = loggedSince(logged);
  }

  /** Looks at what is held, until what idles or is just ending has gone. */
  private boolean isAtRest() throws Exception {
    after = ServerLoad.of(world);
    return after.threads().size() < before.threads().size() + MOST_THREADS_MORE
        && after.files() < before.files() + MOST_FILES_MORE
        && after.sessions() <= MOST_SESSIONS;
  }

  private static byte[] loggedSince(int logged) throws IOException {
    byte[] all = Files.readAllBytes(LOG);
    return Arrays.copyOfRange(all, logged, all.length);
  }

  @AfterAll
  void close() {
    otherLog.close();
    jumping.close();
    stamps.close();
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
    String told = new String(logOfHail, StandardCharsets.UTF_8);
    assertThat(told).contains("a call was malformed", "a call was refused");
    List<String> entries =
        ENTRY
            .splitAsStream(told)
            .filter(entry -> NOT_OF_WHAT_WAS_SENT.stream().noneMatch(entry::contains))
            .toList();
    assertThat(entries.stream().filter(entry -> entry.contains(" ERROR "))).isEmpty();
    assertThat(entries.stream().filter(entry -> INNARDS.matcher(entry).find())).isEmpty();
    assertThat(otherLog.lines()).isEmpty();
  }

  @Test
  @DisplayName("LOG-02: no answer and no log has a password, a code, a link, a ticket or a PIN")
  void nothingHasASecret() throws IOException {
    assertThat(secrets.secrets()).hasSizeGreaterThan(100);
    assertThat(secrets.secrets().keySet())
        .filteredOn(name -> name.startsWith("ticket "))
        .hasSizeGreaterThan(10);
    byte[] told =
        answers.values().stream()
            .map(Answer::everything)
            .collect(Collectors.joining("\n"))
            .getBytes(StandardCharsets.UTF_8);
    FormSearch search = new FormSearch(secrets.forms());
    assertThat(found(search, "an answer", told)).isEmpty();
    assertThat(found(search, "the log", log)).isEmpty();

    SecretForms known = new SecretForms();
    known.text("what is there", "a call was malformed");
    assertThat(found(new FormSearch(known.forms()), "the log", log)).isNotEmpty();
  }

  private static List<Found> found(FormSearch search, String place, byte[] text)
      throws IOException {
    return search.in(place, new ByteArrayInputStream(text)).stream()
        .filter(one -> !one.form().way().equals("UTF-8") || standsAlone(one, text))
        .toList();
  }

  /** Eight digits of a code are also found within longer numbers and identifiers, by chance. */
  private static boolean standsAlone(Found one, byte[] text) {
    int begin = (int) one.begin();
    int end = (int) one.end();
    return (begin == 0 || !Character.isLetterOrDigit(text[begin - 1]))
        && (end == text.length || !Character.isLetterOrDigit(text[end]));
  }

  @Test
  @DisplayName("API-07: each is answered in time")
  void eachIsAnsweredInTime() {
    Map<RefusedInput, Duration> late = new LinkedHashMap<>();
    sent.forEach(
        (one, how) -> {
          Duration most = one.answer().equals(ENDED_BY_US) ? LONGEST_STREAM : LONGEST_CASE;
          if (how.took().compareTo(most) > 0) {
            late.put(one, how.took());
          }
        });
    assertThat(late).isEmpty();
  }

  @Test
  @DisplayName("API-07: a well-behaved sede is served all the while")
  void theWellBehavedAreServed() {
    assertThat(hail.served().documents()).isGreaterThanOrEqualTo(LEAST_DOCUMENTS);
    assertThat(hail.served().longestWait()).isLessThan(LONGEST_SIGNATURE);
  }

  @Test
  @DisplayName("API-07: memory, threads, files and sessions are what they were")
  void nothingIsHeld() {
    assertThat(after.heapBytes()).isLessThan(before.heapBytes() + MOST_HEAP_GROWTH);
    List<String> more = new ArrayList<>(after.threads());
    before.threads().forEach(more::remove);
    assertThat(more).hasSizeLessThan(MOST_THREADS_MORE);
    assertThat(after.files()).isLessThan(before.files() + MOST_FILES_MORE);
    assertThat(after.sessions()).isLessThanOrEqualTo(MOST_SESSIONS);
  }

  @Test
  @DisplayName("after all this the record is whole")
  void theRecordIsWhole() {
    assertThat(world.audit().verify().getFirstBadSequence()).isZero();
  }
}
