package eus.bakq.server.database;

import java.time.Duration;

/**
 * How far the database's clock is ahead of this node's: measured, so between two bounds. The way to
 * the database and back is what lies between them.
 *
 * @param least negative if the database may be behind
 * @param most no less than {@code least}
 */
public record ClockOffset(Duration least, Duration most) {
  public ClockOffset {
    if (least.compareTo(most) > 0) {
      throw new IllegalArgumentException("the bounds of an offset are in their order");
    }
  }

  /** The bounds, whichever is the smaller. */
  static ClockOffset between(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? new ClockOffset(one, other) : new ClockOffset(other, one);
  }

  /** Whether the clocks are further apart than {@code limit}, whatever the way took. */
  boolean isSurelyBeyond(Duration limit) {
    return least.compareTo(limit) > 0 || most.compareTo(limit.negated()) < 0;
  }

  /** Whether the clocks are no further apart than {@code limit}, whatever the way took. */
  boolean isSurelyWithin(Duration limit) {
    return least.compareTo(limit.negated()) >= 0 && most.compareTo(limit) <= 0;
  }

  Duration width() {
    return most.minus(least);
  }
}
