package eus.bakq.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditLogTest {
  /** As an administrator does it, who can switch the triggers off. */
  private static final String UNGUARDED = "SET session_replication_role = replica";

  private final AuditLog log = new AuditLog();

  private static TestDatabase test;

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
  void givesBackWhatWasAppendedInItsOrder() {
    append(event("a"));
    append(
        AuditEvent.refused(
            AuditEventType.SAD_REJECTED,
            "ACTIVATION_REFUSED",
            "sede-a",
            "b",
            Map.of("z", "é \"q\" \\ €", "a", "1")));

    List<AuditRecord> records = list(Optional.empty(), 0, 10);

    assertThat(records).extracting(AuditRecord::sequence).containsExactly(1L, 2L);
    AuditRecord second = records.get(1);
    assertThat(second.type()).isEqualTo("SAD_REJECTED");
    assertThat(second.outcome()).isEqualTo("REFUSED");
    assertThat(second.reason()).isEqualTo("ACTIVATION_REFUSED");
    assertThat(second.actor()).isEqualTo("sede-a");
    assertThat(second.subject()).isEqualTo("b");
    assertThat(second.details())
        .containsExactly(Map.entry("a", "1"), Map.entry("z", "é \"q\" \\ €"));
    assertThat(second.previousHash()).isEqualTo(records.get(0).hash());
    assertThat(records.get(0).previousHash()).isEqualTo(Bytes.copyOf(new byte[32]));
    assertThat(verify()).isEqualTo(new AuditVerification(2, OptionalLong.empty(), second.hash()));
  }

  /** Anybody with the documentation can compute a hash: here it is done without our code. */
  @Test
  void hashesEveryFieldInTheDocumentedEncoding() throws Exception {
    AuditRecord record =
        AuditRecord.next(
            new AuditRecord.Head(6, Bytes.copyOf(new byte[32])),
            Instant.parse("2026-11-21T10:20:30.123456Z"),
            AuditEvent.succeeded(
                AuditEventType.KEY_GENERATED, "system", "s", Map.of("b", "2", "a", "ñ")));

    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    part(sha256, "bakq/audit/v1");
    part(sha256, 7L);
    part(sha256, Instant.parse("2026-11-21T10:20:30Z").getEpochSecond() * 1_000_000 + 123_456);
    for (String text : List.of("KEY_GENERATED", "SUCCEEDED", "", "system", "s")) {
      part(sha256, text);
    }
    part(sha256, 2L);
    for (String text : List.of("a", "ñ", "b", "2")) {
      part(sha256, text);
    }
    part(sha256, new byte[32]);
    assertThat(record.hash()).isEqualTo(Bytes.copyOf(sha256.digest()));
  }

  private static void part(MessageDigest sha256, Object value) {
    byte[] bytes =
        switch (value) {
          case String text -> text.getBytes(StandardCharsets.UTF_8);
          case Long number -> ByteBuffer.allocate(8).putLong(number).array();
          case byte[] raw -> raw;
          default -> throw new IllegalArgumentException();
        };
    sha256.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
    sha256.update(bytes);
  }

  @Test
  void listsBySubjectAndByPage() {
    for (String subject : List.of("a", "b", "a", "b", "a")) {
      append(event(subject));
    }

    assertThat(list(Optional.of("a"), 0, 500))
        .extracting(AuditRecord::sequence)
        .containsExactly(1L, 3L, 5L);
    assertThat(list(Optional.of("a"), 1, 1)).extracting(AuditRecord::sequence).containsExactly(3L);
    assertThat(list(Optional.empty(), 3, 500))
        .extracting(AuditRecord::sequence)
        .containsExactly(4L, 5L);
    assertThatThrownBy(() -> list(Optional.empty(), 0, 501))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anEmptyLogIsWhole() {
    assertThat(verify())
        .isEqualTo(new AuditVerification(0, OptionalLong.empty(), Bytes.copyOf(new byte[32])));
  }

  @Test
  void aTransactionThatIsRolledBackLeavesNothing() {
    append(event("a"));
    assertThatThrownBy(
            () ->
                test.database()
                    .transact(
                        handle -> {
                          log.append(handle, event("b"));
                          throw new RefusedException(Refusal.QUOTA_EXCEEDED);
                        }))
        .isInstanceOf(RefusedException.class);
    append(event("c"));

    assertThat(list(Optional.empty(), 0, 10))
        .extracting(AuditRecord::subject)
        .containsExactly("a", "c");
    assertThat(verify().whole()).isTrue();
  }

  @Test
  void manyAtOnceLeaveNoGapAndNoFork() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        String subject = "thread-" + thread;
        all.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 50; i++) {
                    append(event(subject));
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get(120, TimeUnit.SECONDS);
      }
    }

    AuditVerification verification = verify();
    assertThat(verification.whole()).isTrue();
    assertThat(verification.checked()).isEqualTo(400);
  }

  /** AUD-05, first part: by whom the tables belong to, or the administrator. */
  @ParameterizedTest(name = "AUD-05: {0}")
  @ValueSource(
      strings = {
        "UPDATE audit_record SET recorded_at = recorded_at + interval '1 microsecond' WHERE sequence = 3",
        "UPDATE audit_record SET type = 'SAD_CREATED' WHERE sequence = 3",
        "UPDATE audit_record SET outcome = 'FAILED', reason = 'X' WHERE sequence = 3",
        "UPDATE audit_record SET actor = 'somebody' WHERE sequence = 3",
        "UPDATE audit_record SET subject = 'other' WHERE sequence = 3",
        "UPDATE audit_record SET details = '{\"count\": \"4\"}' WHERE sequence = 3",
        "UPDATE audit_record SET details = '{\"count\": 3}' WHERE sequence = 3",
        "UPDATE audit_record SET details = '{\"count\": \"3\", \"x\": null}' WHERE sequence = 3",
        "UPDATE audit_record SET details = '{}' WHERE sequence = 3",
        "UPDATE audit_record SET previous_hash = set_byte(previous_hash, 31, 1 # get_byte(previous_hash, 31)) WHERE sequence = 3",
        "UPDATE audit_record SET hash = set_byte(hash, 0, 1 # get_byte(hash, 0)) WHERE sequence = 3",
        "ALTER TABLE audit_record ALTER actor DROP NOT NULL; UPDATE audit_record SET actor = NULL WHERE sequence = 3",
        "DELETE FROM audit_record WHERE sequence = 3",
        "DELETE FROM audit_record WHERE sequence = 3; UPDATE audit_record SET sequence = sequence - 1 WHERE sequence > 3",
        "UPDATE audit_record SET sequence = 1000 WHERE sequence = 3; UPDATE audit_record SET sequence = 3 WHERE sequence = 4; UPDATE audit_record SET sequence = 4 WHERE sequence = 1000"
      })
  void namesTheFirstRecordThatWasAltered(String attack) throws Exception {
    appendFive();

    test.asSuperuser(UNGUARDED, attack);

    AuditVerification verification = verify();
    assertThat(verification.firstBadSequence()).hasValue(3);
    assertThat(verification.checked()).isEqualTo(2);
  }

  /** AUD-05: a forged record with a hash that is right in itself; the next one betrays it. */
  @Test
  void namesTheFirstRecordAfterAForgedOne() throws Exception {
    appendFive();
    AuditRecord second = list(Optional.empty(), 1, 1).getFirst();
    AuditRecord forged =
        AuditRecord.next(
            new AuditRecord.Head(2, second.hash()), second.recordedAt(), event("forged"));

    test.asSuperuser(
        UNGUARDED,
        "UPDATE audit_record SET sequence = sequence + 100 WHERE sequence > 2",
        "UPDATE audit_record SET sequence = sequence - 99 WHERE sequence > 100",
        "INSERT INTO audit_record VALUES (3, '%s', '%s', '%s', '', '%s', '%s', '{\"count\": \"6\"}', '\\x%s', '\\x%s')"
            .formatted(
                forged.recordedAt(),
                forged.type(),
                forged.outcome(),
                forged.actor(),
                forged.subject(),
                forged.previousHash().toHex(),
                forged.hash().toHex()));

    assertThat(verify().firstBadSequence()).hasValue(4);
  }

  /** AUD-05: two records in one place, which the key of an untouched table does not allow. */
  @Test
  void namesARecordTooMany() throws Exception {
    appendFive();

    test.asSuperuser(
        UNGUARDED,
        "ALTER TABLE audit_record DROP CONSTRAINT audit_record_pkey",
        "ALTER TABLE audit_record DROP CONSTRAINT audit_record_hash_key",
        "INSERT INTO audit_record SELECT * FROM audit_record WHERE sequence = 3");

    AuditVerification verification = verify();
    test.emptyRecord();
    test.asOwner(
        "ALTER TABLE audit_record ADD PRIMARY KEY (sequence)",
        "ALTER TABLE audit_record ADD UNIQUE (hash)");
    assertThat(verification.firstBadSequence()).hasValue(3);
  }

  /** The end that was cut off is found by who noted the head. */
  @Test
  void aShorterLogHasAnotherHead() throws Exception {
    appendFive();
    AuditVerification before = verify();

    test.asSuperuser(UNGUARDED, "DELETE FROM audit_record WHERE sequence = 5");

    assertThat(verify().headHash()).isNotEqualTo(before.headHash());
    assertThat(verify().checked()).isEqualTo(4);
  }

  @ParameterizedTest(name = "AUD-04: the runtime may not {0}")
  @ValueSource(
      strings = {
        "UPDATE audit_record SET actor = 'x'",
        "UPDATE audit_record SET hash = hash WHERE sequence = 1",
        "DELETE FROM audit_record",
        "TRUNCATE audit_record",
        "ALTER TABLE audit_record DISABLE TRIGGER ALL",
        "DROP TABLE audit_record",
        "DROP TRIGGER audit_record_stays ON audit_record",
        "CREATE OR REPLACE FUNCTION refuse_change_of_record() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
        "SET session_replication_role = replica",
        "DELETE FROM audit_lock",
        "INSERT INTO audit_lock VALUES (2)"
      })
  void theRuntimeCannotChangeTheRecord(String attack) throws Exception {
    append(event("a"));

    assertThatThrownBy(() -> test.asRuntime(attack))
        .hasMessageMatching("(?s).*(permission denied|must be owner).*");
    assertThat(verify().checked()).isEqualTo(1);
  }

  @ParameterizedTest(name = "AUD-04: a trigger refuses the owner''s {0}")
  @ValueSource(
      strings = {
        "UPDATE audit_record SET actor = 'x'",
        "DELETE FROM audit_record",
        "TRUNCATE audit_record"
      })
  void theOwnerIsRefusedTooUnlessTheTriggerGoes(String attack) {
    append(event("a"));

    assertThatThrownBy(() -> test.asOwner(attack)).hasMessageContaining("never changed");
  }

  private void appendFive() {
    for (int i = 1; i <= 5; i++) {
      append(
          AuditEvent.succeeded(
              AuditEventType.SIGNATURE_CREATED,
              "system",
              "request",
              Map.of("count", Integer.toString(i))));
    }
  }

  private static AuditEvent event(String subject) {
    return AuditEvent.succeeded(
        AuditEventType.SIGNATURE_CREATED, "system", subject, Map.of("count", "6"));
  }

  private void append(AuditEvent event) {
    test.run(
        handle -> {
          log.append(handle, event);
          return event;
        });
  }

  private List<AuditRecord> list(Optional<String> subject, long after, int limit) {
    return test.run(handle -> log.list(handle, subject, after, limit));
  }

  private AuditVerification verify() {
    return test.run(log::verify);
  }
}
