package eus.bakq.server.signing;

import eus.bakq.server.vocabulary.SignatureRequestId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * When completing is tried again after it failed: after five seconds, then after twice the pause
 * before, up to two minutes; so that what cannot be completed asks nobody for time stamps without
 * end. Known to this process only, for the last 10,000 that failed. For one thread.
 */
final class CompletionPauses {
  private static final Duration FIRST = Duration.ofSeconds(5);
  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final int MOST = 10_000;

  /**
   * @param since when the first of the tries in a row failed, by the monotonic clock
   */
  private record Pause(long since, long until, Duration length) {}

  private final Map<SignatureRequestId, Pause> pauses =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<SignatureRequestId, Pause> eldest) {
          return size() > MOST;
        }
      };
  private final LongSupplier nanoTime;

  CompletionPauses(LongSupplier nanoTime) {
    this.nanoTime = Objects.requireNonNull(nanoTime);
  }

  /** Whether {@code id} may be tried now. */
  boolean isOver(SignatureRequestId id) {
    Pause pause = pauses.get(id);
    return pause == null || nanoTime.getAsLong() - pause.until() >= 0;
  }

  /** Begins a pause, or a longer one. */
  void failed(SignatureRequestId id) {
    Pause before = pauses.remove(id);
    Duration length = before == null ? FIRST : shorter(before.length().multipliedBy(2), LONGEST);
    long now = nanoTime.getAsLong();
    long since = before == null ? now : before.since();
    pauses.put(id, new Pause(since, now + length.toNanos(), length));
  }

  /** For how long every try of this process has failed; zero if the last one did not. */
  Duration failingFor(SignatureRequestId id) {
    Pause pause = pauses.get(id);
    return pause == null ? Duration.ZERO : Duration.ofNanos(nanoTime.getAsLong() - pause.since());
  }

  /** Forgets it. */
  void completed(SignatureRequestId id) {
    pauses.remove(id);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
