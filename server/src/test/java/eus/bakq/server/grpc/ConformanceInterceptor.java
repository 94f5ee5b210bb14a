package eus.bakq.server.grpc;

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
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.protobuf.StatusProto;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test that sees an error of another shape than docs/errors.md describes, or with a reason
 * that the method does not list in its {@code refusals} option. To be put on the channel of every
 * gRPC test, and registered with {@code @RegisterExtension}: the error is replaced at once, and the
 * test fails at its end even if it looked at nothing.
 *
 * <p>Not judged: what the client's own side makes (cancellation, deadline, a broken connection),
 * and {@code UNIMPLEMENTED}, which is gRPC's own answer for methods that a door does not have.
 */
public final class ConformanceInterceptor implements ClientInterceptor, AfterEachCallback {
  private static final Set<Reason> GENERAL =
      Set.of(
          Reason.REASON_CALLER_UNKNOWN,
          Reason.REASON_CALLER_NOT_ALLOWED,
          Reason.REASON_FIELD_INVALID,
          Reason.REASON_OVERLOADED,
          Reason.REASON_TEMPORARILY_UNAVAILABLE,
          Reason.REASON_INTERNAL,
          Reason.REASON_DATA_ALTERED);
  private static final Set<Status.Code> NOT_JUDGED =
      Set.of(Status.Code.CANCELLED, Status.Code.DEADLINE_EXCEEDED, Status.Code.UNIMPLEMENTED);
  private static final Map<Class<? extends com.google.protobuf.Message>, Integer> MOST_OF_EACH =
      Map.of(ErrorInfo.class, 1, BadRequest.class, 1, RetryInfo.class, 1);

  private final List<String> violations = Collections.synchronizedList(new ArrayList<>());

  /** What was seen and should not have been, and forgets it; empty if all was well. */
  public List<String> takeViolations() {
    synchronized (violations) {
      List<String> taken = List.copyOf(violations);
      violations.clear();
      return taken;
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    List<String> taken = takeViolations();
    if (!taken.isEmpty()) {
      throw new AssertionError("errors that break the contract: " + taken);
    }
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        super.start(new Judging<>(listener, method), headers);
      }
    };
  }

  private final class Judging<R> extends SimpleForwardingClientCallListener<R> {
    private final MethodDescriptor<?, ?> method;

    Judging(ClientCall.Listener<R> delegate, MethodDescriptor<?, ?> method) {
      super(delegate);
      this.method = method;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      Optional<String> violation = violation(method, status, trailers);
      if (violation.isEmpty()) {
        super.onClose(status, trailers);
        return;
      }
      String text = method.getFullMethodName() + ": " + violation.get() + " in " + status;
      violations.add(text);
      super.onClose(
          Status.UNKNOWN.withDescription(text).withCause(new AssertionError(text)), new Metadata());
    }
  }

  private static Optional<String> violation(
      MethodDescriptor<?, ?> method, Status status, Metadata trailers) {
    // A status that came over the wire has no cause; one that the client made of an exception has.
    if (status.isOk() || status.getCause() != null || NOT_JUDGED.contains(status.getCode())) {
      return Optional.empty();
    }
    com.google.rpc.Status details = StatusProto.fromStatusAndTrailers(status, trailers);
    if (details == null || details.getDetailsCount() == 0) {
      return Optional.of("no google.rpc.Status");
    }
    if (details.getCode() != status.getCode().value()) {
      return Optional.of("two codes");
    }
    if (details.getDetailsList().stream().anyMatch(detail -> !isKnown(detail))
        || MOST_OF_EACH.entrySet().stream()
            .anyMatch(most -> count(details, most.getKey()) > most.getValue())
        || count(details, ErrorInfo.class) != 1) {
      return Optional.of("not exactly one ErrorInfo, and at most one BadRequest and RetryInfo");
    }
    try {
      return violationOfDetails(method, details);
    } catch (InvalidProtocolBufferException e) {
      return Optional.of("details that cannot be read");
    }
  }

  private static Optional<String> violationOfDetails(
      MethodDescriptor<?, ?> method, com.google.rpc.Status details)
      throws InvalidProtocolBufferException {
    ErrorInfo info = detail(details, ErrorInfo.class).unpack(ErrorInfo.class);
    if (!info.getDomain().equals(ErrorStatus.DOMAIN)
        || !info.getMetadataOrDefault(ErrorStatus.CORRELATION_ID, "").matches("[0-9a-f]{32}")
        || info.getMetadataCount() != 1) {
      return Optional.of("an ErrorInfo without our domain or the correlation id");
    }
    Reason reason;
    try {
      reason = Reason.valueOf("REASON_" + info.getReason());
    } catch (IllegalArgumentException e) {
      return Optional.of("the unknown reason " + info.getReason());
    }
    if (!GENERAL.contains(reason) && !refusals(method).contains(reason)) {
      return Optional.of("the reason " + info.getReason() + ", which the method does not list");
    }
    if (reason == Reason.REASON_INTERNAL && !details.getMessage().isEmpty()) {
      return Optional.of("a message about a fault of ours");
    }
    boolean waits = details.getCode() == Status.Code.UNAVAILABLE.value();
    if (waits && count(details, RetryInfo.class) == 0) {
      return Optional.of("no RetryInfo");
    }
    if (reason == Reason.REASON_FIELD_INVALID
        && (count(details, BadRequest.class) == 0
            || detail(details, BadRequest.class).unpack(BadRequest.class).getFieldViolationsCount()
                == 0)) {
      return Optional.of("no field named");
    }
    return Optional.empty();
  }

  private static List<Reason> refusals(MethodDescriptor<?, ?> method) {
    return method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier schema
        ? schema.getMethodDescriptor().getOptions().getExtension(Contract.refusals)
        : List.of();
  }

  private static boolean isKnown(Any detail) {
    return MOST_OF_EACH.keySet().stream().anyMatch(detail::is);
  }

  private static long count(
      com.google.rpc.Status details, Class<? extends com.google.protobuf.Message> type) {
    return details.getDetailsList().stream().filter(detail -> detail.is(type)).count();
  }

  private static Any detail(
      com.google.rpc.Status details, Class<? extends com.google.protobuf.Message> type) {
    return details.getDetailsList().stream()
        .filter(candidate -> candidate.is(type))
        .findFirst()
        .orElseThrow();
  }
}
