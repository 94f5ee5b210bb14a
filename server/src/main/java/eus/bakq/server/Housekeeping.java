package eus.bakq.server;

import eus.bakq.server.Chores.Chore;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.NodeLease;
import eus.bakq.server.database.Outage;
import eus.bakq.server.failure.RefusedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives this process's sign of life, ends what time or dead processes left, and completes what was
 * signed, each every five seconds on a thread of its own: a long round does not make this process
 * look dead. What fails is logged and done again: nothing depends on when a round is made, only on
 * that one is.
 */
final class Housekeeping implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
  private static final Duration PERIOD = NodeLease.LIFE.dividedBy(4);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(10);

  /**
   * What is kept.
   *
   * @param lease is renewed, and left to who stops the server
   * @param timeIsToBeHad asked before anything is judged to be over
   * @param told done in each round, whatever the clocks do
   * @param judged done after that
   * @param completing done beside the rounds; judges, too
   * @param period between two rounds
   * @param longestStop twice as long the end of what is under way is waited for
   */
  record House(
      Database database,
      NodeLease lease,
      BooleanSupplier timeIsToBeHad,
      List<Chore> told,
      List<Chore> judged,
      Chore completing,
      Duration period,
      Duration longestStop) {}

  private final House house;
  private final ScheduledExecutorService threads;

  private Housekeeping(House house, ScheduledExecutorService threads) {
    this.house = house;
    this.threads = threads;
  }

  /**
   * Makes one round at once, so that nothing of before is left open when the doors open; then one
   * every five seconds.
   */
  static Housekeeping start(Chores chores, NodeLease lease) throws RefusedException {
    return start(
        new House(
            chores.database(),
            lease,
            () -> chores.clock().standing().isServing() && chores.history().standing().isServing(),
            chores.told(),
            chores.judged(),
            chores.completing(),
            PERIOD,
            LONGEST_STOP));
  }

  static Housekeeping start(House house) throws RefusedException {
    Housekeeping housekeeping =
        new Housekeeping(
            house,
            Executors.newScheduledThreadPool(
                3, Thread.ofPlatform().name("housekeeping-", 1).daemon().factory()));
    housekeeping.renewLease();
    housekeeping.round();
    Chore lease = new Chore("lease", housekeeping::renewLease);
    housekeeping.every(() -> guarded(lease));
    housekeeping.every(housekeeping::round);
    housekeeping.every(() -> housekeeping.judge(List.of(house.completing())));
    return housekeeping;
  }

  private void every(Runnable task) {
    long millis = house.period().toMillis();
    // It ends with the threads and never throws: there is nothing to be asked of the future.
    var _ = threads.scheduleWithFixedDelay(task, millis, millis, TimeUnit.MILLISECONDS);
  }

  private void renewLease() throws RefusedException {
    house.database().transact(house.lease()::renew);
  }

  private void round() {
    house.told().forEach(Housekeeping::guarded);
    judge(house.judged());
  }

  private void judge(List<Chore> chores) {
    if (!house.timeIsToBeHad().getAsBoolean()) {
      return; // nothing can be said to be over; why, ClockWatch or RecordAnchors has said
    }
    chores.forEach(Housekeeping::guarded);
  }

  /** One chore that fails does not keep the others from being done. */
  private static void guarded(Chore chore) {
    try {
      chore.work().run();
    } catch (RefusedException | RuntimeException e) {
      LOG.atLevel(Outage.level(e))
          .addKeyValue("chore", chore.name())
          .setCause(e)
          .log("a chore of housekeeping failed and will be tried again");
    }
  }

  /**
   * Lets the chores under way end, for ten seconds at most, interrupts what is left, and waits as
   * long again.
   *
   * @throws IllegalStateException if one did not end
   */
  @Override
  public void close() {
    threads.shutdown();
    try {
      if (hasEnded()) {
        return;
      }
      threads.shutdownNow();
      if (hasEnded()) {
        return;
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
    throw new IllegalStateException("a chore of housekeeping did not end");
  }

  private boolean hasEnded() throws InterruptedException {
    return threads.awaitTermination(house.longestStop().toMillis(), TimeUnit.MILLISECONDS);
  }
}
