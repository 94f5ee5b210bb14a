package eus.bakq.server.signing;

import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.SignatureRequestId;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Tells sedes how their requests go, without their asking. It only reads; what is told is what the
 * database has, whichever node has written it.
 */
public final class WatchSignatureRequest implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofMillis(500);

  private final SigningParts parts;
  private final Watches watches;
  private final ScheduledExecutorService thread;

  private WatchSignatureRequest(
      SigningParts parts, Watches watches, ScheduledExecutorService thread) {
    this.parts = parts;
    this.watches = watches;
    this.thread = thread;
  }

  /**
   * Starts the one thread that looks for changes, twice a second.
   *
   * @param nanoTime a clock that never goes back, such as {@link System#nanoTime}
   */
  public static WatchSignatureRequest start(SigningParts parts, LongSupplier nanoTime) {
    Watches watches = new Watches(new Rows(parts), nanoTime);
    ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("watching").daemon().factory());
    // It ends with the thread and never throws: there is nothing to be asked of the future.
    var _ =
        thread.scheduleWithFixedDelay(
            watches::round, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    return new WatchSignatureRequest(parts, watches, thread);
  }

  /**
   * Tells {@code watcher} how the request is, before this returns; and from then on each time it
   * has changed, until it has ended, or half an hour is over, or the result is run.
   *
   * @return ends the watching; may be run more than once
   * @throws RefusedException SIGNATURE_REQUEST_NOT_FOUND, also for another sede's request
   */
  public Runnable run(RegisteredCaller sede, SignatureRequestId id, RequestWatcher watcher)
      throws RefusedException {
    record Found(SignatureRequests.Progress progress, SignatureRequestView view) {}
    Found found =
        parts.forSede(
            sede,
            id,
            handle -> {
              SignatureRequest request = parts.requests().requireOf(handle, sede.name(), id);
              return new Found(SignatureRequests.Progress.of(request), parts.view(request));
            });
    watcher.changed(found.view());
    if (found.view().state().isFinal()) {
      watcher.ended();
      return () -> {};
    }
    return watches.add(id, watcher, found.progress())::close;
  }

  /** Ends every watch as unavailable, and takes no more. May be repeated. */
  @Override
  public void close() {
    watches.close();
    thread.shutdownNow();
  }

  private record Rows(SigningParts parts) implements Watches.Reader {
    @Override
    public Map<SignatureRequestId, SignatureRequests.Progress> progress(Set<SignatureRequestId> ids)
        throws RefusedException {
      return parts.database().inTransaction(handle -> parts.requests().progress(handle, ids));
    }

    @Override
    public SignatureRequestView view(SignatureRequestId id) throws RefusedException {
      return parts
          .database()
          .inTransaction(handle -> parts.view(parts.requests().find(handle, id).orElseThrow()));
    }
  }
}
