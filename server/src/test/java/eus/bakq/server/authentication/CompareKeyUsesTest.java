package eus.bakq.server.authentication;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.audit.AuditRecord;
import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.hsm.KeyUses;
import eus.bakq.server.hsm.UnrecordedKeyUses;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The HSM's counts against the record, each finding on a real database (docs/adr/0028). */
class CompareKeyUsesTest {
  private static final Instant BEGINNING = Instant.parse("2026-01-05T09:00:00Z");
  private static final KeyUseSettings SETTINGS =
      new KeyUseSettings(Duration.ofMillis(100), Duration.ofHours(1), Duration.ofMillis(100), 10);

  @TempDir private Path folder;
  private TestDatabase test;
  private AuditLog audit;
  private CompareKeyUses compare;

  @BeforeEach
  void open() {
    test = TestDatabase.open();
    audit = new AuditLog();
    compare = comparing(1, SETTINGS);
  }

  @AfterEach
  void close() {
    test.close();
  }

  @Test
  @DisplayName("every recorded use of a password explains what it asked of the HSM")
  void explainsWhatIsRecorded() throws Exception {
    counts(1, 1000, 500);
    assertThat(find()).isEqualTo(KeyUseFinding.EXPLAINED);

    record(AuditEventType.AUTHENTICATION_PASSWORD_JUDGED, 3);
    record(AuditEventType.PASSWORD_SET, 1);
    record(AuditEventType.PASSWORD_CHANGED, 1);
    unrecorded(new KeyUses(4, 2));
    counts(1, 1000 + 3 * 2 + 1 + 2 + 4, 500 + 3 + 2 + 2);

    assertThat(find()).isEqualTo(KeyUseFinding.EXPLAINED);
    assertThat(last().details())
        .containsEntry("verify_used", "13")
        .containsEntry("verify_explained", "13")
        .containsEntry("verify_unexplained", "0")
        .containsEntry("activate_unexplained", "0")
        .containsEntry("verify_open", "0");
  }

  @Test
  @DisplayName("a surplus above the tolerance alarms once, of either key; one at it does not")
  void findsASurplus() throws Exception {
    counts(1, 0, 0);
    find();

    counts(1, 10, 10);
    assertThat(find()).isEqualTo(KeyUseFinding.EXPLAINED);
    assertThat(last().details()).containsEntry("verify_open", "9");
    counts(1, 11, 12);
    assertThat(find()).as("what remained counts on").isEqualTo(KeyUseFinding.SURPLUS);
    assertThat(last().outcome()).isEqualTo("FAILED");
    assertThat(last().reason()).isEqualTo("SURPLUS");
    counts(1, 12, 12);
    assertThat(find()).isEqualTo(KeyUseFinding.EXPLAINED);
    counts(1, 30, 12);
    assertThat(find()).isEqualTo(KeyUseFinding.SURPLUS);
  }

  @Test
  @DisplayName("uses that the record tells of and the HSM did not count alarm as well")
  void findsADeficit() throws Exception {
    counts(1, 100, 100);
    find();

    record(AuditEventType.AUTHENTICATION_PASSWORD_JUDGED, 6);
    // Long enough ago that no difference of clocks explains it.
    Thread.sleep(SETTINGS.settle().multipliedBy(3));
    counts(1, 100, 100);

    assertThat(find()).isEqualTo(KeyUseFinding.DEFICIT);
  }

  @Test
  @DisplayName("a count or a time that went back alarms, and so does another beginning")
  void findsWhatWentBack() throws Exception {
    counts(1, 100, 100);
    find();
    counts(1, 99, 101);
    assertThat(find()).isEqualTo(KeyUseFinding.WENT_BACK);
    counts(1, 99, 101);
    assertThat(find()).as("from there on").isEqualTo(KeyUseFinding.EXPLAINED);
    counts(1, BEGINNING, now().minusSeconds(60), "99", "101");
    assertThat(find()).isEqualTo(KeyUseFinding.WENT_BACK);

    counts(1, BEGINNING.plusSeconds(1), now(), "5", "5");
    assertThat(find()).isEqualTo(KeyUseFinding.BEGUN_ANEW);
  }

