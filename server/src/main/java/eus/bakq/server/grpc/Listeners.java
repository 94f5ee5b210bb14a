package eus.bakq.server.grpc;

import eus.bakq.contract.v1.Caller;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.vocabulary.Bytes;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoServiceDescriptorSupplier;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Function;

/** All doors of a server, opened and closed together. */
public final class Listeners implements AutoCloseable {
  private final Map<Audience, Listener> listeners;

  private Listeners(Map<Audience, Listener> listeners) {
    this.listeners = listeners;
  }

  /**
   * Opens a door for each of {@code settings}, with those of {@code services} that say its caller
   * in their caller option. Either all doors are open when it returns, or none is when it throws.
   *
   * @param callers finds a caller by the SHA-256 of the client certificate in DER
   * @param refusals where calls are recorded that are refused for who made them
   * @param failures is told of calls that do not succeed; never waits and never throws
   * @param quota what counts the calls of each registered caller
   * @throws IOException if an address cannot be listened on, or a file not be read
   * @throws IllegalArgumentException if an audience has two doors, a service no door, or a service
   *     no caller option
   */
  public static Listeners start(
      List<ListenerSettings> settings,
      List<BindableService> services,
      Function<Bytes, Optional<RegisteredCaller>> callers,
      RefusalSink refusals,
      Consumer<FailedCall> failures,
      CallQuota quota,
      Clock clock,
      SecureRandom random)
      throws IOException {
    Map<Audience, List<BindableService>> served = new EnumMap<>(Audience.class);
    for (ListenerSettings one : settings) {
      if (served.put(one.audience(), new ArrayList<>()) != null) {
        throw new IllegalArgumentException("two listeners for " + one.audience());
      }
    }
    for (BindableService service : services) {
      ServerServiceDefinition definition = service.bindService();
      List<BindableService> door = served.get(audienceOf(definition));
      if (door == null) {
        throw new IllegalArgumentException(
            definition.getServiceDescriptor().getName() + " has no listener");
      }
      door.add(service);
    }
    TransportLog.keep(clock);
    Listeners opened = new Listeners(new EnumMap<>(Audience.class));
    var surroundings = new Listener.Surroundings(callers, refusals, failures, quota, clock, random);
    try {
      for (ListenerSettings one : settings) {
        opened.listeners.put(
            one.audience(), Listener.start(one, served.get(one.audience()), surroundings));
      }
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
    return opened;
  }

  /**
   * Whose service it is.
   *
   * @throws IllegalArgumentException if it does not say so
   */
  static Audience audienceOf(ServerServiceDefinition definition) {
    Object schema = definition.getServiceDescriptor().getSchemaDescriptor();
    Caller caller =
        schema instanceof ProtoServiceDescriptorSupplier supplier
            ? CallerInterceptor.callerOf(supplier.getServiceDescriptor())
            : Caller.CALLER_UNSPECIFIED;
    return Audience.of(caller)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    definition.getServiceDescriptor().getName() + " has no caller option"));
  }

  /**
   * The door of {@code audience}.
   *
   * @throws IllegalArgumentException if it has none
   */
  public Listener listener(Audience audience) {
    Listener listener = listeners.get(audience);
    if (listener == null) {
      throw new IllegalArgumentException(audience + " has no listener");
    }
    return listener;
  }

  /**
   * What health says from now on at the doors where something is stamped or judged: all but the
   * auditor's. Calls are taken all the same; those that need no time are served.
   *
   * @param serving false while no time is to be had
   */
  public void announce(boolean serving) {
    listeners.values().stream()
        .filter(listener -> listener.audience() != Audience.AUDITOR)
        .forEach(listener -> listener.announce(serving));
  }

  /** Health says NOT_SERVING at every door from now on, and every new call is UNAVAILABLE. */
  public void announceStop() {
    listeners.values().forEach(Listener::announceStop);
    listeners.values().forEach(Listener::takeNoMoreCalls);
  }

  /** Lets the calls under way end: the drain bounds of all doors run together. */
  public void drain() {
    announceStop();
    together(Listener::drain);
  }

  /**
   * As {@link #drain}, unless that was done; then closes all doors, and cuts what did not end.
   *
   * @throws IllegalStateException if the work of a call goes on for longer than it is waited for
   */
  @Override
  public void close() {
    announceStop();
    together(Listener::close);
  }

  private void together(Consumer<Listener> act) {
    Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
    List<Thread> threads =
        listeners.values().stream()
            .map(
                listener ->
                    Thread.ofPlatform()
                        .name("stop-" + listener.audience())
                        .start(() -> guarded(act, listener, failures)))
            .toList();
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failures.add(new IllegalStateException("interrupted while the doors stop", e));
    }
    RuntimeException first = failures.poll();
    if (first != null) {
      failures.forEach(first::addSuppressed);
      throw first;
    }
  }

  private static void guarded(
      Consumer<Listener> act, Listener listener, Queue<RuntimeException> failures) {
    try {
      act.accept(listener);
    } catch (RuntimeException e) { // The edge of a thread: who waits for it is told.
      failures.add(e);
    }
  }
}
