package eus.bakq.server;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.database.ClockLook;
import eus.bakq.server.database.ClockStanding;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.DatabaseClock;
import eus.bakq.server.database.Outage;
import eus.bakq.server.failure.RefusedException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Compares this node's clock with the database's every few seconds, on a thread of its own, and
 * says so where it matters when they part and when they meet again: to the doors' health, to the
 * operators, and in the record (TIM-01). A look that fails is made again.
 */
final class ClockWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClockWatch.class);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(10);
  private static final Duration LONGEST_CUT = Duration.ofSeconds(3);

  private final Database database;
  private final DatabaseClock clock;
  private final AuditLog audit;
  private final UUID node;
  private final Runnable health;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("clock-watch").daemon().factory());

  /** What was recorded last; used on the thread only. */
  private ClockStanding told = ClockStanding.AGREES;

  private ClockWatch(
      Database database, DatabaseClock clock, AuditLog audit, UUID node, Runnable health) {
    this.database = database;
    this.clock = clock;
    this.audit = audit;
    this.node = node;
    this.health = health;
  }

  /**
   * Begins at once.
   *
   * @param node named in the record
   * @param health is told after each look that the doors' health may be another now
   */
  static ClockWatch start(
      Database database, DatabaseClock clock, AuditLog audit, UUID node, Runnable health) {
    ClockWatch watch = new ClockWatch(database, clock, audit, node, health);
    // It ends with the thread and never throws: there is nothing to be asked of the future.
    var _ =
        watch.thread.scheduleWithFixedDelay(
            watch::guardedLook, 0, clock.settings().lookEvery().toMillis(), TimeUnit.MILLISECONDS);
    return watch;
  }

  private void guardedLook() {
    try {
      look();
    } catch (RefusedException | RuntimeException e) {
      LOG.atLevel(Outage.level(e))
          .setCause(e)
          .log("the clocks could not be compared; it is tried again");
    }
  }

  private void look() throws RefusedException {
    ClockLook look = database.inTransaction(clock::look);
    health.run();
    if (look.standing() == told) {
      return;
    }
    Map<String, String> details = details(look);
    log(look.standing(), details);
    database.transact(handle -> audit.append(handle, event(look.standing(), details)));
    told = look.standing();
  }

  private static void log(ClockStanding standing, Map<String, String> details) {
    switch (standing) {
      case AGREES -> with(details, LOG.atInfo()).log("the clocks agree again");
      case DIFFERS ->
          with(details, LOG.atWarn()).log("the clocks of this node and of the database differ");
      case TOO_FAR_APART, DATABASE_JUMPED, STANDS_STILL ->
          with(details, LOG.atError().addKeyValue("standing", standing))
              .log("no time is given out: the clocks cannot be trusted");
    }
  }

  private static LoggingEventBuilder with(Map<String, String> details, LoggingEventBuilder line) {
    for (Map.Entry<String, String> detail : details.entrySet()) {
      line = line.addKeyValue(detail.getKey(), detail.getValue());
    }
    return line;
  }

  private static AuditEvent event(ClockStanding standing, Map<String, String> details) {
    return switch (standing) {
      case AGREES ->
          AuditEvent.succeeded(AuditEventType.CLOCK_SKEW_OVER, "system", "clock", details);
      case DIFFERS ->
          AuditEvent.failed(
              AuditEventType.CLOCK_SKEW_NOTICED, standing.name(), "system", "clock", details);
      case TOO_FAR_APART, DATABASE_JUMPED, STANDS_STILL ->
          AuditEvent.failed(
              AuditEventType.CLOCK_SKEW_STOPPED, standing.name(), "system", "clock", details);
    };
  }

  private Map<String, String> details(ClockLook look) {
    return Map.of(
        "node", node.toString(),
        "ahead_at_least_ms", millis(look.offset().least()),
        "ahead_at_most_ms", millis(look.offset().most()),
        "jump_ms", millis(look.jump()),
        "behind_mark_ms", millis(look.behindMark()),
        "alert_after_ms", millis(clock.settings().alertAfter()),
        "stop_after_ms", millis(clock.settings().stopAfter()));
  }

  private static String millis(Duration duration) {
    return Long.toString(duration.toMillis());
  }

  /**
   * Lets a look end, for ten seconds at most, and interrupts it then.
   *
   * @throws IllegalStateException if it still goes on some seconds later
   */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (thread.awaitTermination(LONGEST_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
      thread.shutdownNow();
      if (thread.awaitTermination(LONGEST_CUT.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new IllegalStateException("a comparison of the clocks did not end");
  }
}
