package eus.bakq.server;

import eus.bakq.server.database.Database;
import eus.bakq.server.database.IdempotentCalls;
import eus.bakq.server.database.NodeLease;
import eus.bakq.server.enrolment.Activations;
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
      NodeLease lease,
      EndInterrupted endInterrupted,
      SettleRequests settleRequests,
      Activations activations,
      IdempotentCalls idempotentCalls,
      Outbox outbox) {}

  private final Chores chores;
  private final ScheduledExecutorService thread;

  private Housekeeping(Chores chores, ScheduledExecutorService thread) {
    this.chores = chores;
    this.thread = thread;
  }

  /**
   * Makes one round at once, so that nothing of before is left open when the doors open; then one
   * every five seconds.
   */
  static Housekeeping start(Chores chores) throws RefusedException {
    Housekeeping housekeeping =
        new Housekeeping(
            chores,
            Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("housekeeping").daemon().factory()));
    housekeeping.round();
    // The rounds end with the thread, and no round throws: there is nothing to be asked of the
    // future.
    var _ =
        housekeeping.thread.scheduleWithFixedDelay(
            housekeeping::guardedRound,
            PERIOD.toMillis(),
            PERIOD.toMillis(),
            TimeUnit.MILLISECONDS);
    return housekeeping;
  }

  private void guardedRound() {
    try {
      round();
    } catch (RefusedException | RuntimeException e) {
      LOG.atWarn().setCause(e).log("a round of housekeeping failed and will be made again");
    }
  }

  private void round() throws RefusedException {
    Database database = chores.database();
    database.transact(chores.lease()::renew);
    chores.endInterrupted().run();
    chores.settleRequests().run();
    database.transact(handle -> chores.activations().expireOverdue(handle, Database.now(handle)));
    database.transact(handle -> chores.idempotentCalls().purge(handle));
    database.transact(handle -> chores.outbox().purge(handle, SENT_KEPT));
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(LONGEST_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        thread.shutdownNow();
      }
      chores.database().transact(chores.lease()::release);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RefusedException | RuntimeException e) {
      LOG.atWarn().setCause(e).log("the lease was not given back; it ends by itself");
    }
  }
}
