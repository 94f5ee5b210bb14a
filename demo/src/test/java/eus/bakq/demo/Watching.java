package eus.bakq.demo;

import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestServiceGrpc;
import eus.bakq.relyingparty.v1.WatchSignatureRequestRequest;
import eus.bakq.relyingparty.v1.WatchSignatureRequestResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One watch, and what it has told. For one thread. */
final class Watching
    implements ClientResponseObserver<WatchSignatureRequestRequest, WatchSignatureRequestResponse> {
  private static final int LONGEST_WAIT_SECONDS = 20;

  /** What came: the request as it is, or the end of the call. */
  private record News(Optional<SignatureRequest> request, Optional<Throwable> failure) {}

  private final BlockingQueue<News> news = new LinkedBlockingQueue<>();
  private ClientCallStreamObserver<WatchSignatureRequestRequest> call;

  private Watching() {}

  static Watching begin(Channel channel, String id) {
    Watching watching = new Watching();
    SignatureRequestServiceGrpc.newStub(channel)
        .watchSignatureRequest(
            WatchSignatureRequestRequest.newBuilder().setId(id).build(), watching);
    return watching;
  }

  /** Waits for the next news; what refuses the call is thrown. */
  SignatureRequest next() {
    return take().request().orElseThrow(() -> new AssertionError("the watch has ended"));
  }

  /** Waits for the end, which has to be the next that comes. */
  void awaitEnd() {
    take()
        .request()
        .ifPresent(
            request -> {
              throw new AssertionError("news instead of the end: " + request.getState());
            });
  }

  private News take() {
    try {
      News next = news.poll(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("nothing was told");
      }
      if (next.failure().isPresent()) {
        throw (StatusRuntimeException) next.failure().get();
      }
      return next;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  void goAway() {
    call.cancel("the sede has gone", Status.CANCELLED.asRuntimeException());
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<WatchSignatureRequestRequest> started) {
    call = started;
  }

  @Override
  public void onNext(WatchSignatureRequestResponse response) {
    news.add(new News(Optional.of(response.getSignatureRequest()), Optional.empty()));
  }

  @Override
  public void onError(Throwable failure) {
    news.add(new News(Optional.empty(), Optional.of(failure)));
  }

  @Override
  public void onCompleted() {
    news.add(new News(Optional.empty(), Optional.empty()));
  }
}
