package eus.bakq.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.ByteString;
import eus.bakq.relyingparty.v1.CreateSignatureRequestRequest;
import eus.bakq.relyingparty.v1.DocumentToSign;
import eus.bakq.relyingparty.v1.GetSignatureRequestRequest;
import eus.bakq.relyingparty.v1.GetSignatureRequestResponse;
import eus.bakq.relyingparty.v1.SignatureRequestServiceGrpc;
import eus.bakq.relyingparty.v1.UploadDocumentRequest;
import eus.bakq.relyingparty.v1.UploadDocumentResponse;
import eus.bakq.relyingparty.v1.WatchSignatureRequestRequest;
import eus.bakq.relyingparty.v1.WatchSignatureRequestResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a listener takes at most (API-07), and how it stops. */
class ListenerBoundsTest {
  private static final String SEDE_SERVICE = "bakq.relyingparty.v1.SignatureRequestService";

  private static final ExecutorService THREADS =
      Executors.newFixedThreadPool(4, Thread.ofPlatform().daemon().factory());

  @TempDir Path folder;

  @Test
  void refusesACallAtOnceWhenAllPlacesAreTakenAndStillTellsItsHealth() throws Exception {
    try (Doors doors = Doors.open(folder, Doors.bounds(4096, 8, 1, 1))) {
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch mayEnd = new CountDownLatch(1);
      doors.work =
          () -> {
            begun.countDown();
            await(mayEnd);
          };
      ManagedChannel channel = doors.channel(Audience.RELYING_PARTY, Optional.of(doors.sede));
      var worked = calling(channel);
      await(begun);
      // The one worker is busy. Of two further calls one gets the waiting place; the other is
      // refused while the worker is still busy.
      var one = calling(channel);
      var other = calling(channel);
      Throwable refused =
          catchThrowable(() -> CompletableFuture.anyOf(one, other).get(20, TimeUnit.SECONDS));
      assertThat(Errors.reason(refused.getCause())).isEqualTo("OVERLOADED");
      assertThat(health(channel, "")).isEqualTo(ServingStatus.SERVING);
      mayEnd.countDown();
      worked.get(20, TimeUnit.SECONDS);
      (one.isCompletedExceptionally() ? other : one).get(20, TimeUnit.SECONDS);
      assertThat(doors.served).hasSize(2);
      assertThat(doors.conformance.takeViolations()).isEmpty();
    }
  }

  @Test
  void refusesWhileEveryWorkerIsBusyWithoutWaitingForOne() throws Exception {
    try (Doors doors = Doors.open(folder, Doors.bounds(4096, 8, 1, 0))) {
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch mayEnd = new CountDownLatch(1);
      doors.work =
          () -> {
            begun.countDown();
            await(mayEnd);
          };
      ManagedChannel channel = doors.channel(Audience.RELYING_PARTY, Optional.of(doors.sede));
      var worked = calling(channel);
      await(begun);
      for (int i = 0; i < 20; i++) {
        Throwable thrown = catchThrowable(() -> Doors.callAsSede(channel));
        assertThat(Errors.reason(thrown)).isEqualTo("OVERLOADED");
      }
      mayEnd.countDown();
      worked.get(20, TimeUnit.SECONDS);
      Doors.callAsSede(channel);
      assertThat(doors.served).hasSize(2);
      assertThat(doors.conformance.takeViolations()).isEmpty();
    }
  }

