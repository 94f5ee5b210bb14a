package eus.bakq.demo;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import eus.bakq.contract.v1.Contract;
import eus.bakq.contract.v1.Reason;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Watches every answer of every door of a world, and remembers those that docs/errors.md does not
 * allow: without exactly one ErrorInfo of ours, with a detail that is not ours, or with a reason
 * that the method does not list. UNIMPLEMENTED is gRPC's own answer and has no details.
 */
final class Conformance implements ClientInterceptor {
  private static final Set<Reason> OF_EVERY_METHOD =
      Set.of(
          Reason.REASON_CALLER_UNKNOWN,
          Reason.REASON_CALLER_NOT_ALLOWED,
          Reason.REASON_FIELD_INVALID,
          Reason.REASON_OVERLOADED,
          Reason.REASON_TEMPORARILY_UNAVAILABLE,
          Reason.REASON_DATA_ALTERED);

  private final Queue<String> violations = new ConcurrentLinkedQueue<>();

  /** Fails if there was a violation since the last time. */
  void requireNoViolation() {
    List<String> seen = takeViolations();
    if (!seen.isEmpty()) {
      throw new AssertionError("answers that break the contract: " + seen);
    }
  }

  /** What was seen since the last time. */
  List<String> takeViolations() {
    List<String> seen = List.copyOf(violations);
    violations.clear();
    return seen;
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        super.start(
            new SimpleForwardingClientCallListener<>(listener) {
              @Override
              public void onClose(Status status, Metadata trailers) {
                judge(method, status, trailers);
                super.onClose(status, trailers);
              }
            },
            headers);
      }
    };
  }

  private void judge(MethodDescriptor<?, ?> method, Status status, Metadata trailers) {
    // What came over the wire has no cause; what the client's own side made (no TLS, say) has one.
    boolean ownSide = status.getCause() != null;
    if (HealthGrpc.SERVICE_NAME.equals(method.getServiceName())) {
      return; // gRPC's own, which ends as its transport does
    }
    if (status.isOk() || ownSide || status.getCode() == Status.Code.UNIMPLEMENTED) {
      return;
    }
    com.google.rpc.Status answer = StatusProto.fromStatusAndTrailers(status, trailers);
    try {
      String reason = reasonOf(answer);
      if (!allowed(method).contains(reason)) {
        violations.add(method.getFullMethodName() + " does not list " + reason);
      }
    } catch (InvalidProtocolBufferException | IllegalStateException e) {
      violations.add(method.getFullMethodName() + ": " + e.getMessage() + " in " + status);
    }
  }

  private static String reasonOf(com.google.rpc.Status answer)
      throws InvalidProtocolBufferException {
    ErrorInfo found = null;
    for (Any detail : answer == null ? List.<Any>of() : answer.getDetailsList()) {
      if (detail.is(ErrorInfo.class) && found == null) {
        found = detail.unpack(ErrorInfo.class);
      } else if (!detail.is(BadRequest.class) && !detail.is(RetryInfo.class)) {
        throw new IllegalStateException("a detail too many");
      }
    }
    if (found == null
        || !found.getDomain().equals("bakq.eus")
        || found.getMetadataCount() != 1
        || !found.getMetadataOrDefault("correlation_id", "").matches("[0-9a-f]{32}")) {
      throw new IllegalStateException("not one ErrorInfo of ours");
    }
    return found.getReason();
  }

  private static List<String> allowed(MethodDescriptor<?, ?> method) {
    if (!(method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier schema)) {
      throw new IllegalStateException("not a method of a contract");
    }
    List<Reason> listed = schema.getMethodDescriptor().getOptions().getExtension(Contract.refusals);
    return java.util.stream.Stream.concat(listed.stream(), OF_EVERY_METHOD.stream())
        .map(reason -> reason.name().substring("REASON_".length()))
        .toList();
  }
}
