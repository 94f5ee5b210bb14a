package eus.bakq.server.signing;

import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.SignatureRequestId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who watches which request on this node, and what each has been told. One round reads where all of
 * the requests are, in one statement, and then those that have moved; how many watch, and so the
 * size of this, is bounded by who adds. A round that fails is made again: a watcher is late then,
 * and misses nothing.
 *
 * <p>Rounds are made by one thread; everything else is safe for several.
 */
final class Watches {
  /** How long a watch lasts at most: as long as a connection does by default. */
  static final Duration LIFE = Duration.ofMinutes(30);

  private static final Logger LOG = LoggerFactory.getLogger(Watches.class);

  /** What a round reads. */
  interface Reader {
    /** Where each of {@code ids} is now. */
    Map<SignatureRequestId, SignatureRequests.Progress> progress(Set<SignatureRequestId> ids)
        throws RefusedException;

    /** The whole request. */
    SignatureRequestView view(SignatureRequestId id) throws RefusedException;
  }

  /** One watcher of one request. */
  final class Watch {
    private final SignatureRequestId id;
    private final RequestWatcher watcher;
    private final long endsAt;
    private SignatureRequests.Progress told;

    private Watch(SignatureRequestId id, RequestWatcher watcher, SignatureRequests.Progress told) {
      this.id = id;
      this.watcher = watcher;
      this.told = told;
      this.endsAt = nanoTime.getAsLong() + LIFE.toNanos();
    }

    /** The watcher is told nothing any more, but for what is on its way to it. */
    void close() {
      remove(this);
    }
  }

  private final Reader reader;
  private final LongSupplier nanoTime;
  private final Set<Watch> open = new LinkedHashSet<>();
  private boolean closed;
  private boolean failing;

  /**
   * @param nanoTime a clock that never goes back, such as {@link System#nanoTime}
   */
  Watches(Reader reader, LongSupplier nanoTime) {
    this.reader = reader;
    this.nanoTime = nanoTime;
  }

  /**
   * Adds a watcher that has been told {@code told}.
   *
   * @throws UnavailableException if the server is stopping
   */
  Watch add(SignatureRequestId id, RequestWatcher watcher, SignatureRequests.Progress told) {
    synchronized (open) {
      if (closed) {
        throw stopping();
      }
      Watch watch = new Watch(id, watcher, told);
      open.add(watch);
      return watch;
    }
  }

  private boolean remove(Watch watch) {
    synchronized (open) {
      return open.remove(watch);
    }
  }

  /** Tells every watcher what has changed since it was told, and ends what is over. */
  void round() {
    List<Watch> present;
    synchronized (open) {
      present = new ArrayList<>(open);
    }
    for (Watch watch : List.copyOf(present)) {
      if (nanoTime.getAsLong() - watch.endsAt >= 0) {
        present.remove(watch);
        end(watch);
      }
    }
    if (present.isEmpty()) {
      return;
    }
    try {
      tell(present);
      failing = false;
    } catch (RefusedException | RuntimeException e) {
      // Once for each time that it begins: rounds are made twice a second.
      if (!failing) {
        LOG.atWarn().setCause(e).log("who watches requests is not told of changes now");
      }
      failing = true;
    }
  }

  private void tell(List<Watch> present) throws RefusedException {
    Map<SignatureRequestId, SignatureRequests.Progress> now =
        reader.progress(present.stream().map(watch -> watch.id).collect(Collectors.toSet()));
    Map<SignatureRequestId, SignatureRequestView> views = new HashMap<>();
    for (Watch watch : present) {
      SignatureRequests.Progress progress = now.get(watch.id);
      if (progress == null || progress.equals(watch.told)) {
        continue;
      }
      SignatureRequestView view = views.get(watch.id);
      if (view == null) {
        try {
          view = reader.view(watch.id);
        } catch (UnavailableException e) {
          throw e;
        } catch (
            RuntimeException e) { // Such as an altered row, which keeps no other from its news.
          fail(watch, e);
          continue;
        }
        views.put(watch.id, view);
      }
      watch.told = new SignatureRequests.Progress(view.state(), progress.completionDelay());
      watch.watcher.changed(view);
      if (view.state().isFinal()) {
        end(watch);
      }
    }
  }

  private void end(Watch watch) {
    if (remove(watch)) {
      watch.watcher.ended();
    }
  }

  private void fail(Watch watch, RuntimeException failure) {
    if (remove(watch)) {
      watch.watcher.failed(failure);
    }
  }

  /** Ends every watch, and takes no more: the server is stopping. */
  void close() {
    List<Watch> present;
    synchronized (open) {
      closed = true;
      present = List.copyOf(open);
      open.clear();
    }
    present.forEach(watch -> watch.watcher.failed(stopping()));
  }

  private static UnavailableException stopping() {
    return UnavailableException.temporarily("the server is stopping", null);
  }
}
