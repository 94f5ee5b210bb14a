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
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

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
  /** Says why a call was not admitted; never taken from a client. */
  private static final Metadata.Key<String> NOT_ADMITTED =
      Metadata.Key.of("bakq-not-admitted", Metadata.ASCII_STRING_MARSHALLER);

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final int places;
  private final Executor workers;
  private final Executor refusing;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition noneUnderWay = lock.newCondition();
  private int taken;
  private int underWay;
  private boolean stopping;

  private enum Verdict {
    ADMITTED,
    FULL,
    STOPPING
  }

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
    headers.discardAll(NOT_ADMITTED);
    Verdict verdict = judge();
    if (verdict == Verdict.ADMITTED) {
      return workers;
    }
    headers.put(NOT_ADMITTED, verdict.name());
    return refusing;
  }

  /** Every call that comes from now on is told to come again, to another node if there is one. */
  void stop() {
    lock.lock();
    try {
      stopping = true;
    } finally {
      lock.unlock();
    }
  }

  /** Whether every call that was admitted, streams included, ended within {@code bound}. */
  boolean awaitNone(Duration bound) throws InterruptedException {
    long left = bound.toNanos();
    lock.lock();
    try {
      while (underWay > 0) {
        if (left <= 0) {
          return false;
        }
        left = noneUnderWay.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (headers.containsKey(NOT_ADMITTED)) {
      StatusRuntimeException answer =
          ErrorStatus.of(reason(Verdict.valueOf(headers.get(NOT_ADMITTED))));
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
      place.end();
      throw e;
    }
  }

  private static UnavailableException reason(Verdict verdict) {
    return switch (verdict) {
      case FULL ->
          UnavailableException.overloaded(RETRY_AFTER, "all places of a listener are taken");
      case STOPPING -> UnavailableException.temporarily("the server is stopping", null);
      case ADMITTED -> throw new IllegalStateException("an admitted call is not refused");
    };
  }

  private Verdict judge() {
    lock.lock();
    try {
      if (stopping) {
        return Verdict.STOPPING;
      }
      if (taken == places) {
        return Verdict.FULL;
      }
      taken++;
      underWay++;
      return Verdict.ADMITTED;
    } finally {
      lock.unlock();
    }
  }

  /** What an admitted call holds: room to work, for a while, and its being under way. */
  private final class Place {
    private boolean given;
    private boolean ended;

    void giveBack() {
      lock.lock();
      try {
        if (!given) {
          given = true;
          taken--;
        }
      } finally {
        lock.unlock();
      }
    }

    void end() {
      giveBack();
      lock.lock();
      try {
        if (!ended) {
          ended = true;
          underWay--;
          noneUnderWay.signalAll();
        }
      } finally {
        lock.unlock();
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
      place.end();
      super.onCancel();
    }

    @Override
    public void onComplete() {
      place.end();
      super.onComplete();
    }
  }
}
