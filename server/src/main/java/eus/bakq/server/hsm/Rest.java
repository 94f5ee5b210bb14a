package eus.bakq.server.hsm;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a token that failed is left alone, so that a long outage does not become a storm of
 * logins: {@link #SHORTEST}, and twice as long each time that a look at it fails, up to {@link
 * #LONGEST}. It begins with the shortest again once the token has done something for somebody. Safe
 * for several threads.
 */
final class Rest {
  /** The first rest. */
  static final Duration SHORTEST = Duration.ofSeconds(2);

  /** However long the token is away. */
  static final Duration LONGEST = Duration.ofSeconds(16);

  private static final Logger LOG = LoggerFactory.getLogger(Rest.class);

  private final String role;
  private final int partition;
  private final LongSupplier nanoTime;
  private volatile boolean on;
  private volatile boolean proven = true;
  private Duration next = SHORTEST;
  private long until;
  private String told = "";

  /**
   * @param partition its number in the configuration, from 1; both for the log
   * @param nanoTime as {@link System#nanoTime}
   */
  Rest(String role, int partition, LongSupplier nanoTime) {
    this.role = role;
    this.partition = partition;
    this.nanoTime = nanoTime;
  }

  /** Whether the token rests: nobody calls it but who looks whether it is back. */
  boolean isOn() {
    return on;
  }

  /** Whether it rests and may be looked at. */
  synchronized boolean isOver() {
    return on && nanoTime.getAsLong() - until >= 0;
  }

  /** Begins; of several calls that failed together the first counts. */
  synchronized void begin(Throwable reason) {
    if (on) {
      return;
    }
    if (proven) {
      next = SHORTEST;
      told = "";
    }
    proven = false;
    on = true;
    again(reason);
  }

  /** Goes on, because a look has found nothing better. */
  synchronized void again(Throwable reason) {
    until = nanoTime.getAsLong() + next.toNanos();
    next = next.multipliedBy(2).compareTo(LONGEST) < 0 ? next.multipliedBy(2) : LONGEST;
    tell(reason);
  }

  /** A look has found all as it must be. */
  synchronized void end() {
    if (on) {
      LOG.atInfo()
          .addKeyValue("token", role)
          .addKeyValue("partition", partition)
          .log("a partition's token is back");
    }
    on = false;
  }

  /** The token has done what was asked. */
  void prove() {
    if (!proven) {
      proven = true;
    }
  }

  /** Each reason once: it is the same at each look. */
  private void tell(Throwable reason) {
    if (told.equals(reason.toString())) {
      return;
    }
    told = reason.toString();
    if (reason instanceof HsmRefusedException refused && !refused.isUnanswered()) {
      LOG.atError()
          .addKeyValue("token", role)
          .addKeyValue("partition", partition)
          .setCause(reason)
          .log("a partition's token is not as it must be, and is not used");
    } else {
      LOG.atWarn()
          .addKeyValue("token", role)
          .addKeyValue("partition", partition)
          .setCause(reason)
          .log("a partition's token does not answer, and rests");
    }
  }
}
