package eus.bakq.server.hsm;

import eus.bakq.server.database.Outage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every half second whether what rests is back. Each partition has a thread of its own: one
 * whose module lets us wait keeps the others from nothing.
 */
final class PartitionWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PartitionWatch.class);
  private static final Duration PERIOD = Duration.ofMillis(500);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(5);

  private final ScheduledExecutorService threads;

  private PartitionWatch(int partitions) {
    this.threads =
        Executors.newScheduledThreadPool(
            partitions, Thread.ofPlatform().name("partition-", 1).daemon().factory());
  }

  /**
   * Begins at once.
   *
   * @param partitions the tokens of each partition
   */
  static PartitionWatch start(List<List<Partition>> partitions) {
    PartitionWatch watch = new PartitionWatch(partitions.size());
    for (List<Partition> tokens : partitions) {
      // It ends with the threads and never throws: there is nothing to be asked of the future.
      var _ =
          watch.threads.scheduleWithFixedDelay(
              () -> look(tokens), 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }
    return watch;
  }

  private static void look(List<Partition> tokens) {
    for (Partition token : tokens) {
      try {
        token.look();
      } catch (RuntimeException e) { // else nobody would ever look again
        LOG.atLevel(Outage.level(e)).setCause(e).log("a look at a partition failed");
      }
    }
  }

  /**
   * Lets a look that is under way end, for five seconds at most. One that hangs in a module stays
   * behind, and keeps no process alive.
   */
  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(LONGEST_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        threads.shutdownNow();
        throw new IllegalStateException("a look at a partition did not end");
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a look at a partition ended", e);
    }
  }
}
