package eus.bakq.server.grpc;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import eus.bakq.contract.v1.Caller;
import eus.bakq.contract.v1.Contract;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoServiceDescriptorSupplier;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Date;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Who may call what, for every service: its {@code caller} option must be that of the listener, and
 * where the audience has certificates, the one of this connection must be registered with the
 * audience's role (API-01). A service without the option is refused to everybody.
 *
 * <p>The certificate is looked at for each call, not for each connection: one that expires or is
 * taken from the register stops working at once. What a registered caller may do is counted, so
 * that none fills the record, or keeps us busy, with calls that change nothing (API-07).
 */
final class CallerInterceptor implements ServerInterceptor {
  private final Audience audience;
  private final Function<Bytes, Optional<RegisteredCaller>> callers;
  private final RefusalSink refusals;
  private final CallQuota quota;
  private final Clock clock;

  /**
   * @param callers finds a caller by the SHA-256 of the client certificate in DER
   * @param quota is asked for each call that is admitted, whatever it is
   */
  CallerInterceptor(
      Audience audience,
      Function<Bytes, Optional<RegisteredCaller>> callers,
      RefusalSink refusals,
      CallQuota quota,
      Clock clock) {
    this.audience = audience;
    this.callers = callers;
    this.refusals = refusals;
    this.quota = quota;
    this.clock = clock;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    Context context;
    try {
      context = admit(call);
    } catch (Throwable failure) { // The edge: nothing is served to a caller who was not judged.
      return end(call, failure);
    }
    return Contexts.interceptCall(
        context, call, headers, (admitted, sent) -> count(admitted, sent, next));
  }

  /** Counts within the call's context: one too many is recorded with whose it was. */
  private <Q, R> ServerCall.Listener<Q> count(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    Optional<RegisteredCaller> caller = CallerContext.find();
    if (caller.isPresent()) {
      try {
        quota.count(caller.get().name());
      } catch (Throwable failure) { // The edge, as above.
        return end(call, failure);
      }
    }
    return next.startCall(call, headers);
  }

  private static <Q, R> ServerCall.Listener<Q> end(ServerCall<Q, R> call, Throwable failure) {
    StatusRuntimeException answer = ErrorStatus.of(failure);
    call.close(answer.getStatus(), answer.getTrailers());
    return new ServerCall.Listener<>() {};
  }

  private Context admit(ServerCall<?, ?> call) throws RefusedException {
    MethodDescriptor<?, ?> method = call.getMethodDescriptor();
    if (audience.role().isEmpty()) {
      requireCallerOption(method, Optional.empty(), Optional.empty());
      return Context.current();
    }
    X509Certificate certificate = clientCertificate(call);
    Bytes fingerprint = fingerprint(certificate);
    Optional<RegisteredCaller> caller =
        isValidNow(certificate) ? callers.apply(fingerprint) : Optional.empty();
    if (caller.isEmpty()) {
      throw refuse(method, Refusal.CALLER_UNKNOWN, caller, Optional.of(fingerprint));
    }
    requireCallerOption(method, caller, Optional.of(fingerprint));
    if (caller.get().role() != audience.role().get()) {
      throw refuse(method, Refusal.CALLER_NOT_ALLOWED, caller, Optional.of(fingerprint));
    }
    return CallerContext.with(Context.current(), caller.get());
  }

  private void requireCallerOption(
      MethodDescriptor<?, ?> method, Optional<RegisteredCaller> caller, Optional<Bytes> fingerprint)
      throws RefusedException {
    boolean fits =
        method.getSchemaDescriptor() instanceof ProtoServiceDescriptorSupplier schema
            && callerOf(schema.getServiceDescriptor()) == audience.caller();
    if (!fits) {
      throw refuse(method, Refusal.CALLER_NOT_ALLOWED, caller, fingerprint);
    }
  }

  /** The {@code caller} option of a service; unspecified if it has none. */
  static Caller callerOf(ServiceDescriptor service) {
    return service.getOptions().getExtension(Contract.caller);
  }

  private RefusedException refuse(
      MethodDescriptor<?, ?> method,
      Refusal refusal,
      Optional<RegisteredCaller> caller,
      Optional<Bytes> fingerprint) {
    refusals.record(
        new RefusedCall(
            audience,
            method.getFullMethodName(),
            refusal,
            caller.map(RegisteredCaller::name),
            fingerprint,
            CorrelationId.current()));
    return new RefusedException(refusal);
  }

  private boolean isValidNow(X509Certificate certificate) {
    try {
      certificate.checkValidity(Date.from(clock.instant()));
      return true;
    } catch (CertificateExpiredException | CertificateNotYetValidException e) {
      return false;
    }
  }

  private static X509Certificate clientCertificate(ServerCall<?, ?> call) {
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (session == null) {
      throw new IllegalStateException(
          "a listener with client certificates was reached without TLS");
    }
    try {
      return (X509Certificate) session.getPeerCertificates()[0];
    } catch (SSLPeerUnverifiedException e) {
      throw new IllegalStateException("TLS let a client in without a certificate", e);
    }
  }

  private static Bytes fingerprint(X509Certificate certificate) {
    try {
      return Bytes.copyOf(Bytes.sha256(certificate.getEncoded()));
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("TLS accepted a certificate that has no encoding", e);
    }
  }
}
