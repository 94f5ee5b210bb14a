package eus.bakq.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.fixtures.PostgresWire;
import eus.bakq.fixtures.PostgresWireOrder;
import eus.bakq.server.database.CommitUnknownException;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.vocabulary.Profile;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** AUD-01, AUD-22: that a flood is told of, and does not fill the record. */
class CountedEventsTest {
  private static TestDatabase test;

  private final AuditLog log = new AuditLog();
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
  private final CountedEvents counted = new CountedEvents(now::get);

  @BeforeAll
  static void open() {
    test = TestDatabase.open();
  }

  @AfterAll
  static void close() {
    test.close();
  }

  @BeforeEach
  void emptyRecord() throws Exception {
    test.emptyRecord();
  }

  @Test
  void writesTheFirstAtOnceAndTheOthersOfAMinuteTogether() throws Exception {
    counted.count(event("a", "1"));
    write();
    assertThat(lines()).containsExactly("a 1 x1");

    for (int i = 0; i < 1_000; i++) {
      counted.count(event("a", "2"));
      write();
    }
    assertThat(lines()).containsExactly("a 1 x1");

    pass(Duration.ofMinutes(1));
    write();
    write();
    assertThat(lines()).containsExactly("a 1 x1", "a 2 x1000");
  }

  @Test
  void tellsApartWhatDiffers() throws Exception {
    counted.count(event("a", "1"));
    counted.count(event("b", "1"));
    counted.count(event("a", "1"));
    write();

    assertThat(lines()).containsExactlyInAnyOrder("a 1 x2", "b 1 x1");
  }

  @Test
  void beginsAnewAfterAQuietMinute() throws Exception {
    counted.count(event("a", "1"));
    write();
    pass(Duration.ofMinutes(1));
    write();
    counted.count(event("a", "1"));
    write();

    assertThat(lines()).containsExactly("a 1 x1", "a 1 x1");
  }

  @Test
  void writesEverythingWhenTheServerStops() throws Exception {
    counted.count(event("a", "1"));
    write();
    counted.count(event("a", "1"));
    counted.writeAll(test.database(), log);

    assertThat(lines()).containsExactly("a 1 x1", "a 1 x1");
  }

  @Test
  @DisplayName(
      "AUD-22: however many they are told apart by, the record is bounded and the sum right")
  void isBoundedWhateverAnybodyMakesUp() throws Exception {
    for (int i = 0; i < 20_000; i++) {
      counted.count(event("subject-" + i, "1"));
    }
    write();

    List<AuditRecord> records = list();
    assertThat(records).hasSizeLessThanOrEqualTo(401);
    assertThat(records.stream().mapToLong(one -> Long.parseLong(one.details().get("count"))).sum())
        .isEqualTo(20_000);
    assertThat(records).extracting(AuditRecord::subject).contains(CountedEvents.SEVERAL);
  }

  @Test
  void losesNothingWhileTheDatabaseIsAway() throws Exception {
    TestDatabase away = TestDatabase.open();
    away.close();
    counted.count(event("a", "1"));
    assertThatThrownBy(() -> counted.write(away.database(), log))
        .isInstanceOf(RuntimeException.class);
    counted.count(event("a", "1"));

    write();

    assertThat(lines()).containsExactly("a 1 x2");
  }

  @Test
  @DisplayName("AUD-01: what may be in the record already is not counted a second time")
  void writesNothingTwiceWhenTheAnswerToTheCommitIsLost() throws Exception {
    counted.count(event("a", "1"));
    try (PostgresWire wire = TestDatabase.wire();
        Database database = Database.open(test.settings(wire), Profile.DEMO)) {
      wire.cutNextCommit(PostgresWireOrder.Where.BEFORE_THE_ANSWER);
      assertThatThrownBy(() -> counted.write(database, log))
          .isInstanceOf(CommitUnknownException.class);
    }

    counted.writeAll(test.database(), log);

    assertThat(lines()).containsExactly("a 1 x1");
  }

  private void write() throws Exception {
    counted.write(test.database(), log);
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  private static AuditEvent event(String subject, String first) {
    return AuditEvent.refused(
        AuditEventType.CALL_FAILED, "QUOTA_EXCEEDED", "sede", subject, Map.of("first", first));
  }

  private List<AuditRecord> list() {
    return test.run(handle -> log.list(handle, Optional.empty(), 0, AuditLog.MOST_LISTED));
  }

  private List<String> lines() {
    return list().stream()
        .map(
            one ->
                one.subject()
                    + " "
                    + one.details().get("first")
                    + " x"
                    + one.details().get("count"))
        .toList();
  }
}
