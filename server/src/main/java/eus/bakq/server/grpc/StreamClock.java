package eus.bakq.server.grpc;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Ends streams whose other side is too slow. One thread, for tasks that return at once; there is
 * one for each stream that is under way, and it goes with it.
 */
final class StreamClock implements AutoCloseable {
  private final ScheduledThreadPoolExecutor thread;

  StreamClock() {
    thread =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("stream-clock").daemon().factory());
    thread.setRemoveOnCancelPolicy(true);
  }

  /** Runs {@code task} after {@code time}, unless the result is cancelled before. */
  Future<?> after(Duration time, Runnable task) {
    return thread.schedule(task, time.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
