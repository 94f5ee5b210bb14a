package eus.bakq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import eus.bakq.fixtures.PostgresWire;
import eus.bakq.fixtures.PostgresWireOrder;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.audit.AuditRecord;
import eus.bakq.server.database.CommitUnknownException;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.grpc.Audience;
import eus.bakq.server.grpc.RefusedCall;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.Profile;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** API-07: a flood of refused callers is in the record, and does not fill it. */
class CallerRefusalsTest {
  private static TestDatabase test;

  private final AuditLog audit = new AuditLog();

  /** Near the wrap-around, where a comparison instead of a difference would fail. */
  private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 1);

  private CallerRefusals refusals;

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
    refusals = new CallerRefusals(test.database(), audit, time::get);
  }

  @Test
  @DisplayName("ten of one certificate have a record each; the others are counted")
  void countsWhatOneCertificateRepeats() throws Exception {
    for (int i = 0; i < 1000; i++) {
      refusals.record(call(1));
    }
    refusals.record(call(2));
    assertThat(types()).containsOnly("CALLER_REFUSED").hasSize(11);

    time.addAndGet(Duration.ofSeconds(59).toNanos());
    refusals.recordCounts();
    assertThat(types()).hasSize(11);

    time.addAndGet(Duration.ofSeconds(1).toNanos());
    refusals.recordCounts();
    assertThat(records())
        .last()
        .satisfies(
            record -> {
              assertThat(record.type()).isEqualTo("CALLER_REFUSALS_COUNTED");
              assertThat(record.reason()).isEqualTo("CALLER_NOT_ALLOWED");
              assertThat(record.actor()).isEqualTo("sede-1");
              assertThat(record.subject()).isEqualTo("AUDITOR");
              assertThat(record.details())
                  .containsEntry("count", "990")
                  .containsEntry("certificate_sha256", certificate(1).toHex());
            });
    assertThat(types()).hasSize(12);

    refusals.recordCounts();
    assertThat(types()).hasSize(12);
    refusals.record(call(1));
    assertThat(types()).hasSize(13).last().isEqualTo("CALLER_REFUSED");
  }

  @Test
  @DisplayName("a minute adds 160 records at most, however many certificates there are")
  void boundsWhatAMinuteAdds() throws Exception {
    for (int i = 0; i < 1000; i++) {
      refusals.record(call(i));
    }
    assertThat(types()).containsOnly("CALLER_REFUSED").hasSize(CallerRefusals.MOST_RECORDS);

    refusals.close();

    List<AuditRecord> counts = records().subList(CallerRefusals.MOST_RECORDS, records().size());
    assertThat(counts).hasSizeLessThanOrEqualTo(CallerRefusals.MOST_COUNTS);
    assertThat(
            counts.stream()
                .mapToLong(record -> Long.parseLong(record.details().get("count")))
                .sum())
        .isEqualTo(1000 - CallerRefusals.MOST_RECORDS);
    assertThat(counts).anyMatch(record -> record.details().containsValue("several"));
  }

  @Test
  @DisplayName("what could not be recorded is counted on")
  void keepsCountsThatCouldNotBeRecorded() throws Exception {
    for (int i = 0; i < 15; i++) {
      refusals.record(call(1));
    }
    time.addAndGet(Duration.ofMinutes(1).toNanos());
    test.asSuperuser("ALTER TABLE audit_record RENAME TO audit_record_away");
    assertThatThrownBy(refusals::recordCounts).isInstanceOf(RuntimeException.class);
    test.asSuperuser("ALTER TABLE audit_record_away RENAME TO audit_record");

    refusals.close();

    assertThat(records()).last().extracting(record -> record.details().get("count")).isEqualTo("5");
  }

  @Test
  @DisplayName("AUD-01: a refusal that could not be recorded is counted, within the bound")
  void countsWhatCouldNotBeRecorded() throws Exception {
    test.asSuperuser("ALTER TABLE audit_record RENAME TO audit_record_away");
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> refusals.record(call(1))).isInstanceOf(RuntimeException.class);
    }
    for (int minute = 0; minute < 3; minute++) {
      for (int i = 0; i < 200; i++) {
        RefusedCall call = call(1000 * minute + i);
        assertThat(catchThrowable(() -> refusals.record(call)) != null)
            .isEqualTo(i < CallerRefusals.MOST_RECORDS - (minute == 0 ? 3 : 0));
      }
      time.addAndGet(Duration.ofMinutes(1).toNanos());
      assertThatThrownBy(refusals::recordCounts).isInstanceOf(RuntimeException.class);
    }
    test.asSuperuser("ALTER TABLE audit_record_away RENAME TO audit_record");

    refusals.close();

    assertThat(types())
        .containsOnly("CALLER_REFUSALS_COUNTED")
        .hasSizeLessThanOrEqualTo(CallerRefusals.MOST_COUNTS);
    assertThat(counted()).isEqualTo(603);
    assertThat(records())
        .filteredOn(record -> record.actor().equals("sede-1"))
        .singleElement()
        .satisfies(record -> assertThat(record.details()).containsEntry("count", "4"));
  }

  @Test
  @DisplayName("AUD-01: what may be in the record already is not counted as well")
  void countsNothingTwiceWhenTheAnswerToTheCommitIsLost() throws Exception {
    try (PostgresWire wire = TestDatabase.wire();
        Database database = Database.open(test.settings(wire), Profile.DEMO)) {
      CallerRefusals cut = new CallerRefusals(database, audit, time::get);
      wire.cutNextCommit(PostgresWireOrder.Where.BEFORE_THE_ANSWER);
      assertThatThrownBy(() -> cut.record(call(1))).isInstanceOf(CommitUnknownException.class);
      for (int i = 0; i < 10; i++) {
        cut.record(call(1));
      }
      wire.cutNextCommit(PostgresWireOrder.Where.BEFORE_THE_ANSWER);
      assertThatThrownBy(cut::close).isInstanceOf(CommitUnknownException.class);
      cut.close();
    }
    assertThat(types()).hasSize(11);
    assertThat(counted()).isOne();
  }

  private long counted() throws Exception {
    return records().stream()
        .filter(record -> record.type().equals("CALLER_REFUSALS_COUNTED"))
        .mapToLong(record -> Long.parseLong(record.details().get("count")))
        .sum();
  }

  private List<String> types() throws Exception {
    return records().stream().map(AuditRecord::type).toList();
  }

  private List<AuditRecord> records() throws Exception {
    return test.database().inTransaction(handle -> audit.list(handle, Optional.empty(), 0, 500));
  }

  private static RefusedCall call(int caller) {
    return new RefusedCall(
        Audience.AUDITOR,
        "bakq.auditor.v1.AuditService/VerifyAuditLog",
        Refusal.CALLER_NOT_ALLOWED,
        Optional.of(new CallerName("sede-" + caller)),
        Optional.of(certificate(caller)),
        "0".repeat(32));
  }

  private static Bytes certificate(int caller) {
    return Bytes.copyOf(new byte[] {(byte) caller, (byte) (caller >> 8)}).sha256();
  }
}
