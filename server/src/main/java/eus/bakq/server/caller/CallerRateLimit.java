package eus.bakq.server.caller;

import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.CallerName;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * Holds each caller to its calls per minute, on this node: a bucket that holds one minute's calls
 * and fills evenly. Calls that change something are counted by those who make the change; calls of
 * any kind, these included, have a bucket of their own, twenty times as large. In memory only:
 * after a restart every bucket is full. Its size is the number of registered callers. Safe for
 * several threads.
 */
public final class CallerRateLimit {
  /** Asking, watching, fetching and acknowledging belong to each change, and are cheap. */
  static final int OF_ANY_KIND = 20;

  private static final long NANOS_PER_MINUTE = Duration.ofMinutes(1).toNanos();

  private final Map<CallerName, Bucket> changes;
  private final Map<CallerName, Bucket> calls;
  private final LongSupplier nanoTime;

  /**
   * @param nanoTime a clock that never goes back, such as {@link System#nanoTime}
   */
  public CallerRateLimit(RegisteredCallers callers, LongSupplier nanoTime) {
    this.nanoTime = Objects.requireNonNull(nanoTime);
    this.changes = buckets(callers, 1);
    this.calls = buckets(callers, OF_ANY_KIND);
  }

  private Map<CallerName, Bucket> buckets(RegisteredCallers callers, int times) {
    Map<CallerName, Bucket> filled = new HashMap<>();
    for (RegisteredCaller caller : callers.all()) {
      int perMinute = Math.multiplyExact(caller.quotas().callsPerMinute(), times);
      filled.put(caller.name(), new Bucket(perMinute, nanoTime.getAsLong()));
    }
    return Map.copyOf(filled);
  }

  /**
   * Counts one call that changes something.
   *
   * @throws RefusedException QUOTA_EXCEEDED with the time after which there is room for one more
   * @throws IllegalArgumentException if no such caller is registered
   */
  public void count(CallerName caller) throws RefusedException {
    take(changes, caller);
  }

  /**
   * Counts one call, whatever it is.
   *
   * @throws RefusedException as {@link #count}
   * @throws IllegalArgumentException if no such caller is registered
   */
  public void countAny(CallerName caller) throws RefusedException {
    take(calls, caller);
  }

  private void take(Map<CallerName, Bucket> buckets, CallerName caller) throws RefusedException {
    Bucket bucket = buckets.get(caller);
    if (bucket == null) {
      throw new IllegalArgumentException("only registered callers are counted");
    }
    long wait = bucket.take(nanoTime.getAsLong());
    if (wait > 0) {
      throw RefusedException.until(Refusal.QUOTA_EXCEEDED, Duration.ofNanos(wait));
    }
  }

  /** Counts in nanoseconds of filling, so that nothing is rounded. */
  private static final class Bucket {
    private final long nanosPerCall;
    private long fullAt;

    Bucket(int callsPerMinute, long now) {
      this.nanosPerCall = NANOS_PER_MINUTE / callsPerMinute;
      this.fullAt = now;
    }

    /** Takes one call and returns 0, or takes none and returns the nanoseconds to wait. */
    synchronized long take(long now) {
      // Differences, because nanoTime may wrap around.
      long owed = Math.max(0, fullAt - now);
      long wait = owed + nanosPerCall - NANOS_PER_MINUTE;
      if (wait > 0) {
        return wait;
      }
      fullAt = now + owed + nanosPerCall;
      return 0;
    }
  }
}
