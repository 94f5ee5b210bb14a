package eus.bakq.server.database;

import eus.bakq.server.failure.UnavailableException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far one node trusts the database's clock (TIM-01, TIM-03; docs/adr/0022). Two things hold it:
 * this node's own clock, with which it is compared by {@link #look}, and this node's monotonic
 * clock, which says at every single time that is asked for where the database's clock must be by
 * now. A time that is not there is not given out, and no mark follows it: nothing expires and
 * nothing is prolonged by a clock that jumps. Safe for several threads.
 */
public final class DatabaseClock {
  private static final Logger LOG = LoggerFactory.getLogger(DatabaseClock.class);

  /** So many looks in a row must agree before a clock that has jumped is believed. */
  static final int LOOKS_TO_BELIEVE = 3;

  private static final int MOST_READINGS = 3;
  private static final int MOST_READINGS_AT_START = 10;

  private final Clock clock;
  private final LongSupplier nanoTime;
  private final ClockSettings settings;
  private final AtomicReference<Trust> trust = new AtomicReference<>(Trust.NONE);

  /**
   * What the looks have led to.
   *
   * @param base the last reading that was believed; empty before the first look
   * @param candidate a reading since which the database's clock goes on evenly, though not from the
   *     base
   * @param agreeing how many looks in a row agreed with the candidate
   * @param since when, by the monotonic clock, a jump was believed last; empty if none was
   */
  private record Trust(
      ClockStanding standing,
      Optional<ClockReading> base,
      Optional<ClockReading> candidate,
      int agreeing,
      Optional<Long> since) {
    static final Trust NONE =
        new Trust(ClockStanding.AGREES, Optional.empty(), Optional.empty(), 0, Optional.empty());
  }

  /** A reading of the database's clock, with this node's around it. */
  private record Comparison(ClockReading reading, ClockOffset offset) {}

  /**
   * A clock that was not compared yet.
   *
   * @param clock of this node
   * @param nanoTime the monotonic clock of this node
   */
  public DatabaseClock(Clock clock, LongSupplier nanoTime, ClockSettings settings) {
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.settings = settings;
  }

  public ClockSettings settings() {
    return settings;
  }

  /** What the last look found. */
  public ClockStanding standing() {
    return trust.get().standing();
  }

  /**
   * The time of day for what is judged without asking the database: certificates of callers, stamps
   * and statuses of others. It goes on from the last reading that was believed, by the monotonic
   * clock, so that neither machine's clock moves it when it jumps.
   */
  public Clock evenClock() {
    return new EvenClock(
        () ->
            trust
                .get()
                .base()
                .map(base -> base.earliestAt(nanoTime.getAsLong()))
                .orElseGet(clock::instant));
  }

  /**
   * Whether no jump was believed within {@code time}: leases that were stamped before one say
   * nothing about who is alive.
   */
  public boolean isEvenFor(Duration time) {
    return trust
        .get()
        .since()
        .map(since -> nanoTime.getAsLong() - since >= time.toNanos())
        .orElse(true);
  }

  /**
   * The first look, at the start.
   *
   * @throws UnusableDatabaseException if the clocks are too far apart, or cannot be compared
   */
  void begin(Handle handle) {
    Comparison comparison = compare(handle, MOST_READINGS_AT_START);
    if (!comparison.offset().isSurelyWithin(settings.stopAfter())) {
      throw new UnusableDatabaseException(
          "The database's clock is %s to %s ahead of this machine's, and clock.stopAfter is %s: have"
                  .formatted(
                      comparison.offset().least(), comparison.offset().most(), settings.stopAfter())
              + " both kept by the same time service (chronyc tracking says how well), then start"
              + " again.");
    }
    if (isBehind(comparison.reading())) {
      throw new UnusableDatabaseException(
          "The database's clock is %s behind a time that was given out before: it was set back, or"
                  .formatted(comparison.reading().behindMark())
              + " was ahead. Correct it, or wait so long (docs/signing-cycle.md, section 12).");
    }
    trust.set(
        new Trust(
            ClockStanding.AGREES,
            Optional.of(comparison.reading()),
            Optional.empty(),
            0,
            Optional.empty()));
  }

  /**
   * The time by which is stamped and judged.
   *
   * @throws UnavailableException if it is not to be trusted now
   */
  Instant now(Handle handle) {
    Trust present = trust.get();
    if (!present.standing().isServing()) {
      throw distrusted();
    }
    ClockReading reading = ClockReading.take(handle, latest(present), nanoTime);
    if (!isBelieved(present.base(), reading)) {
      throw distrusted();
    }
    return reading.given();
  }

  /** No mark follows the database's clock beyond this. */
  private Instant latest(Trust present) {
    return present.standing().isServing()
        ? present
            .base()
            .map(known -> known.latestAt(nanoTime.getAsLong()).plus(settings.stopAfter()))
            .orElse(ClockReading.NO_LATEST)
        : Instant.EPOCH;
  }

