package eus.bakq.server.grpc;

import eus.bakq.server.failure.RefusedException;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** How a service answers: with what its work returns, or with the error that its failure means. */
public final class Replies {
  /** The work of one call; it returns the response. */
  @FunctionalInterface
  public interface Work<T> {
    T run() throws RefusedException;
  }

  private Replies() {}

  /**
   * Does {@code work} on the calling thread and answers exactly once, unless the caller has gone.
   * Work whose caller went away while it waited for a worker is not begun; work that was begun is
   * finished, whether or not anybody waits for the answer.
   */
  public static <T> void reply(StreamObserver<T> observer, Work<T> work) {
    if (observer instanceof ServerCallStreamObserver<T> call) {
      // Answering a caller who has gone is then no error.
      call.setOnCancelHandler(() -> {});
    }
    if (Context.current().isCancelled()) {
      return;
    }
    T response;
    try {
      response = work.run();
    } catch (Throwable failure) { // The edge: an Error, too, must end the call in our shape.
      observer.onError(ErrorStatus.of(failure));
      return;
    }
    observer.onNext(response);
    observer.onCompleted();
  }
}
