package eus.bakq.server.caller;

import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.CallerName;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How many of something that lasts all callers, and each of them, may have at once on this node, so
 * that none takes the places of the others. Its size is the number of callers that have a place.
 * Safe for several threads.
 */
public final class CallerPlaces {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private final int most;
  private final int mostPerCaller;
  private final Map<CallerName, Integer> taken = new HashMap<>();
  private int takenByAll;

  /**
   * @param most of all callers, at least 1
   * @param mostPerCaller of one caller, 1 to {@code most}
   */
  public CallerPlaces(int most, int mostPerCaller) {
    if (mostPerCaller < 1 || mostPerCaller > most) {
      throw new IllegalArgumentException("a caller has 1 to all places");
    }
    this.most = most;
    this.mostPerCaller = mostPerCaller;
  }

  /** A place that is taken, until it is given back; giving it back again does nothing. */
  public final class Place implements AutoCloseable {
    private final CallerName caller;
    private boolean given;

    private Place(CallerName caller) {
      this.caller = caller;
    }

    @Override
    public void close() {
      synchronized (taken) {
        if (!given) {
          given = true;
          takenByAll--;
          taken.computeIfPresent(caller, (name, count) -> count == 1 ? null : count - 1);
        }
      }
    }
  }

  /**
   * Takes a place.
   *
   * @throws RefusedException QUOTA_EXCEEDED if the caller has all that one may have
   * @throws UnavailableException if all callers together have all there are
   */
  public Place take(CallerName caller) throws RefusedException {
    synchronized (taken) {
      int own = taken.getOrDefault(caller, 0);
      if (own == mostPerCaller) {
        throw RefusedException.until(Refusal.QUOTA_EXCEEDED, RETRY_AFTER);
      }
      if (takenByAll == most) {
        throw UnavailableException.overloaded(RETRY_AFTER, "all places for callers are taken");
      }
      taken.put(caller, own + 1);
      takenByAll++;
      return new Place(caller);
    }
  }
}