  @Test
  @DisplayName("other counts at the same time are a lie")
  void findsOtherCountsOfTheSameTime() throws Exception {
    Instant taken = now();
    counts(1, BEGINNING, taken, "5", "5");
    find();
    counts(1, BEGINNING, taken, "6", "5");

    assertThat(find()).isEqualTo(KeyUseFinding.WENT_BACK);
  }

  @Test
  @DisplayName("counts that are old, missing, too large, malformed or of the future are named")
  void findsWhatCannotBeCompared() throws Exception {
    assertThat(find()).as("missing").isEqualTo(KeyUseFinding.UNREADABLE);
    assertThat(last("KEY_USES_NOT_COMPARED").details())
        .containsEntry("partition", "1")
        .containsEntry("why", "cannot be read");
    Files.writeString(file(1), "x".repeat(513));
    assertThat(find()).isEqualTo(KeyUseFinding.UNREADABLE);
    assertThat(last("KEY_USES_NOT_COMPARED").details())
        .containsEntry("why", "has more than 512 bytes");
    counts(1, BEGINNING, now(), "-1", "5");
    assertThat(find()).isEqualTo(KeyUseFinding.UNREADABLE);
    counts(1, BEGINNING, now().plusSeconds(60), "5", "5");
    assertThat(find()).isEqualTo(KeyUseFinding.UNREADABLE);
    assertThat(last("KEY_USES_NOT_COMPARED").details()).containsEntry("why", "is of the future");
    counts(1, BEGINNING, now().minus(Duration.ofMinutes(61)), "5", "5");
    assertThat(find()).isEqualTo(KeyUseFinding.STALE);
    assertThat(last("KEY_USES_NOT_COMPARED").reason()).isEqualTo("STALE");
    counts(1, 5, 5);
    assertThat(find()).as("nothing to compare with, at last").isEqualTo(KeyUseFinding.BEGUN_ANEW);
  }

  @Test
  @DisplayName("partitions count together; one more of them begins anew")
  void addsUpPartitions() throws Exception {
    compare = comparing(2, SETTINGS);
    Instant taken = now();
    counts(1, BEGINNING, taken, "5", "5");
    counts(2, BEGINNING, taken, "7", "7");
    find();
    record(AuditEventType.AUTHENTICATION_PASSWORD_JUDGED, 2);
    taken = now();
    counts(1, BEGINNING, taken, "6", "5");
    counts(2, BEGINNING, taken, "10", "9");
    assertThat(find()).isEqualTo(KeyUseFinding.EXPLAINED);
    assertThat(last().details())
        .containsEntry("partitions", "2")
        .containsEntry("verify_unexplained", "0")
        .containsEntry("partition_2", "%s %s 10 9".formatted(BEGINNING, taken));

    compare = comparing(1, SETTINGS);
    counts(1, 6, 5);
    assertThat(find()).isEqualTo(KeyUseFinding.BEGUN_ANEW);
  }

  @Test
  @DisplayName(
      "counts of partitions that were not taken together are not compared, and stay no secret")
  void doesNotCompareWhatIsApart() throws Exception {
    compare = comparing(2, SETTINGS);
    Instant taken = now();
    counts(1, BEGINNING, taken.minusSeconds(2), "5", "5");
    counts(2, BEGINNING, taken, "7", "7");
    assertThat(find()).as("since ever").isEqualTo(KeyUseFinding.STALE);

    Thread.sleep(SETTINGS.every().multipliedBy(2));
    assertThat(compare.run()).as("it may be over soon").isEmpty();
  }

