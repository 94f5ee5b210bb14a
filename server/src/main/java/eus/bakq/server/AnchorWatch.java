package eus.bakq.server;

import eus.bakq.server.audit.RecordAnchors;
import eus.bakq.server.database.Outage;
import eus.bakq.server.failure.RefusedException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Anchors the record and judges the database by its anchors every second, also where nothing is
 * released (AUD-16): the file on one thread, the tokens on another, which may stand still with
 * them. What fails is done again, and said once for each time that it begins.
 */
final class AnchorWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AnchorWatch.class);
  private static final Duration PERIOD = Duration.ofSeconds(1);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(10);
  private static final Duration LONGEST_CUT = Duration.ofSeconds(3);

  private final RecordAnchors anchors;
  private final Runnable health;
  private final ScheduledExecutorService threads =
      Executors.newScheduledThreadPool(
          2, Thread.ofPlatform().name("anchor-", 1).daemon().factory());

  /** Used on the file's thread only. */
  private boolean fileFails;

  /** Used on the tokens' thread only. */
  private boolean tokensFail;

  private AnchorWatch(RecordAnchors anchors, Runnable health) {
    this.anchors = anchors;
    this.health = health;
  }

  /**
   * Begins at once.
   *
   * @param health is told after each look that the doors' health may be another now
   */
  static AnchorWatch start(RecordAnchors anchors, Runnable health) {
    AnchorWatch watch = new AnchorWatch(anchors, health);
    watch.every(watch::file);
    watch.every(watch::tokens);
    return watch;
  }

  private void every(Runnable task) {
    // It ends with the threads and never throws: there is nothing to be asked of the future.
    var _ = threads.scheduleWithFixedDelay(task, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void file() {
    try {
      anchors.look();
      fileFails = false;
    } catch (RefusedException | RuntimeException e) {
      if (!fileFails) {
        LOG.atLevel(Outage.level(e))
            .setCause(e)
            .log("the record cannot be anchored in the file; it is tried again");
      }
      fileFails = true;
    }
    health.run();
  }

  private void tokens() {
    try {
      anchors.advanceTokens();
      tokensFail = false;
    } catch (RefusedException | RuntimeException e) {
      if (!tokensFail) {
        LOG.atLevel(Outage.level(e))
            .setCause(e)
            .log("the record cannot be anchored in the tokens; it is tried again");
      }
      tokensFail = true;
    }
  }

  /**
   * Lets what is under way end, for ten seconds at most, and interrupts it then.
   *
   * @throws IllegalStateException if it still goes on some seconds later
   */
  @Override
  public void close() {
    threads.shutdown();
    try {
      if (threads.awaitTermination(LONGEST_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
      threads.shutdownNow();
      if (threads.awaitTermination(LONGEST_CUT.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new IllegalStateException("the anchoring of the record did not end");
  }
}
