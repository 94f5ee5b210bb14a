package eus.bakq.server.grpc;

import eus.bakq.server.failure.UnavailableException;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many calls of a listener are worked on or wait at once. One more is OVERLOADED at once, by a
 * thread that does nothing else: not after waiting behind those that are the reason. Its message is
 * never read, so that this bounds the memory of messages, too.
 *
 * <p>A stream gives its place back when it has begun: one that waits for its other side must not
 * keep others from working. How many last is bounded by the services that have them ({@link
 * eus.bakq.server.caller.CallerPlaces}).
 */
final class Admission implements ServerInterceptor, ServerCallExecutorSupplier {
  /** Says that a call came when all places were taken; never taken from a client. */
  private static final Metadata.Key<String> FULL =
      Metadata.Key.of("bakq-admission-full", Metadata.ASCII_STRING_MARSHALLER);

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final int places;
  private final Executor workers;
  private final Executor refusing;
  private final AtomicInteger taken = new AtomicInteger();

  Admission(int places, Executor workers, Executor refusing) {
    this.places = places;
    this.workers = workers;
    this.refusing = refusing;
  }

  /**
   * Judges a call when it arrives, before it waits for a worker. gRPC then always starts it, and so
   * its place is given back in every case.
   */
  @Override
  public <Q, R> Executor getExecutor(ServerCall<Q, R> call, Metadata headers) {
    headers.discardAll(FULL);
    if (take()) {
      return workers;
    }
    headers.put(FULL, "");
    return refusing;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (headers.containsKey(FULL)) {
      StatusRuntimeException answer =
          ErrorStatus.of(
              UnavailableException.overloaded(RETRY_AFTER, "all places of a listener are taken"));
      call.close(answer.getStatus(), answer.getTrailers());
      return new ServerCall.Listener<>() {};
    }
    Place place = new Place();
    try {
      ServerCall.Listener<Q> started = next.startCall(call, headers);
      if (!call.getMethodDescriptor().getType().clientSendsOneMessage()) {
        place.giveBack();
      }
      return new Admitted<>(started, place, call.getMethodDescriptor().getType());
    } catch (RuntimeException | Error e) {
      place.giveBack();
      throw e;
    }
  }

  private boolean take() {
    if (taken.incrementAndGet() <= places) {
      return true;
    }
    taken.decrementAndGet();
    return false;
  }

  private final class Place {
    private final AtomicBoolean given = new AtomicBoolean();

    void giveBack() {
      if (given.compareAndSet(false, true)) {
        taken.decrementAndGet();
      }
    }
  }

  /**
   * A cancelled call keeps its place until its work is done: gRPC tells of the end of a call on the
   * same serial executor as its work.
   */
  private static final class Admitted<Q> extends SimpleForwardingServerCallListener<Q> {
    private final Admission.Place place;
    private final MethodType type;

    Admitted(ServerCall.Listener<Q> delegate, Admission.Place place, MethodType type) {
      super(delegate);
      this.place = place;
      this.type = type;
    }

    @Override
    public void onHalfClose() {
      try {
        super.onHalfClose();
      } finally {
        if (!type.serverSendsOneMessage()) {
          place.giveBack();
        }
      }
    }

    @Override
    public void onCancel() {
      place.giveBack();
      super.onCancel();
    }

    @Override
    public void onComplete() {
      place.giveBack();
      super.onComplete();
    }
  }
}
