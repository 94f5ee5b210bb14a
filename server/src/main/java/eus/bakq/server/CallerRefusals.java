package eus.bakq.server;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.database.CommitUnknownException;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.grpc.Audience;
import eus.bakq.server.grpc.RefusalSink;
import eus.bakq.server.grpc.RefusedCall;
import eus.bakq.server.vocabulary.CallerName;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Handle;

/**
 * Records calls that were refused for who made them. Whoever has a certificate of a door's
 * authority can make as many as he likes, and the record never shrinks: so each minute has records
 * for sixty of them, ten of one certificate; what comes beyond, or could not be recorded, is
 * counted in memory, and recorded as counts when the minute is over. Then a minute adds 60 records
 * and {@value #MOST_COUNTS} counts at most, on each node.
 *
 * <p>A process that dies loses the counts of its last minute, and no record. Where the answer to a
 * COMMIT is lost, what was being recorded is not counted again: it may be missing, and is never
 * there twice. Safe for several threads.
 */
final class CallerRefusals implements RefusalSink, AutoCloseable {
  static final int MOST_RECORDS = 60;
  static final int MOST_RECORDS_OF_ONE = 10;
  static final int MOST_COUNTS = 100;

  /** A caller is refused for one of two reasons, at each listener. */
  private static final int MOST_OTHERS = 2 * Audience.values().length;

  private static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();

  /** What is counted together. */
  private record Kind(
      Audience listener, Refusal refusal, String actor, Optional<String> certificate) {
    static Kind of(RefusedCall call) {
      return new Kind(
          call.listener(),
          call.refusal(),
          call.caller().map(CallerName::value).orElse("unknown"),
          Optional.of(fingerprint(call)));
    }

    /** For those for which there is no place of their own: one for each listener and refusal. */
    Kind amongOthers() {
      return new Kind(listener, refusal, "unknown", Optional.empty());
    }
  }

  private final Database database;
  private final AuditLog audit;
  private final LongSupplier nanoTime;
  private final Map<Kind, Long> counts = new HashMap<>();
  private final Map<String, Integer> recorded = new HashMap<>();
  private long begin;
  private int records;

  /**
   * @param nanoTime a clock that never goes back, such as {@link System#nanoTime}
   */
  CallerRefusals(Database database, AuditLog audit, LongSupplier nanoTime) {
    this.database = database;
    this.audit = audit;
    this.nanoTime = nanoTime;
    this.begin = nanoTime.getAsLong();
  }

  /**
   * @throws eus.bakq.server.failure.UnavailableException if it could not be recorded; it is counted
   */
  @Override
  public void record(RefusedCall call) {
    if (!takePlace(call)) {
      count(call);
      return;
    }
    try {
      append(handle -> audit.append(handle, event(call)));
    } catch (CommitUnknownException e) {
      throw e; // it may be in the record
    } catch (RuntimeException e) {
      count(call);
      throw e;
    }
  }

  private static AuditEvent event(RefusedCall call) {
    return AuditEvent.refused(
        AuditEventType.CALLER_REFUSED,
        call.refusal().name(),
        call.caller().map(CallerName::value).orElse("unknown"),
        call.method(),
        Map.of(
            "listener", call.listener().name(),
            "correlation_id", call.correlationId(),
            "certificate_sha256", fingerprint(call)));
  }

  /** Whether {@code call} has a record of its own; else it is counted. */
  private synchronized boolean takePlace(RefusedCall call) {
    int ofThisOne = recorded.getOrDefault(fingerprint(call), 0);
    if (records == MOST_RECORDS || ofThisOne == MOST_RECORDS_OF_ONE) {
      return false;
    }
    records++;
    recorded.put(fingerprint(call), ofThisOne + 1);
    return true;
  }

  private void count(RefusedCall call) {
    count(Kind.of(call), 1);
  }

  private synchronized void count(Kind kind, long times) {
    boolean told = counts.containsKey(kind) || counts.size() < MOST_COUNTS - MOST_OTHERS;
    counts.merge(told ? kind : kind.amongOthers(), times, Long::sum);
  }

  /**
   * Records what was counted, if the minute is over, and begins the next; called every few seconds.
   */
  void recordCounts() {
    recordCounts(false);
  }

  private void recordCounts(boolean now) {
    Map<Kind, Long> over = takeCounts(now);
    if (over.isEmpty()) {
      return;
    }
    try {
      append(handle -> over.forEach((kind, count) -> append(handle, kind, count)));
    } catch (CommitUnknownException e) {
      throw e; // they may be in the record
    } catch (RuntimeException e) {
      over.forEach(this::count);
      throw e;
    }
  }

  private synchronized Map<Kind, Long> takeCounts(boolean now) {
    // A difference, because nanoTime may wrap around.
    if (!now && nanoTime.getAsLong() - begin < WINDOW_NANOS) {
      return Map.of();
    }
    begin = nanoTime.getAsLong();
    records = 0;
    recorded.clear();
    Map<Kind, Long> over = Map.copyOf(counts);
    counts.clear();
    return over;
  }

  private void append(Handle handle, Kind kind, long count) {
    audit.append(
        handle,
        AuditEvent.refused(
            AuditEventType.CALLER_REFUSALS_COUNTED,
            kind.refusal().name(),
            kind.actor(),
            kind.listener().name(),
            Map.of(
                "count",
                Long.toString(count),
                "certificate_sha256",
                kind.certificate().orElse("several"))));
  }

  private void append(Database.Act act) {
    try {
      database.transact(act);
    } catch (RefusedException e) {
      throw new IllegalStateException("recording refuses nothing", e);
    }
  }

  private static String fingerprint(RefusedCall call) {
    return call.certificateSha256().map(hash -> hash.toHex()).orElse("none");
  }

  /** Records what was counted. */
  @Override
  public void close() {
    recordCounts(true);
  }
}
