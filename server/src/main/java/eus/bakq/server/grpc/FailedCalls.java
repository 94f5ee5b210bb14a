package eus.bakq.server.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import eus.bakq.server.caller.RegisteredCaller;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Tells of every call that ends otherwise than with success, so that each outcome is in the record
 * (AUD-01): but for those whose reason always has a record of its own, on who or what it was about.
 */
final class FailedCalls implements ServerInterceptor {
  /** Recorded where they are decided, with more than is known here. */
  private static final Set<String> RECORDED_APART =
      Set.of(
          "CALLER_UNKNOWN",
          "CALLER_NOT_ALLOWED",
          "AUTHENTICATION_FAILED",
          "ACTIVATION_REFUSED",
          "PERSONAL_DATA_NOT_CONFIRMED");

  private final Consumer<FailedCall> sink;

  /**
   * @param sink never waits and never throws: it is told before the caller is
   */
  FailedCalls(Consumer<FailedCall> sink) {
    this.sink = sink;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    return next.startCall(new Counted<>(call), headers);
  }

  private final class Counted<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private Counted(ServerCall<Q, R> delegate) {
      super(delegate);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!status.isOk()) {
        reason(status, trailers)
            .filter(reason -> !RECORDED_APART.contains(reason))
            .ifPresent(reason -> sink.accept(failed(status, reason)));
      }
      super.close(status, trailers);
    }

    private FailedCall failed(Status status, String reason) {
      return new FailedCall(
          getMethodDescriptor().getFullMethodName(),
          reason,
          isFault(status),
          CallerContext.find().map(RegisteredCaller::name),
          CorrelationId.current());
    }
  }

  private static boolean isFault(Status status) {
    return switch (status.getCode()) {
      case INTERNAL, UNAVAILABLE, DATA_LOSS, UNKNOWN -> true;
      default -> false;
    };
  }

  /** Empty for what is no answer of ours, such as a call that its caller has left. */
  private static Optional<String> reason(Status status, Metadata trailers) {
    com.google.rpc.Status answer = StatusProto.fromStatusAndTrailers(status, trailers);
    if (answer == null) {
      return Optional.empty();
    }
    for (Any detail : answer.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        try {
          return Optional.of(detail.unpack(ErrorInfo.class).getReason());
        } catch (InvalidProtocolBufferException e) {
          throw new IllegalStateException("an answer of ours cannot be read", e);
        }
      }
    }
    return Optional.empty();
  }
}