  @Test
  void streamsThatHaveBegunKeepNobodyFromWorking() throws Exception {
    try (Doors doors = Doors.open(folder, Doors.bounds(4096, 8, 1, 0))) {
      ManagedChannel channel = doors.channel(Audience.RELYING_PARTY, Optional.of(doors.sede));
      List<Iterator<WatchSignatureRequestResponse>> watches = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        watches.add(begunWatch(channel));
        var upload =
            SignatureRequestServiceGrpc.newStub(channel)
                .uploadDocument(new Ignored<UploadDocumentResponse>());
        upload.onNext(UploadDocumentRequest.getDefaultInstance());
      }
      retried(channel);
      assertThat(doors.served).contains("sede-test");
      assertThat(watches).hasSize(5);
    }
  }

  /** A watch that has its first news, however often it was refused for want of a place before. */
  private static Iterator<WatchSignatureRequestResponse> begunWatch(ManagedChannel channel) {
    for (int attempt = 0; attempt < 100; attempt++) {
      Iterator<WatchSignatureRequestResponse> watch =
          SignatureRequestServiceGrpc.newBlockingStub(channel)
              .watchSignatureRequest(WatchSignatureRequestRequest.getDefaultInstance());
      Throwable refused = catchThrowable(watch::next);
      if (refused == null) {
        return watch;
      }
      assertThat(Errors.reason(refused)).isEqualTo("OVERLOADED");
    }
    throw new AssertionError("no watch began");
  }

  private static final class Ignored<T> implements StreamObserver<T> {
    @Override
    public void onNext(T value) {}

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {}
  }

  @Test
  void givesBackThePlacesOfCallsThatEndBadly() throws Exception {
    try (Doors doors = Doors.open(folder, Doors.bounds(4096, 8, 1, 0))) {
      doors.work =
          () -> {
            throw new IllegalStateException("a fault of ours");
          };
      ManagedChannel channel = doors.channel(Audience.RELYING_PARTY, Optional.of(doors.sede));
      ManagedChannel stranger = doors.channel(Audience.RELYING_PARTY, Optional.of(doors.officer));
      for (int i = 0; i < 5; i++) {
        assertThat(Errors.reason(catchThrowable(() -> retried(channel)))).isEqualTo("INTERNAL");
        assertThat(Errors.reason(catchThrowable(() -> retried(stranger))))
            .isEqualTo("CALLER_NOT_ALLOWED");
      }
      doors.work = () -> {};
      retried(channel);
      assertThat(doors.served).hasSize(1);
    }
  }

  /** A place is given back a moment after the answer left; a client would wait and repeat, too. */
  private static void retried(ManagedChannel channel) throws InterruptedException {
    for (int attempt = 0; attempt < 100; attempt++) {
      Throwable thrown = catchThrowable(() -> Doors.callAsSede(channel));
      if (thrown == null) {
        return;
      }
      if (!Errors.reason(thrown).equals("OVERLOADED")) {
        throw (RuntimeException) thrown;
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
    throw new AssertionError("the place was never given back");
  }

  @Test
  void closesConnectionsBeyondTheBoundAndTakesNewOnesWhenOthersHaveGone() throws Exception {
    try (Doors doors = Doors.open(folder, Doors.bounds(4096, 1, 2, 2))) {
      ManagedChannel first = doors.channel(Audience.RELYING_PARTY, Optional.of(doors.sede));
      Doors.callAsSede(first);
      ManagedChannel second = doors.channel(Audience.RELYING_PARTY, Optional.of(doors.sede));
      assertThat(Status.fromThrowable(catchThrowable(() -> Doors.callAsSede(second))).getCode())
          .isEqualTo(Status.Code.UNAVAILABLE);
      Doors.callAsSede(first);
      first.shutdownNow();
      assertThat(first.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
      SignatureRequestServiceGrpc.newBlockingStub(second)
          .withWaitForReady()
          .withDeadlineAfter(30, TimeUnit.SECONDS)
          .getSignatureRequest(GetSignatureRequestRequest.getDefaultInstance());
      assertThat(doors.served).hasSize(3);
    }
  }

  @Test
  void readsNoMessageOverTheBound() throws Exception {
    try (Doors doors = Doors.open(folder, Doors.bounds(4096, 8, 2, 2))) {
      ManagedChannel channel = doors.channel(Audience.RELYING_PARTY, Optional.of(doors.sede));
      var big =
          CreateSignatureRequestRequest.newBuilder()
              .addDocuments(
                  DocumentToSign.newBuilder().setContent(ByteString.copyFrom(new byte[5000])))
              .build();
      Throwable thrown =
          catchThrowable(
              () ->
                  SignatureRequestServiceGrpc.newBlockingStub(channel)
                      .withDeadlineAfter(20, TimeUnit.SECONDS)
                      .createSignatureRequest(big));
      assertThat(Status.fromThrowable(thrown).getCode()).isNotEqualTo(Status.Code.OK);
      assertThat(doors.served).isEmpty();
      doors.conformance.takeViolations(); // gRPC's own end: docs/errors.md says so
    }
  }

  @Test
  void letsCallsUnderWayEndWhenItStops() throws Exception {
    Doors doors = Doors.open(folder);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    doors.work =
        () -> {
          begun.countDown();
          await(mayEnd);
        };
    ManagedChannel channel = doors.channel(Audience.RELYING_PARTY, Optional.of(doors.sede));
    assertThat(health(channel, "")).isEqualTo(ServingStatus.SERVING);
    assertThat(health(channel, SEDE_SERVICE)).isEqualTo(ServingStatus.SERVING);
    var underWay = calling(channel);
    await(begun);
    doors.listeners.listener(Audience.RELYING_PARTY).announceStop();
    assertThat(health(channel, "")).isEqualTo(ServingStatus.NOT_SERVING);
    assertThat(health(channel, SEDE_SERVICE)).isEqualTo(ServingStatus.NOT_SERVING);
    Thread stopping = Thread.ofPlatform().start(doors.listeners::close);
    mayEnd.countDown();
    assertThat(underWay.get(20, TimeUnit.SECONDS)).isNotNull();
    stopping.join(Duration.ofSeconds(30));
    assertThat(stopping.isAlive()).isFalse();
    doors.close();
  }

  @Test
  void refusesBoundsOutsideTheirOwn() {
    assertThatThrownBy(() -> Doors.bounds(1023, 8, 1, 1)).hasMessageContaining("1024 to");
    assertThatThrownBy(() -> Doors.bounds(4096, 0, 1, 1)).hasMessageContaining("maxConnections");
    assertThatThrownBy(() -> Doors.bounds(4096, 8, 0, 1)).hasMessageContaining("workers");
    assertThatThrownBy(() -> Doors.bounds(4096, 8, 1, 1001)).hasMessageContaining("waitingCalls");
  }

  private static CompletableFuture<GetSignatureRequestResponse> calling(ManagedChannel channel) {
    return CompletableFuture.supplyAsync(() -> Doors.callAsSede(channel), THREADS);
  }

  private static ServingStatus health(ManagedChannel channel, String service) {
    return HealthGrpc.newBlockingStub(channel)
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .check(HealthCheckRequest.newBuilder().setService(service).build())
        .getStatus();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
