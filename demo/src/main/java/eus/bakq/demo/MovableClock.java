package eus.bakq.demo;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The system's clock with an offset that its owner sets: a machine whose time of day jumps. UTC.
 * Safe for several threads.
 */
final class MovableClock extends Clock {
  private final Clock system;
  private final AtomicReference<Duration> offset;

  /** Agrees with the system's clock until it is moved. */
  MovableClock() {
    this(Clock.systemUTC(), new AtomicReference<>(Duration.ZERO));
  }

  private MovableClock(Clock system, AtomicReference<Duration> offset) {
    this.system = system;
    this.offset = offset;
  }

  /** Sets the clock ahead of the system's by {@code ahead}; behind, if it is negative. */
  void set(Duration ahead) {
    offset.set(ahead);
  }

  /** How far the clock is ahead of the system's. */
  Duration offset() {
    return offset.get();
  }

  @Override
  public Instant instant() {
    return system.instant().plus(offset.get());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  /** In another zone it is moved together with this one. */
  @Override
  public Clock withZone(ZoneId zone) {
    return zone.equals(getZone()) ? this : new MovableClock(system.withZone(zone), offset);
  }
}
