package eus.bakq.server.grpc;

import eus.bakq.relyingparty.v1.WatchSignatureRequestResponse;
import eus.bakq.server.caller.CallerPlaces;
import eus.bakq.server.signing.RequestWatcher;
import eus.bakq.server.signing.SignatureRequestView;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;

/**
 * One sede that watches one request. Of what its reader does not take in time, the last is kept: at
 * most one message waits here, and one in the connection. Called by several threads.
 */
final class WatchStream implements RequestWatcher {
  private final ServerCallStreamObserver<WatchSignatureRequestResponse> call;
  private final CallerPlaces.Place place;
  private final Context context = Context.current();
  private Runnable stopWatching = () -> {};
  private SignatureRequestView waiting;
  private boolean over;

  private WatchStream(
      ServerCallStreamObserver<WatchSignatureRequestResponse> call, CallerPlaces.Place place) {
    this.call = call;
    this.place = place;
  }

  /**
   * Begins one, within the call, whose handlers are set by it.
   *
   * @param place is given back at its end
   */
  static WatchStream begin(
      ServerCallStreamObserver<WatchSignatureRequestResponse> call, CallerPlaces.Place place) {
    WatchStream stream = new WatchStream(call, place);
    call.setOnReadyHandler(stream::send);
    call.setOnCancelHandler(stream::end);
    return stream;
  }

  /** What ends the watching; is run at once if there is nobody any more who watches. */
  synchronized void watchedBy(Runnable stop) {
    stopWatching = stop;
    if (over) {
      stop.run();
    }
  }

  @Override
  public synchronized void changed(SignatureRequestView view) {
    waiting = view;
    send();
  }

  private synchronized void send() {
    if (!over && waiting != null && call.isReady()) {
      sendWaiting();
    }
  }

  private void sendWaiting() {
    call.onNext(
        WatchSignatureRequestResponse.newBuilder()
            .setSignatureRequest(SignatureRequestMessages.view(waiting))
            .build());
    waiting = null;
  }

  /** The last news is handed to the connection even if its reader is slow. */
  @Override
  public synchronized void ended() {
    if (over) {
      return;
    }
    if (waiting != null) {
      sendWaiting();
    }
    end();
    call.onCompleted();
  }

  @Override
  public void failed(RuntimeException failure) {
    fail(failure);
  }

  /** Ends the call with what {@code failure} means, in the call's own context. */
  void fail(Throwable failure) {
    context.run(
        () -> {
          if (end()) {
            call.onError(ErrorStatus.of(failure));
          }
        });
  }

  /** Whether this was what ended it. */
  private synchronized boolean end() {
    if (over) {
      return false;
    }
    over = true;
    waiting = null;
    stopWatching.run();
    place.close();
    return true;
  }
}
