package eus.bakq.server.database;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.Supplier;

/** A clock that is read elsewhere. UTC. */
final class EvenClock extends Clock {
  private final Supplier<Instant> time;
  private final ZoneId zone;

  EvenClock(Supplier<Instant> time) {
    this(time, ZoneOffset.UTC);
  }

  private EvenClock(Supplier<Instant> time, ZoneId zone) {
    this.time = time;
    this.zone = zone;
  }

  @Override
  public Instant instant() {
    return time.get();
  }

  @Override
  public ZoneId getZone() {
    return zone;
  }

  @Override
  public Clock withZone(ZoneId other) {
    return new EvenClock(time, other);
  }
}
