package eus.bakq.server.grpc;

import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Ends streams whose other side is too slow, and all that are left when the server stops. One
 * thread, for ends that return at once; there is one for each stream that is under way, and it goes
 * with it. Safe for several threads.
 */
final class StreamClock implements AutoCloseable {
  private final ScheduledThreadPoolExecutor thread;
  private final Set<Consumer<Exception>> underWay = ConcurrentHashMap.newKeySet();

  StreamClock() {
    thread =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("stream-clock").daemon().factory());
    thread.setRemoveOnCancelPolicy(true);
  }

  /**
   * Has {@code end} told STREAM_TOO_SLOW after {@code longest}, or as unavailable if the server
   * stops before.
   *
   * @return takes that back; may be run more than once
   */
  Runnable limit(Duration longest, Consumer<Exception> end) {
    underWay.add(end);
    Future<?> tooLate =
        thread.schedule(
            () -> end.accept(new RefusedException(Refusal.STREAM_TOO_SLOW)),
            longest.toMillis(),
            TimeUnit.MILLISECONDS);
    return () -> {
      tooLate.cancel(false);
      underWay.remove(end);
    };
  }

  /** Ends every stream that is under way: the server stops, and they may be begun anew. */
  void endAll() {
    for (Consumer<Exception> end : List.copyOf(underWay)) {
      end.accept(UnavailableException.temporarily("the server is stopping", null));
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
