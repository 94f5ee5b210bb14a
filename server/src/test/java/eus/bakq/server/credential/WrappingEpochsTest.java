package eus.bakq.server.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import eus.bakq.server.audit.AnchorSettings;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.audit.AuditRecord;
import eus.bakq.server.audit.OfficersFile;
import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.hsm.Epoch;
import eus.bakq.server.hsm.Epochs;
import eus.bakq.server.hsm.HsmRefusedException;
import eus.bakq.server.hsm.SigningKey;
import eus.bakq.server.hsm.SoftwareInfrastructureKeys;
import eus.bakq.server.vocabulary.Bytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Signature;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** KEY-14: epochs in database and record. */
@Tag("postgres")
final class WrappingEpochsTest {
  private static final Instant BEGUN = Instant.parse("2026-01-07T09:00:00Z");
  private static final Epoch OLD = new Epoch("wrap-2026-1", BEGUN, Optional.empty());
  private static final Epoch ENDED =
      new Epoch("wrap-2026-1", BEGUN, Optional.of(BEGUN.plus(Duration.ofDays(800))));
  private static final Epoch NEW =
      new Epoch("wrap-2027-1", BEGUN.plus(Duration.ofDays(300)), Optional.empty());
  private static final Duration CENTURY = Duration.ofDays(36_500);
  private static final String CREDENTIAL =
      """
      insert into credential (id, signer_id, state, purpose, key_algorithm, public_key, certificate,
        issuers, activation_mechanism, password_generation, epoch, wrap_mechanism, wrap_parameter,
        seal_version, seal_salt, seal_nonce, sealed_key, created_at, version, mac)
      select gen_random_uuid(), gen_random_uuid(), 'ACTIVE', 'SIGNATURE', 'EC_P256', uuid_send(k), uuid_send(k),
        '', 'm', 1, '%s', 1, '', 1, sha256('a'), substr(sha256('a'), 1, 12), 'sealed', now(), 1, sha256('a')
      from (select gen_random_uuid() as k) fresh""";

  private static TestDatabase database;

  private final SoftwareInfrastructureKeys keys = new SoftwareInfrastructureKeys();
  private final AuditLog audit = new AuditLog();
  private final AtomicLong time = new AtomicLong();

  @TempDir private Path folder;

  @BeforeAll
  static void open() {
    database = TestDatabase.open();
  }

  @AfterAll
  static void close() {
    database.close();
  }

  @BeforeEach
  void empty() throws SQLException {
    database.asSuperuser("TRUNCATE credential CASCADE", "TRUNCATE wrapping_epoch");
    database.emptyRecord();
  }

  @Test
  @DisplayName("an epoch is recorded once, by whichever node meets it first")
  void recordsEachEpochOnce() throws Exception {
    epochs(OLD).begin();
    epochs(OLD).begin();
    epochs(OLD, NEW).begin();

    assertThat(recorded())
        .containsExactly("WRAPPING_EPOCH_BEGUN wrap-2026-1", "WRAPPING_EPOCH_BEGUN wrap-2027-1");
    AuditRecord first = records().getFirst();
    assertThat(first.actor()).isEqualTo("officers");
    assertThat(first.details())
        .containsEntry("begun", "2026-01-07T09:00:00Z")
        .containsEntry("transcript_sha256", transcript(1).toHex());
  }

  @Test
  @DisplayName("an epoch that credentials need is not closed; the statement says how many do")
  void countsWhoNeedsAnEpoch() throws Exception {
    WrappingEpochs both = epochs(OLD, NEW);
    both.begin();
    for (String epoch : List.of("wrap-2026-1", "wrap-2026-1", "wrap-2027-1")) {
      database.asRuntime(CREDENTIAL.formatted(epoch));
    }

    both.run();

    assertThat(recorded()).doesNotContain("WRAPPING_EPOCH_CLOSED wrap-2026-1");
    JsonNode statement = statement();
    assertThat(statement.get("transcriptSha256").asText()).isEqualTo(transcript(2).toHex());
    assertThat(statement.get("epochs")).hasSize(1);
    assertThat(statement.at("/epochs/0/id").asText()).isEqualTo("wrap-2026-1");
    assertThat(statement.at("/epochs/0/living").asLong()).isEqualTo(2);
    assertThat(statement.at("/epochs/0/closed").asBoolean()).isFalse();
  }

  @Test
  @DisplayName("once no credential needs it, it is closed for good, and nothing is made in it")
  void closesWhatNobodyNeeds() throws Exception {
    WrappingEpochs both = epochs(OLD, NEW);
    both.begin();
    database.asRuntime(CREDENTIAL.formatted("wrap-2026-1"));
    both.run();
    database.asSuperuser(
        "update credential set state = 'KEY_DESTROYED', sealed_key = null, version = 2");

    both.run();
    assertThat(recorded()).as("within the hour").hasSize(2);
    time.addAndGet(WrappingEpochs.PERIOD.toNanos());
    both.run();

    assertThat(recorded()).last().isEqualTo("WRAPPING_EPOCH_CLOSED wrap-2026-1");
    assertThat(statement().at("/epochs/0/closed").asBoolean()).isTrue();
    assertThatThrownBy(() -> insertAsServer("wrap-2026-1"))
        .as("a node with the transcript of before is told to try again")
        .isInstanceOf(UnavailableException.class);
    insertAsServer("wrap-2027-1");
    assertThatThrownBy(() -> database.asRuntime("update wrapping_epoch set closed_at = null"))
        .hasMessageContaining("stays so");
    assertThatThrownBy(() -> database.asRuntime("delete from wrapping_epoch"))
        .hasMessageContaining("permission denied");
  }

