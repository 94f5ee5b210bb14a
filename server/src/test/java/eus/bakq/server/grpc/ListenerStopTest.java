package eus.bakq.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.rpc.RetryInfo;
import eus.bakq.relyingparty.v1.GetSignatureRequestResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the doors stop: who is told what, and how long it lasts (docs/signing-cycle.md, 11). */
class ListenerStopTest {
  private static final ExecutorService THREADS =
      Executors.newFixedThreadPool(2, Thread.ofPlatform().daemon().factory());

  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch mayEnd = new CountDownLatch(1);

  @TempDir Path folder;

  @Test
  void tellsNewCallsToComeAgainWhileThoseUnderWayEnd() throws Exception {
    Doors doors = Doors.open(folder, stoppingWithin(Duration.ofMinutes(2)));
    ManagedChannel channel = doors.channel(Audience.RELYING_PARTY, Optional.of(doors.sede));
    Iterator<HealthCheckResponse> watched =
        HealthGrpc.newBlockingStub(channel).watch(HealthCheckRequest.getDefaultInstance());
    assertThat(watched.next().getStatus()).isEqualTo(ServingStatus.SERVING);
    var underWay = longCall(doors, channel);

    Thread stopping = Thread.ofPlatform().start(doors.listeners::close);

    assertThat(watched.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
    Throwable refused = refusedSoon(channel);
    assertThat(Errors.reason(refused)).isEqualTo("TEMPORARILY_UNAVAILABLE");
    assertThat(Errors.detail(refused, RetryInfo.class).getRetryDelay().getSeconds()).isPositive();
    assertThat(underWay.isDone()).isFalse();

    mayEnd.countDown();
    assertThat(underWay.get(60, TimeUnit.SECONDS)).isNotNull();
    assertThat(stopping.join(Duration.ofMinutes(1))).isTrue();
    doors.close();
  }

  @Test
  void cutsACallThatNeverEndsAndWaitsForItsWorkOnlySoLong() throws Exception {
    Doors doors = Doors.open(folder, stoppingWithin(Duration.ofMillis(200)));
    var underWay = longCall(doors, doors.channel(Audience.RELYING_PARTY, Optional.of(doors.sede)));

    assertThatThrownBy(doors.listeners::close)
        .as("its work goes on, and who stops the server is told")
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("RELYING_PARTY");

    Throwable cut = catchThrowable(() -> underWay.get(60, TimeUnit.SECONDS));
    assertThat(cut).isInstanceOf(ExecutionException.class);
    assertThat(((StatusRuntimeException) cut.getCause()).getStatus().getCode())
        .isIn(Status.Code.UNAVAILABLE, Status.Code.CANCELLED);
    mayEnd.countDown();
    doors.close(); // and now it has ended
  }

  /** Between being asked to stop and refusing there is a moment in which a call is still served. */
  private static Throwable refusedSoon(ManagedChannel channel) throws InterruptedException {
    for (int call = 0; call < 100; call++) {
      Throwable thrown = catchThrowable(() -> Doors.callAsSede(channel));
      if (thrown != null) {
        return thrown;
      }
      Thread.sleep(Duration.ofMillis(20));
    }
    throw new AssertionError("still served");
  }

  private CompletableFuture<GetSignatureRequestResponse> longCall(
      Doors doors, ManagedChannel channel) throws InterruptedException {
    doors.work =
        () -> {
          begun.countDown();
          try {
            mayEnd.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    var call = CompletableFuture.supplyAsync(() -> Doors.callAsSede(channel), THREADS);
    assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
    doors.work = () -> {};
    return call;
  }

  private static ListenerBounds stoppingWithin(Duration drain) {
    ListenerBounds quick = Doors.bounds(4096, 8, 2, 2);
    return new ListenerBounds(
        quick.maxInboundMessageBytes(),
        quick.maxConnections(),
        quick.maxConcurrentCallsPerConnection(),
        quick.maxHeaderBytes(),
        quick.workers(),
        quick.waitingCalls(),
        quick.handshakeTimeout(),
        quick.maxConnectionIdle(),
        quick.maxConnectionAge(),
        drain);
  }
}