  /**
   * The time for what has happened and must be told, whatever the clocks do: the database's, or
   * where it would be had it not jumped. Nothing that expires is stamped or judged by it.
   */
  Instant timeOfRecord(Handle handle) {
    Trust present = trust.get();
    Optional<ClockReading> base = present.base();
    ClockReading reading = ClockReading.take(handle, latest(present), nanoTime);
    if (base.isEmpty() || !isJump(base.get().jumpTo(reading))) {
      return reading.given();
    }
    Instant expected = base.get().earliestAt(reading.after());
    return expected.isBefore(reading.mark()) ? reading.mark() : expected;
  }

  private boolean isBelieved(Optional<ClockReading> base, ClockReading reading) {
    return base.isEmpty() || (!isJump(base.get().jumpTo(reading)) && !isBehind(reading));
  }

  /** Whether time would stand still for longer than it may. */
  private boolean isBehind(ClockReading reading) {
    return reading.behindMark().compareTo(settings.stopAfter()) > 0;
  }

  private boolean isJump(Duration jump) {
    return jump.abs().compareTo(settings.stopAfter()) > 0;
  }

  private static UnavailableException distrusted() {
    return UnavailableException.temporarily("the database's clock is not to be trusted now", null);
  }

  /** Compares the clocks, and decides whether times can be had. */
  public synchronized ClockLook look(Handle handle) {
    Comparison comparison = compare(handle, MOST_READINGS);
    ClockReading reading = comparison.reading();
    ClockOffset offset = comparison.offset();
    Trust before = trust.get();
    Duration jump = before.base().map(base -> base.jumpTo(reading)).orElse(Duration.ZERO);
    Trust after = isJump(jump) ? candidate(before, reading, offset) : follow(before, reading);
    ClockStanding standing = standing(before.standing(), after, reading, offset);
    trust.set(
        new Trust(standing, after.base(), after.candidate(), after.agreeing(), after.since()));
    return new ClockLook(standing, offset, jump, reading.behindMark());
  }

  private static Trust follow(Trust before, ClockReading reading) {
    return new Trust(
        ClockStanding.AGREES, Optional.of(reading), Optional.empty(), 0, before.since());
  }

  /**
   * A jump: believed once this node's clock and its monotonic clock have confirmed it often, unless
   * it leads behind a time that was given out.
   */
  private Trust candidate(Trust before, ClockReading reading, ClockOffset offset) {
    boolean confirmed = offset.isSurelyWithin(settings.stopAfter());
    boolean even =
        before.candidate().map(earlier -> !isJump(earlier.jumpTo(reading))).orElse(false);
    int agreeing = !confirmed ? 0 : even ? before.agreeing() + 1 : 1;
    boolean confirmedOften = agreeing >= LOOKS_TO_BELIEVE;
    if (confirmedOften && !isBehind(reading)) {
      return new Trust(
          ClockStanding.AGREES,
          Optional.of(reading),
          Optional.empty(),
          0,
          Optional.of(reading.after()));
    }
    return new Trust(
        confirmedOften ? ClockStanding.STANDS_STILL : ClockStanding.DATABASE_JUMPED,
        before.base(),
        Optional.of(reading),
        agreeing,
        before.since());
  }

  /** Half a limit lies between going and coming back, so that no clock wavers about it. */
  private ClockStanding standing(
      ClockStanding before, Trust after, ClockReading reading, ClockOffset offset) {
    if (!after.standing().isServing()) {
      return after.standing();
    }
    if (isBehind(reading)) {
      return ClockStanding.STANDS_STILL;
    }
    boolean stopped = !before.isServing();
    if (offset.isSurelyBeyond(settings.stopAfter())
        || (stopped && !offset.isSurelyWithin(settings.stopAfter().dividedBy(2)))) {
      return ClockStanding.TOO_FAR_APART;
    }
    if (offset.isSurelyBeyond(settings.alertAfter())
        || (before != ClockStanding.AGREES
            && !offset.isSurelyWithin(settings.alertAfter().dividedBy(2)))) {
      return ClockStanding.DIFFERS;
    }
    return ClockStanding.AGREES;
  }

  /** The narrowest of a few comparisons; one that is narrow enough ends them. */
  private Comparison compare(Handle handle, int most) {
    Comparison best = compareOnce(handle);
    for (int reading = 1;
        reading < most && best.offset().width().compareTo(settings.alertAfter().dividedBy(4)) > 0;
        reading++) {
      Comparison next = compareOnce(handle);
      if (next.offset().width().compareTo(best.offset().width()) <= 0) {
        best = next;
      }
    }
    LOG.atDebug()
        .addKeyValue("least", best.offset().least())
        .addKeyValue("most", best.offset().most())
        .log("the clocks were compared");
    return best;
  }

  private Comparison compareOnce(Handle handle) {
    Instant before = clock.instant();
    ClockReading reading = ClockReading.take(handle, Instant.EPOCH, nanoTime);
    Instant after = clock.instant();
    return new Comparison(
        reading,
        ClockOffset.between(
            Duration.between(after, reading.time()), Duration.between(before, reading.time())));
  }
}
