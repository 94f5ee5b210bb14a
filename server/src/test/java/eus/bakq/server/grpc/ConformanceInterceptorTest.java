package eus.bakq.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import eus.bakq.relyingparty.v1.GetSignatureRequestRequest;
import eus.bakq.relyingparty.v1.GetSignatureRequestResponse;
import eus.bakq.relyingparty.v1.SignatureRequestServiceGrpc;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The judge is judged: each break of the contract is seen, and nothing else is. */
class ConformanceInterceptorTest {
  private final ConformanceInterceptor conformance = new ConformanceInterceptor();
  private StatusRuntimeException end;
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws IOException {
    String name = UUID.randomUUID().toString();
    server =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .addService(
                new SignatureRequestServiceGrpc.SignatureRequestServiceImplBase() {
                  @Override
                  public void getSignatureRequest(
                      GetSignatureRequestRequest request,
                      StreamObserver<GetSignatureRequestResponse> observer) {
                    observer.onError(end);
                  }
                })
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().intercept(conformance).build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  @Test
  void acceptsARefusalThatTheMethodLists() {
    accepts(ErrorStatus.of(new RefusedException(Refusal.SIGNATURE_REQUEST_NOT_FOUND)));
  }

  @Test
  void acceptsTheGeneralReasons() {
    accepts(ErrorStatus.of(new RefusedException(Refusal.CALLER_UNKNOWN)));
    accepts(ErrorStatus.of(new IllegalStateException()));
  }

  @Test
  void failsARefusalThatTheMethodDoesNotList() {
    fails(ErrorStatus.of(new RefusedException(Refusal.SIGNER_STATE)), "does not list");
  }

  @Test
  void failsAnEndWithoutDetails() {
    fails(Status.NOT_FOUND.asRuntimeException(), "no google.rpc.Status");
    fails(Status.UNAVAILABLE.withDescription("x").asRuntimeException(), "no google.rpc.Status");
  }

  @Test
  void failsAnotherDomainAMissingCorrelationIdAndUnknownReasons() {
    ErrorInfo good = ErrorInfo.newBuilder().setReason("INTERNAL").setDomain("bakq.eus").build();
    fails(ended(good), "correlation id");
    ErrorInfo.Builder identified = good.toBuilder().putMetadata("correlation_id", "0".repeat(32));
    fails(ended(identified.clone().setDomain("example.org").build()), "our domain");
    fails(ended(identified.clone().setReason("OOPS").build()), "unknown reason");
  }

  @Test
  void failsAMessageAboutAFaultOfOurs() {
    ErrorInfo info =
        ErrorInfo.newBuilder()
            .setReason("INTERNAL")
            .setDomain("bakq.eus")
            .putMetadata("correlation_id", "0".repeat(32))
            .build();
    fails(
        StatusProto.toStatusRuntimeException(
            com.google.rpc.Status.newBuilder()
                .setCode(Code.INTERNAL_VALUE)
                .setMessage("NullPointerException")
                .addDetails(Any.pack(info))
                .build()),
        "a message");
  }

  private static StatusRuntimeException ended(ErrorInfo info) {
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(Code.INTERNAL_VALUE)
            .addDetails(Any.pack(info))
            .build());
  }

  private void accepts(StatusRuntimeException answer) {
    end = answer;
    assertThatThrownBy(() -> Doors.callAsSede(channel))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            seen -> assertThat(seen.getStatus().getCode()).isEqualTo(answer.getStatus().getCode()));
    assertThat(conformance.takeViolations()).isEmpty();
  }

  private void fails(StatusRuntimeException answer, String why) {
    end = answer;
    assertThatThrownBy(() -> Doors.callAsSede(channel)).hasMessageContaining(why);
    assertThatThrownBy(() -> conformance.afterEach(null))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(why);
  }
}
