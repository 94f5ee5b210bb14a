package eus.bakq.server;

import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.audit.CountedEvents;
import eus.bakq.server.certificate.ResponderCertificates;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.DatabaseClock;
import eus.bakq.server.database.IdempotentCalls;
import eus.bakq.server.database.NodeLease;
import eus.bakq.server.database.Outage;
import eus.bakq.server.enrolment.Activations;
import eus.bakq.server.enrolment.TidyCredentials;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.notification.Outbox;
import eus.bakq.server.sam.EndInterrupted;
import eus.bakq.server.signing.SettleRequests;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives this process's sign of life and ends what time or dead processes left, every five seconds,
 * on one thread. A round that fails is logged and made again: nothing depends on when a round is
 * made, only on that one is.
 */
final class Housekeeping implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
  private static final Duration PERIOD = NodeLease.LIFE.dividedBy(4);
  private static final Duration SENT_KEPT = Duration.ofDays(7);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(10);

  /** What there is to keep. */
  record Chores(
      Database database,
      DatabaseClock clock,
      NodeLease lease,
      EndInterrupted endInterrupted,
      SettleRequests settleRequests,
      ResponderCertificates responderCertificates,
      Activations activations,
      TidyCredentials tidyCredentials,
      IdempotentCalls idempotentCalls,
      Outbox outbox,
      AuditLog audit,
      CountedEvents counted,
      CallerRefusals refusals) {}

  private final Chores chores;
  private final ScheduledExecutorService threads;

  private Housekeeping(Chores chores, ScheduledExecutorService threads) {
    this.chores = chores;
    this.threads = threads;
  }

  /**
   * Makes one round at once, so that nothing of before is left open when the doors open; then one
   * every five seconds. The sign of life has a thread of its own: a long round does not make this
   * process look dead.
   */
  static Housekeeping start(Chores chores) throws RefusedException {
    Housekeeping housekeeping =
        new Housekeeping(
            chores,
            Executors.newScheduledThreadPool(
                3, Thread.ofPlatform().name("housekeeping-", 1).daemon().factory()));
    chores.database().transact(chores.lease()::renew);
    housekeeping.round();
    housekeeping.every(
        () -> guarded("lease", () -> chores.database().transact(chores.lease()::renew)));
    housekeeping.every(housekeeping::round);
    housekeeping.every(() -> guarded("completing", chores.settleRequests()::complete));
    return housekeeping;
  }

  private void every(Runnable task) {
    // It ends with the threads and never throws: there is nothing to be asked of the future.
    var _ =
        threads.scheduleWithFixedDelay(
            task, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void round() {
    if (!chores.clock().standing().isServing()) {
      return; // nothing can be said to be over; why, ClockWatch has said
    }
    Database database = chores.database();
    guarded("interrupted uses", this::endInterrupted);
    guarded("requests", () -> chores.settleRequests().run());
    guarded("responder's certificate", () -> chores.responderCertificates().renew());
    guarded(
        "activations",
        () ->
            database.transact(
                handle -> chores.activations().expireOverdue(handle, Database.now(handle))));
    guarded("credentials", () -> chores.tidyCredentials().run());
    guarded("calls", () -> database.transact(handle -> chores.idempotentCalls().purge(handle)));
    guarded("counted events", () -> chores.counted().write(database, chores.audit()));
    guarded("refused callers", () -> chores.refusals().recordCounts());
    guarded(
        "messages", () -> database.transact(handle -> chores.outbox().purge(handle, SENT_KEPT)));
  }

  /** After a jump, who is alive has first to say so by the new time. */
  private void endInterrupted() throws RefusedException {
    if (chores.clock().isEvenFor(NodeLease.LIFE)) {
      chores.endInterrupted().run();
    }
  }

  /** One chore that fails does not keep the others from being done. */
  private static void guarded(String chore, Chore work) {
    try {
      work.run();
    } catch (RefusedException | RuntimeException e) {
      LOG.atLevel(Outage.level(e))
          .addKeyValue("chore", chore)
          .setCause(e)
          .log("a chore of housekeeping failed and will be tried again");
    }
  }

  @FunctionalInterface
  private interface Chore {
    void run() throws RefusedException;
  }

  /**
   * Lets the chores under way end, for ten seconds at most, interrupts what is left, and gives the
   * lease back: what this process has reserved and not ended is ended by others at once.
   *
   * @throws RefusedException never
   * @throws eus.bakq.server.failure.UnavailableException if the lease could not be given back; it
   *     ends by itself, after {@link NodeLease#LIFE}
   */
  @Override
  public void close() throws RefusedException {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(LONGEST_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        threads.shutdownNow();
        if (!threads.awaitTermination(LONGEST_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
          LOG.atWarn().log("a chore of housekeeping did not end; what it does is rolled back");
        }
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
    chores.database().transact(chores.lease()::release);
  }
}
