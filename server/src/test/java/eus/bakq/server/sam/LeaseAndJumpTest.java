package eus.bakq.server.sam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.audit.AuditRecord;
import eus.bakq.server.database.ClockSettings;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.DatabaseClock;
import eus.bakq.server.database.NodeLease;
import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.ActivationDataId;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.ChallengeId;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.Profile;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureRequestId;
import eus.bakq.server.vocabulary.SignatureValue;
import eus.bakq.server.vocabulary.SignerId;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Two nodes over one database, one of which is signing when the clock jumps. Their monotonic clock
 * is put back here, which to them is the same as the database's going on by an hour.
 */
class LeaseAndJumpTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final AtomicLong back = new AtomicLong();
  private final DatabaseClock clock =
      new DatabaseClock(
          Clock.systemUTC(), () -> System.nanoTime() - back.get(), ClockSettings.standard());
  private final AuditLog audit = new AuditLog();
  private final UUID signing = UUID.randomUUID();
  private final NodeLease lease = new NodeLease(signing);
  private final ActivationLedger ledger = new ActivationLedger(signing);
  private final ActivationContent content = content();
  private final SignatureValue value =
      new SignatureValue(SignatureAlgorithm.ECDSA_P256_SHA256, Bytes.copyOf(new byte[70]));
  private TestDatabase test;
  private Database database;
  private EndInterrupted another;

  @BeforeEach
  void reserve() throws Exception {
    test = TestDatabase.open();
    // No citizen's key plays a part here.
    test.asOwner(
        "ALTER TABLE activation_ledger DROP CONSTRAINT activation_ledger_credential_id_fkey");
    database = Database.open(test.settings(), Profile.DEMO, clock, _ -> {});
    another = new EndInterrupted(database, new ActivationLedger(UUID.randomUUID()), audit);
    database.transact(
        handle -> {
          lease.renew(handle);
          ledger.authorise(handle, content);
          assertThat(ledger.reserve(handle, content)).isTrue();
        });
  }

  @AfterEach
  void close() {
    database.close();
    test.close();
  }

  @Test
  @DisplayName("TIM-03: a jump burns no reservation of a live node, which ends its signature")
  void aJumpBurnsNothing() throws Exception {
    back.set(HOUR.toNanos());

    assertThatThrownBy(another::run).isInstanceOf(UnavailableException.class);

    assertThat(consumes()).isTrue();
    back.set(0);
    assertThat(another.run()).isZero();
  }

  @Test
  @DisplayName("TIM-03: when a jump is believed, who is alive says so before anything is burnt")
  void aBelievedJumpBurnsNothing() throws Exception {
    back.set(HOUR.toNanos());
    for (int i = 0; i < 3; i++) {
      database.inTransaction(clock::look);
    }
    assertThat(clock.standing().isServing()).isTrue();
    assertThat(clock.isEvenFor(NodeLease.LIFE)).isFalse();

    database.transact(lease::renew);

    assertThat(another.run()).isZero();
    assertThat(consumes()).isTrue();
  }

  @Test
  @DisplayName("SAD-08: a node that has lost its reservation notices when it would end it")
  void noticesWhatWasBurnt() throws Exception {
    database.transact(lease::release); // as if nothing had been heard of it for twenty seconds

    assertThat(another.run()).isOne();

    assertThat(consumes()).isFalse();
    List<AuditRecord> records =
        test.run(handle -> audit.list(handle, Optional.of(content.request().toString()), 0, 9));
    assertThat(records).hasSize(1);
    assertThat(records.getFirst().type()).isEqualTo("SIGNATURE_INTERRUPTED");
    assertThat(records.getFirst().reason()).isEqualTo("PROCESS_ENDED");
  }

  private boolean consumes() throws RefusedException {
    return database.inTransaction(handle -> ledger.consume(handle, content, List.of(value)));
  }

  private static ActivationContent content() {
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    return new ActivationContent(
        new ActivationDataId(UUID.randomUUID()),
        new SignatureRequestId(UUID.randomUUID()),
        new InteractionId(UUID.randomUUID()),
        new SignerId(UUID.randomUUID()),
        new CredentialId(UUID.randomUUID()),
        hash("key"),
        new CallerName("sede-a"),
        List.of(new DtbsRepresentation(SignatureAlgorithm.ECDSA_P256_SHA256, hash("one"))),
        ActivationMechanism.PASSWORD_AND_SMS,
        now,
        new ChallengeId(UUID.randomUUID()),
        now,
        now.plusSeconds(120));
  }

  private static Bytes hash(String text) {
    return Bytes.copyOf(text.getBytes(StandardCharsets.UTF_8)).sha256();
  }
}