  @Test
  @DisplayName("of several nodes one compares in a period, and none twice what it has compared")
  void comparesOnceInAPeriod() throws Exception {
    counts(1, 5, 5);
    find();
    CompareKeyUses hourly =
        comparing(
            1,
            new KeyUseSettings(
                Duration.ofHours(1), Duration.ofHours(2), Duration.ofMillis(100), 10));
    counts(1, 5, 5);
    assertThat(hourly.run()).isEmpty();

    find();
    Thread.sleep(SETTINGS.every().multipliedBy(2));
    assertThat(compare.run()).as("nothing new").isEmpty();
  }

  @Test
  @DisplayName("a last comparison that somebody wrote over is none")
  void believesNoRecordThatWasWrittenOver() throws Exception {
    counts(1, 5, 5);
    find();
    test.asSuperuser(
        "alter table bakq.audit_record disable trigger all",
        "update bakq.audit_record set details = jsonb_set(details, '{verify_open}', '\"-999999\"')"
            + " where type = 'KEY_USES_COMPARED'");
    counts(1, 900, 5);

    assertThat(find()).isEqualTo(KeyUseFinding.BEGUN_ANEW);
  }

  @Test
  @DisplayName("without files nothing is compared")
  void comparesNothingWithoutFiles() throws Exception {
    assertThat(comparing(0, SETTINGS).run()).isEmpty();
    assertThat(records("KEY_USES_COMPARED")).isEmpty();
    assertThat(records("KEY_USES_NOT_COMPARED")).isEmpty();
  }

  private CompareKeyUses comparing(int partitions, KeyUseSettings settings) {
    List<Path> files = new ArrayList<>();
    for (int number = 1; number <= partitions; number++) {
      files.add(file(number));
    }
    return new CompareKeyUses(test.database(), audit, files, settings);
  }

  private Path file(int partition) {
    return folder.resolve("key-uses-" + partition);
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MICROS);
  }

  private void counts(int partition, long verify, long activate) throws Exception {
    counts(partition, BEGINNING, now(), Long.toString(verify), Long.toString(activate));
  }

  private void counts(
      int partition, Instant beginning, Instant taken, String verify, String activate)
      throws Exception {
    Files.writeString(
        file(partition),
        "bakq-key-uses 1\nbeginning %s\ntaken %s\nverify %s\nactivate %s\n"
            .formatted(beginning, taken, verify, activate));
  }

  /** Waits until there is a finding; a period and the settling are a tenth of a second each. */
  private KeyUseFinding find() throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (System.nanoTime() - end < 0) {
      Optional<KeyUseFinding> found = compare.run();
      if (found.isPresent()) {
        return found.get();
      }
      Thread.sleep(Duration.ofMillis(20));
    }
    throw new AssertionError("nothing was found in half a minute");
  }

  private void record(AuditEventType type, int times) throws Exception {
    AuditEvent event = AuditEvent.succeeded(type, "somebody", "something", Map.of());
    test.database().transact(handle -> audit.appendAll(handle, Collections.nCopies(times, event)));
  }

  private void unrecorded(KeyUses uses) throws Exception {
    UnrecordedKeyUses unrecorded = new UnrecordedKeyUses();
    try (UnrecordedKeyUses.Step step = unrecorded.begin()) {
      step.used(uses);
    }
    RecordKeyUses recording =
        new RecordKeyUses(test.database(), audit, unrecorded, new UUID(1, 2), () -> 0);
    recording.run();
    unrecorded.add(new KeyUses(1000, 1000));
    recording.run(); // not within the same minute
    assertThat(records("KEY_USES_UNRECORDED")).hasSize(1);
  }

  private AuditRecord last() {
    return last("KEY_USES_COMPARED");
  }

  private AuditRecord last(String type) {
    return records(type).getLast();
  }

  private List<AuditRecord> records(String type) {
    return test
        .run(handle -> audit.list(handle, Optional.empty(), 0, AuditLog.MOST_LISTED))
        .stream()
        .filter(record -> record.type().equals(type))
        .toList();
  }
}
