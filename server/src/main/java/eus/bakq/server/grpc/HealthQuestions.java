package eus.bakq.server.grpc;

import eus.bakq.server.failure.MalformedException;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import java.util.regex.Pattern;

/**
 * Holds questions about health to what the name of a service can be: gRPC's own service repeats the
 * name that it does not know, however long it is, and keeps it as long as somebody watches. Whoever
 * asks is nobody yet.
 */
final class HealthQuestions implements ServerInterceptor {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.]{0,200}");

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      private boolean refused;

      @Override
      public void onMessage(Q message) {
        if (message instanceof HealthCheckRequest question
            && !NAME.matcher(question.getService()).matches()) {
          refused = true;
          StatusRuntimeException answer =
              ErrorStatus.of(
                  new MalformedException(
                      "service", "has at most 200 characters, each a letter, digit, _ or dot"));
          call.close(answer.getStatus(), answer.getTrailers());
          return;
        }
        super.onMessage(message);
      }

      @Override
      public void onHalfClose() {
        if (!refused) {
          super.onHalfClose();
        }
      }
    };
  }
}
