package eus.bakq.server.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.audit.AuditRecord;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.SignerId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MessageDispatcherTest {
  private static final SignerId SIGNER = new SignerId(UUID.randomUUID());

  private final FakeTransport transport = new FakeTransport();
  private final FakeComposer composer = new FakeComposer();
  private final Outbox outbox = new Outbox();
  private final AuditLog audit = new AuditLog();
  private final UUID reference = UUID.randomUUID();
  private static TestDatabase test;
  private MessageDispatcher dispatcher;

  @BeforeAll
  static void open() {
    test = TestDatabase.open();
  }

  @AfterAll
  static void close() {
    test.close();
  }

  @BeforeEach
  void nothingWaits() throws Exception {
    test.emptyRecord();
    test.asOwner("TRUNCATE outbox_message RESTART IDENTITY");
    dispatcher = dispatcher(DispatcherSettings.defaults());
  }

  @Test
  void sendsAMessageOnceAndRecordsIt() throws Exception {
    put(Optional.of(SIGNER), Duration.ofMinutes(5));

    assertThat(dispatcher.sendNext()).isTrue();
    assertThat(dispatcher.sendNext()).isFalse();

    assertThat(transport.received).hasSize(1);
    assertThat(transport.received.peek().text()).isEqualTo("code for " + reference);
    AuditRecord record = onlyRecord();
    assertThat(record.type()).isEqualTo("MESSAGE_DELIVERED");
    assertThat(record.subject()).isEqualTo(reference.toString());
    assertThat(record.details())
        .containsEntry("kind", "SIGNATURE_CODE")
        .containsEntry("channel", "SMS")
        .containsEntry("attempts", "1")
        .containsEntry("signer", SIGNER.toString());
  }

  @Test
  void sendsNothingOfATransactionThatWasRolledBack() throws Exception {
    assertThatThrownBy(
            () ->
                test.database()
                    .transact(
                        handle -> {
                          outbox.put(handle, message(handle, Optional.of(SIGNER), 300));
                          throw new RefusedException(Refusal.QUOTA_EXCEEDED);
                        }))
        .isInstanceOf(RefusedException.class);

    assertThat(dispatcher.sendNext()).isFalse();
  }

  @Test
  void aVoidRowIsEndedWithoutSendingOrComposing() throws Exception {
    put(Optional.empty(), Duration.ofMinutes(5));

    assertThat(dispatcher.sendNext()).isTrue();

    assertThat(transport.received).isEmpty();
    assertThat(composer.composed).isZero();
    assertThat(state()).isEqualTo("VOID");
    assertThat(records()).isEmpty();
  }

  @Test
  void aTransportThatFailsIsTriedAgainAfterAPause() throws Exception {
    put(Optional.of(SIGNER), Duration.ofMinutes(5));
    transport.failNext(FakeTransport.Failure.BEFORE);

    assertThat(dispatcher.sendNext()).isTrue();
    assertThat(transport.received).isEmpty();
    assertThat(state()).isEqualTo("PENDING");
    assertThat(records()).isEmpty();

    timePasses();
    assertThat(dispatcher.sendNext()).isTrue();
    assertThat(transport.received).hasSize(1);
    assertThat(onlyRecord().details()).containsEntry("attempts", "2");
  }

  /** The other side has it, and did not say so: twice is better than never. */
  @Test
  void aTransportThatDeliversAndThenFailsIsUsedAgain() throws Exception {
    put(Optional.of(SIGNER), Duration.ofMinutes(5));
    transport.failNext(FakeTransport.Failure.AFTER);

    dispatcher.sendNext();
    timePasses();
    dispatcher.sendNext();

    assertThat(transport.received).hasSize(2);
    assertThat(records()).hasSize(1);
    timePasses();
    assertThat(dispatcher.sendNext()).isFalse();
  }

  /** As if the process had been killed: what it had claimed goes to another when the lease ends. */
  @Test
  void aMessageOfADeadWorkerIsNotLost() throws Exception {
    put(Optional.of(SIGNER), Duration.ofMinutes(5));
    Optional<Outbox.Claimed> dead =
        test.run(handle -> outbox.claim(handle, Duration.ofSeconds(60)));
    assertThat(dead).isPresent();
    assertThat(dispatcher.sendNext()).isFalse(); // leased

    timePasses();
    assertThat(dispatcher.sendNext()).isTrue();
    assertThat(transport.received).hasSize(1);

    // The dead one was only slow: it must not end, nor record, what another has ended.
    Boolean ended = test.run(handle -> outbox.end(handle, dead.get(), Outbox.End.DELIVERED));
    assertThat(ended).isFalse();
  }

  @Test
  void aMessageThatExpiredIsNotSentAndTheRecordSaysSo() throws Exception {
    put(Optional.of(SIGNER), Duration.ofMinutes(5));
    test.asOwner("UPDATE outbox_message SET expires_at = clock_timestamp()");

    assertThat(dispatcher.sendNext()).isTrue();

    assertThat(transport.received).isEmpty();
    assertThat(composer.composed).isZero();
    assertThat(onlyRecord().type()).isEqualTo("MESSAGE_NOT_DELIVERED");
    assertThat(onlyRecord().reason()).isEqualTo("EXPIRED");
  }

  @Test
  void theLastPauseEndsWithTheMessagesLife() throws Exception {
    put(Optional.of(SIGNER), Duration.ofMinutes(5));
    test.asOwner("UPDATE outbox_message SET attempts = 30");
    test.asOwner(
        "UPDATE outbox_message SET expires_at = clock_timestamp() + interval '20 seconds'");
    transport.failNext(FakeTransport.Failure.BEFORE);

    dispatcher.sendNext(); // would pause 30 seconds

    Boolean atExpiry =
        test.run(
            handle ->
                handle
                    .createQuery("SELECT next_attempt_at = expires_at FROM outbox_message")
                    .mapTo(Boolean.class)
                    .one());
    assertThat(atExpiry).isTrue();
  }

  @Test
  void aWithdrawnMessageIsNotSent() throws Exception {
    put(Optional.of(SIGNER), Duration.ofMinutes(5));
    composer.withdrawn = true;

    dispatcher.sendNext();

    assertThat(transport.received).isEmpty();
    assertThat(onlyRecord().reason()).isEqualTo("WITHDRAWN");
  }

  /** OTP-19: a code never leaves by mail. */
  @Test
  void aMessageComposedForAnotherChannelIsNotSent() throws Exception {
    put(Optional.of(SIGNER), Duration.ofMinutes(5));
    composer.channel = Channel.EMAIL;

    dispatcher.sendNext();

    assertThat(transport.received).isEmpty();
    assertThat(state()).isEqualTo("PENDING");
  }

  @Test
  void aBrokenComposerHoldsUpOnlyItsMessage() throws Exception {
    put(Optional.of(SIGNER), Duration.ofMinutes(5));
    composer.broken = true;
    dispatcher.sendNext();
    composer.broken = false;
    put(Optional.of(SIGNER), Duration.ofMinutes(5));

    assertThat(dispatcher.sendNext()).isTrue();
    assertThat(transport.received).hasSize(1);
  }

  /** OTP-08. */
  @Test
  void neitherTextNorAddressIsStored() throws Exception {
    put(Optional.of(SIGNER), Duration.ofMinutes(5));
    transport.failNext(FakeTransport.Failure.AFTER);
    dispatcher.sendNext();

    String everything =
        test.run(
            handle ->
                handle
                    .createQuery("SELECT string_agg(o::text, ' ') FROM outbox_message o")
                    .mapTo(String.class)
                    .one());
    assertThat(everything).doesNotContain("+34600", "code for");
  }

  @Test
  void pausesGrowToABound() {
    DispatcherSettings settings = DispatcherSettings.defaults();
    assertThat(settings.pauseAfter(1)).isEqualTo(Duration.ofSeconds(1));
    assertThat(settings.pauseAfter(4)).isEqualTo(Duration.ofSeconds(8));
    assertThat(settings.pauseAfter(6)).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.pauseAfter(Integer.MAX_VALUE)).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void everyKindHasExactlyOneComposer() {
    assertThatThrownBy(
            () ->
                MessageDispatcher.start(
                    test.database(),
                    outbox,
                    List.of(composer, composer),
                    transport,
                    audit,
                    DispatcherSettings.defaults()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 composers");
    assertThatThrownBy(
            () ->
                MessageDispatcher.start(
                    test.database(),
                    outbox,
                    List.of(),
                    transport,
                    audit,
                    DispatcherSettings.defaults()))
        .hasMessageContaining("0 composers");
  }

  /** The poll interval is a minute: only the ring can bring it in time. */
  @Test
  void isWokenForANewMessageAndStops() throws Exception {
    DispatcherSettings patient =
        new DispatcherSettings(
            2,
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofSeconds(1),
            Duration.ofSeconds(30));
    MessageDispatcher running =
        MessageDispatcher.start(
            test.database(), outbox, List.of(composer), transport, audit, patient);
    try {
      put(Optional.of(SIGNER), Duration.ofMinutes(5));
      outbox.wake();
      assertThat(transport.received.poll(30, TimeUnit.SECONDS)).isNotNull();
    } finally {
      running.close();
    }
    assertThat(
            Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("message-dispatcher")))
        .isEmpty();
  }

  @Test
  void tellsWhoStopsItThatAMessageIsStillOnItsWay() throws Exception {
    CountDownLatch onItsWay = new CountDownLatch(1);
    CompletableFuture<Void> mayArrive = new CompletableFuture<>();
    MessageTransport stubborn =
        message -> {
          onItsWay.countDown();
          mayArrive.join(); // whatever interrupts it
        };
    put(Optional.of(SIGNER), Duration.ofMinutes(5));
    MessageDispatcher running =
        MessageDispatcher.start(
            test.database(),
            outbox,
            List.of(composer),
            stubborn,
            audit,
            DispatcherSettings.defaults());
    assertThat(onItsWay.await(60, TimeUnit.SECONDS)).isTrue();

    assertThatThrownBy(() -> running.close(Duration.ofMillis(50), Duration.ofMillis(50)))
        .isInstanceOf(IllegalStateException.class);

    mayArrive.complete(null);
    running.close(Duration.ofMinutes(1), Duration.ofMinutes(1));
  }

  @Test
  void purgesOnlyWhatEndedLongAgo() throws Exception {
    put(Optional.of(SIGNER), Duration.ofMinutes(5));
    dispatcher.sendNext();
    put(Optional.of(SIGNER), Duration.ofMinutes(5));
    dispatcher.sendNext();
    put(Optional.of(SIGNER), Duration.ofMinutes(5));
    test.asOwner("UPDATE outbox_message SET ended_at = ended_at - interval '31 days' WHERE id = 1");

    Integer purged = test.run(handle -> outbox.purge(handle, Duration.ofDays(30)));
    assertThat(purged).isEqualTo(1);
    Long left =
        test.run(h -> h.createQuery("SELECT count(*) FROM outbox_message").mapTo(Long.class).one());
    assertThat(left).isEqualTo(2);
  }

  private MessageDispatcher dispatcher(DispatcherSettings settings) {
    return new MessageDispatcher(
        test.database(), outbox, List.of(composer), transport, audit, settings);
  }

  private void put(Optional<SignerId> signer, Duration life) {
    test.run(
        handle -> {
          outbox.put(handle, message(handle, signer, life.toSeconds()));
          return signer;
        });
  }

  private OutgoingMessage message(Handle handle, Optional<SignerId> signer, long lifeSeconds) {
    return new OutgoingMessage(
        MessageKind.SIGNATURE_CODE,
        reference,
        signer,
        Database.now(handle).plusSeconds(lifeSeconds));
  }

  /** Every pause and lease is over. */
  private void timePasses() throws Exception {
    test.asOwner(
        "UPDATE outbox_message SET next_attempt_at = clock_timestamp() WHERE state = 'PENDING'");
  }

  private String state() {
    return test.run(
        h -> h.createQuery("SELECT state FROM outbox_message").mapTo(String.class).one());
  }

  private List<AuditRecord> records() {
    return test.run(handle -> audit.list(handle, Optional.empty(), 0, 100));
  }

  private AuditRecord onlyRecord() {
    List<AuditRecord> records = records();
    assertThat(records).hasSize(1);
    return records.getFirst();
  }

  private static final class FakeTransport implements MessageTransport {
    enum Failure {
      BEFORE,
      AFTER,
      NONE
    }

    final BlockingQueue<ComposedMessage> received = new LinkedBlockingQueue<>();
    private Failure next = Failure.NONE;

    void failNext(Failure failure) {
      next = failure;
    }

    @Override
    public void deliver(ComposedMessage message) {
      Failure failure = next;
      next = Failure.NONE;
      if (failure != Failure.BEFORE) {
        received.add(message);
      }
      if (failure != Failure.NONE) {
        throw UnavailableException.temporarily("the SMS centre does not answer", null);
      }
    }
  }

  private static final class FakeComposer implements MessageComposer {
    Channel channel = Channel.SMS;
    boolean withdrawn;
    boolean broken;
    int composed;

    @Override
    public boolean composes(MessageKind kind) {
      return true;
    }

    @Override
    public Optional<ComposedMessage> compose(Handle handle, OutgoingMessage message) {
      composed++;
      if (broken) {
        throw new IllegalStateException("a bug");
      }
      return withdrawn
          ? Optional.empty()
          : Optional.of(
              new ComposedMessage(channel, "+34600000000", "", "code for " + message.reference()));
    }
  }
}
