package eus.bakq.server.database;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Handle;

/**
 * The database's clock, read between two moments of this node's monotonic clock.
 *
 * @param time what it said
 * @param mark the latest time that was given out before, within a second
 * @param before the monotonic clock when it was asked, in ns
 * @param after the monotonic clock when the answer was there, in ns
 */
record ClockReading(Instant time, Instant mark, long before, long after) {
  /** Beyond every time that a clock shows. */
  static final Instant NO_LATEST = Instant.parse("9999-01-01T00:00:00Z");

  /** What a statement gives back. */
  private record Row(Instant time, Instant mark) {}

  /**
   * Reads the clock, and lets the mark follow it, but not behind {@code latest}.
   *
   * @param nanoTime this node's monotonic clock
   */
  static ClockReading take(Handle handle, Instant latest, LongSupplier nanoTime) {
    long before = nanoTime.getAsLong();
    // Who finds the mark locked leaves it to the other; who is rolled back, to the next.
    Row row =
        handle
            .createQuery(
                """
                WITH due AS (
                  SELECT id FROM clock_mark
                  WHERE mark < clock_timestamp() - interval '1 second' AND clock_timestamp() <= :latest
                  FOR UPDATE SKIP LOCKED),
                advanced AS (
                  UPDATE clock_mark SET mark = least(clock_timestamp(), :latest)
                  FROM due WHERE clock_mark.id = due.id)
                SELECT clock_timestamp() AS time, mark FROM clock_mark
                """)
            .bind("latest", latest.atOffset(ZoneOffset.UTC))
            .map(
                (found, context) ->
                    new Row(
                        found.getObject("time", OffsetDateTime.class).toInstant(),
                        found.getObject("mark", OffsetDateTime.class).toInstant()))
            .one();
    return new ClockReading(row.time(), row.mark(), before, nanoTime.getAsLong());
  }

  /** The time to give out: never before the mark. */
  Instant given() {
    return time.isBefore(mark) ? mark : time;
  }

  Duration behindMark() {
    return time.isBefore(mark) ? Duration.between(time, mark) : Duration.ZERO;
  }

  /** The earliest that the database's clock can show now, if it went on as this node's did. */
  Instant earliestAt(long now) {
    return time.plusNanos(now - after).truncatedTo(ChronoUnit.MICROS);
  }

  /** The latest that the database's clock can show now, if it went on as this node's did. */
  Instant latestAt(long now) {
    return time.plusNanos(now - before).truncatedTo(ChronoUnit.MICROS);
  }

  /** By how far {@code later} surely is not where this reading would have it; negative: behind. */
  Duration jumpTo(ClockReading later) {
    Instant earliest = earliestAt(later.before());
    Instant latest = latestAt(later.after());
    if (later.time().isBefore(earliest)) {
      return Duration.between(earliest, later.time());
    }
    return later.time().isAfter(latest) ? Duration.between(latest, later.time()) : Duration.ZERO;
  }
}