  /** Else a wrapping key could be destroyed under a credential that was just made. */
  @Test
  @DisplayName("a credential that is being made while its epoch is looked at is counted")
  void waitsForWhoeverMakesACredential() throws Exception {
    WrappingEpochs both = epochs(OLD, NEW);
    both.begin();
    CountDownLatch looking = new CountDownLatch(1);
    CompletableFuture<Void> look =
        database.run(
            handle -> {
              handle.execute(CREDENTIAL.formatted("wrap-2026-1").replace("into ", "into bakq."));
              CompletableFuture<Void> started =
                  CompletableFuture.runAsync(
                      () -> {
                        looking.countDown();
                        run(both);
                      });
              await(looking);
              return started;
            });
    look.get(60, TimeUnit.SECONDS);

    assertThat(statement().at("/epochs/0/living").asLong()).isEqualTo(1);
    assertThat(statement().at("/epochs/0/closed").asBoolean()).isFalse();
    assertThat(recorded()).doesNotContain("WRAPPING_EPOCH_CLOSED wrap-2026-1");
  }

  @Test
  @DisplayName("the statement is signed by the record token's key for that, and by no other")
  void signsTheStatement() throws Exception {
    WrappingEpochs both = epochs(OLD, NEW);
    both.begin();
    both.run();

    String text = Files.readString(folder.resolve("anchor.epochs"));
    String signature = text.substring(0, text.indexOf('\n'));
    String body = "bakq/epochs/v1\n" + text.substring(text.indexOf('\n') + 1);
    assertThat(isSigned(SigningKey.AUDIT, body, signature)).isTrue();
    assertThat(isSigned(SigningKey.OCSP, body, signature)).isFalse();
    assertThat(isSigned(SigningKey.AUDIT, body.replace("true", "false"), signature)).isFalse();
  }

  @Test
  @DisplayName("while there is one epoch nothing is counted and no statement written")
  void saysNothingOfASingleEpoch() throws Exception {
    WrappingEpochs one = epochs(OLD);
    one.begin();
    one.run();

    assertThat(folder.resolve("anchor.epochs")).doesNotExist();
    assertThat(recorded()).hasSize(1);
  }

  @Test
  @DisplayName("KEY-08: that it ended is recorded once, with what is void by it")
  void recordsTheEnd() throws Exception {
    epochs(OLD, NEW).begin();
    database.asRuntime(CREDENTIAL.formatted("wrap-2026-1"));

    epochs(ENDED, NEW).begin();
    epochs(ENDED, NEW).begin();

    assertThat(recorded()).hasSize(3).last().isEqualTo("WRAPPING_EPOCH_ENDED wrap-2026-1");
    assertThat(records().getLast().details())
        .containsEntry("living", "1")
        .containsEntry("ended", ENDED.ended().orElseThrow().toString());
    assertThatThrownBy(() -> insertAsServer("wrap-2026-1"))
        .isInstanceOf(UnavailableException.class);
  }

  @Test
  @DisplayName("a transcript that is older than the one used before refuses the start")
  void refusesAnOlderTranscript() throws Exception {
    epochs(OLD, NEW).begin();
    assertThatThrownBy(() -> epochs(OLD).begin())
        .isInstanceOf(HsmRefusedException.class)
        .hasMessage("token transcript, key wrap-2027-1: is no older than the one used before");

    epochs(ENDED, NEW).begin();
    assertThatThrownBy(() -> epochs(OLD, NEW).begin())
        .isInstanceOf(HsmRefusedException.class)
        .hasMessage("token transcript, key wrap-2026-1: is no older than the one used before");
  }

  @Test
  @DisplayName("it is said when the newest epoch is older than it should be")
  void saysThatAnotherEpochIsDue() throws Exception {
    WrappingEpochs due = epochs(Duration.ofDays(1), OLD);
    due.begin();
    due.run();
    assertThat(due.hasToldAge()).isTrue();

    WrappingEpochs notYet = epochs(OLD);
    notYet.run();
    assertThat(notYet.hasToldAge()).isFalse();
  }

  private void insertAsServer(String epoch) throws Exception {
    database
        .database()
        .inTransaction(
            handle -> handle.execute(CREDENTIAL.formatted(epoch).replace("into ", "into bakq.")));
  }

  private WrappingEpochs epochs(Epoch... all) {
    return epochs(CENTURY, all);
  }

  private WrappingEpochs epochs(Duration longest, Epoch... all) {
    return new WrappingEpochs(
        database.database(),
        audit,
        keys,
        new Epochs(transcript(all.length), List.of(all)),
        longest,
        new OfficersFile(new AnchorSettings(folder.resolve("anchor")), ".epochs"),
        time::get);
  }

  private static Bytes transcript(int number) {
    return Bytes.copyOf(new byte[] {(byte) number}).sha256();
  }

  private static void run(WrappingEpochs epochs) {
    try {
      epochs.run();
    } catch (RefusedException e) {
      throw new AssertionError("refused", e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private boolean isSigned(SigningKey key, String text, String signature) throws Exception {
    Signature verifier = Signature.getInstance("SHA256withECDSA");
    verifier.initVerify(keys.publicKey(key));
    verifier.update(text.getBytes(StandardCharsets.UTF_8));
    return verifier.verify(Bytes.fromHex(signature).toByteArray());
  }

  private JsonNode statement() throws Exception {
    String text = Files.readString(folder.resolve("anchor.epochs"));
    return JsonMapper.builder().build().readTree(text.substring(text.indexOf('\n') + 1));
  }

  private List<AuditRecord> records() {
    return database.run(handle -> audit.list(handle, Optional.empty(), 0, 100));
  }

  private List<String> recorded() {
    return records().stream().map(record -> record.type() + " " + record.subject()).toList();
  }
}
