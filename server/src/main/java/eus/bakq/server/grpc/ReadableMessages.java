package eus.bakq.server.grpc;

import eus.bakq.server.failure.MalformedException;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends in our shape what gRPC would end in its own, as a fault of ours: a message that cannot be
 * read (not a protobuf, text that is not UTF-8), and a call of one message that brings none or a
 * second one.
 *
 * <p>It works on services whose messages are read within the call: {@link
 * io.grpc.ServerInterceptors#useInputStreamMessages}. Outside it, every listener's messages are
 * streams of bytes.
 */
final class ReadableMessages implements ServerInterceptor {
  /** What stands for the whole message where a field is named. */
  static final String WHOLE_MESSAGE = "message";

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    ServerCall<Q, R> answeredOnce = new AnsweredOnce<>(call);
    return new Reading<>(answeredOnce, next.startCall(answeredOnce, headers));
  }

  /**
   * A call that a service may end beside the thread of its messages, as the clock of the streams
   * does: what comes second is not told, for the caller has his answer.
   */
  private static final class AnsweredOnce<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final AtomicBoolean answered = new AtomicBoolean();

    AnsweredOnce(ServerCall<Q, R> delegate) {
      super(delegate);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (answered.compareAndSet(false, true)) {
        super.close(status, trailers);
      }
    }
  }

  /** Called by one thread at a time, as gRPC does. */
  private static final class Reading<Q> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, ?> call;
    private final boolean one;
    private int messages;
    private boolean refused;

    Reading(ServerCall<Q, ?> call, ServerCall.Listener<Q> delegate) {
      super(delegate);
      this.call = call;
      this.one = call.getMethodDescriptor().getType().clientSendsOneMessage();
    }

    @Override
    public void onMessage(Q message) {
      if (refused) {
        return;
      }
      messages++;
      if (one && messages > 1) {
        refuse(new MalformedException(WHOLE_MESSAGE, "is one and no more in this call"));
        return;
      }
      try {
        super.onMessage(message);
      } catch (StatusRuntimeException e) { // Of gRPC's parser; services throw nothing here.
        MalformedException malformed =
            new MalformedException(
                WHOLE_MESSAGE,
                "is a protobuf message of this call's request, with UTF-8 in its text fields");
        malformed.initCause(e);
        refuse(malformed);
      }
    }

    @Override
    public void onHalfClose() {
      if (refused) {
        return;
      }
      if (one && messages == 0) {
        refuse(new MalformedException(WHOLE_MESSAGE, "is sent before the call is half-closed"));
        return;
      }
      super.onHalfClose();
    }

    /** What the caller does after his answer is nothing to the service. */
    @Override
    public void onCancel() {
      if (!refused) {
        super.onCancel();
      }
    }

    /**
     * Ends the call, and the service's part in it: gRPC says of a call that was answered only that
     * it is complete, and a stream would keep its place and what it holds until its time is over.
     */
    private void refuse(MalformedException malformed) {
      refused = true;
      StatusRuntimeException answer = ErrorStatus.of(malformed);
      call.close(answer.getStatus(), answer.getTrailers());
      super.onCancel();
    }
  }
}
