package eus.bakq.server.grpc;

import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.vocabulary.Bytes;
import io.grpc.BindableService;
import io.grpc.Codec;
import io.grpc.DecompressorRegistry;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.buffer.UnpooledByteBufAllocator;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One audience's door: TLS 1.3 only, with client certificates where the audience has them, serving
 * the audience's services and gRPC health, each within {@link ListenerBounds}. No reflection.
 *
 * <p>Health says SERVING from the start, NOT_SERVING while no time is to be had, and from the
 * moment when stopping begins; it is answered to everybody whom TLS lets in.
 */
public final class Listener implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(Listener.class);

  /**
   * Documents are compressed already. What is not inflated is no bomb, and a message holds the
   * memory of its size.
   */
  private static final DecompressorRegistry UNCOMPRESSED =
      DecompressorRegistry.emptyInstance().with(Codec.Identity.NONE, false);

  private static final int NETWORK_THREADS = 2;
  private static final int FRONT_THREADS = 2;
  private static final int RESETS_PER_WINDOW = 200;
  private static final int RESET_WINDOW_SECONDS = 30;

  /** What was answered reaches its caller within this; who watches health never goes by himself. */
  private static final int GOODBYE_SECONDS = 1;

  private static final int CUT_SECONDS = 3;

  private final Audience audience;
  private final ListenerBounds bounds;
  private final Server server;
  private final HealthStatusManager health;
  private final List<String> services;
  private final Admission admission;
  private final List<ThreadPoolExecutor> pools;
  private final List<EventLoopGroup> loops;
  private final AtomicBoolean announced = new AtomicBoolean();
  private boolean drained;

  private Listener(
      ListenerSettings settings,
      Server server,
      HealthStatusManager health,
      List<String> services,
      Admission admission,
      List<ThreadPoolExecutor> pools,
      List<EventLoopGroup> loops) {
    this.audience = settings.audience();
    this.bounds = settings.bounds();
    this.server = server;
    this.health = health;
    this.services = services;
    this.admission = admission;
    this.pools = pools;
    this.loops = loops;
  }

  /** What the calls of every listener are judged and recorded with. */
  record Surroundings(
      Function<Bytes, Optional<RegisteredCaller>> callers,
      RefusalSink refusals,
      Consumer<FailedCall> failures,
      CallQuota quota,
      Clock clock,
      SecureRandom random) {}

  /**
   * Opens the door.
   *
   * @throws IOException if the address cannot be listened on, or a certificate or key not be read
   * @throws IllegalArgumentException if a service is not one of this audience
   */
  static Listener start(
      ListenerSettings settings, List<BindableService> services, Surroundings surroundings)
      throws IOException {
    String name = settings.audience().name().toLowerCase(Locale.ROOT).replace('_', '-');
    ListenerBounds bounds = settings.bounds();
    List<ServerServiceDefinition> definitions =
        services.stream().map(BindableService::bindService).toList();
    definitions.forEach(definition -> requireAudience(definition, settings.audience()));
    SslContext tls = tls(settings);

    ThreadPoolExecutor workers = pool("grpc-" + name, bounds.workers(), bounds.maxTasks());
    ThreadPoolExecutor front = pool("grpc-front-" + name, FRONT_THREADS, bounds.maxTasks());
    EventLoopGroup accepting = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    EventLoopGroup network =
        new MultiThreadIoEventLoopGroup(NETWORK_THREADS, NioIoHandler.newFactory());
    Admission admission = new Admission(bounds.maxAdmittedCalls(), workers, front);
    HealthStatusManager health = new HealthStatusManager();
    NettyServerBuilder builder =
        bounded(settings)
            .sslContext(tls)
            .bossEventLoopGroup(accepting)
            .workerEventLoopGroup(network)
            .executor(front)
            .callExecutor(new HealthInFront(admission, front));
    CorrelationId correlation = new CorrelationId(surroundings.random());
    FailedCalls failures = new FailedCalls(surroundings.failures());
    CallerInterceptor caller =
        new CallerInterceptor(
            settings.audience(),
            surroundings.callers(),
            surroundings.refusals(),
            surroundings.quota(),
            surroundings.clock());
    ReadableMessages readable = new ReadableMessages();
    builder.addService(
        ServerInterceptors.interceptForward(
            ServerInterceptors.useInputStreamMessages(
                ServerInterceptors.intercept(health.getHealthService(), new HealthQuestions())),
            correlation,
            readable));
    for (ServerServiceDefinition definition : definitions) {
      builder.addService(
          ServerInterceptors.interceptForward(
              ServerInterceptors.useInputStreamMessages(definition),
              correlation,
              failures,
              admission,
              caller,
              readable));
    }
    Listener listener =
        new Listener(
            settings,
            builder.build(),
            health,
            definitions.stream().map(d -> d.getServiceDescriptor().getName()).toList(),
            admission,
            List.of(workers, front),
            List.of(accepting, network));
    listener.open();
    return listener;
  }

  private void open() throws IOException {
    try {
      server.start();
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
    announce(true);
    logger
        .atInfo()
        .addKeyValue("audience", audience)
        .addKeyValue("port", server.getPort())
        .log("a listener is open");
  }

  /** The port, also where the settings left the choice open. */
  public int port() {
    return server.getPort();
  }

  /** Whose door it is. */
  public Audience audience() {
    return audience;
  }

  /** What health says from now on, of the door and of each service; after a stop, nothing else. */
  void announce(boolean serving) {
    ServingStatus status = serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    services.forEach(service -> health.setStatus(service, status));
  }

  /** Health says NOT_SERVING from now on, for good, to whoever asks and whoever watches. */
  void announceStop() {
    if (announced.compareAndSet(false, true)) {
      health.enterTerminalState();
    }
  }

  /**
   * New calls are answered UNAVAILABLE from now on, to be made again at another node or later;
   * health is still told, and calls under way go on.
   */
  void takeNoMoreCalls() {
    admission.stop();
  }

  /**
   * Takes no more calls and lets those under way end within the drain bound. For one thread; the
   * second time it does nothing.
   */
  void drain() {
    announceStop();
    takeNoMoreCalls();
    if (drained) {
      return;
    }
    drained = true;
    try {
      if (!admission.awaitNone(bounds.drain())) {
        logger.atWarn().addKeyValue("audience", audience).log("calls are cut while stopping");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * As {@link #drain}, then closes the door and cuts what did not end. A call that is cut has done
   * what is recorded, and may be repeated. Its work is waited for, a few seconds more.
   *
   * @throws IllegalStateException if the work did not end
   */
  @Override
  public void close() {
    drain();
    server.shutdown();
    boolean ended = false;
    try {
      if (!server.awaitTermination(GOODBYE_SECONDS, TimeUnit.SECONDS)) {
        server.shutdownNow();
        server.awaitTermination(CUT_SECONDS, TimeUnit.SECONDS);
      }
      pools.forEach(ThreadPoolExecutor::shutdown);
      ended = true;
      for (ThreadPoolExecutor pool : pools) {
        ended &= pool.awaitTermination(CUT_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      ended = false;
      server.shutdownNow();
      pools.forEach(ThreadPoolExecutor::shutdown);
      Thread.currentThread().interrupt();
    }
    for (EventLoopGroup loop : loops) {
      var _ = loop.shutdownGracefully(0, CUT_SECONDS, TimeUnit.SECONDS);
    }
    if (!ended) {
      throw new IllegalStateException("the work of a call did not end: " + audience);
    }
  }

  private static void requireAudience(ServerServiceDefinition definition, Audience audience) {
    if (Listeners.audienceOf(definition) != audience) {
      throw new IllegalArgumentException(
          definition.getServiceDescriptor().getName() + " is not a service of " + audience);
    }
  }

  /**
   * Buffers come from the heap and go with what was in them. A pool would keep passwords, codes and
   * documents in clear, for anybody who gets a dump of the heap, until it uses the place again
   * (KEY-18).
   */
  private static NettyServerBuilder bounded(ListenerSettings settings) {
    ListenerBounds bounds = settings.bounds();
    return NettyServerBuilder.forAddress(new InetSocketAddress(settings.address(), settings.port()))
        .channelFactory(() -> new BoundedServerChannel(bounds.maxConnections()))
        .withChildOption(ChannelOption.ALLOCATOR, new UnpooledByteBufAllocator(false))
        .flowControlWindow(ListenerBounds.FLOW_WINDOW_BYTES)
        .decompressorRegistry(UNCOMPRESSED)
        .maxInboundMessageSize(bounds.maxInboundMessageBytes())
        .maxInboundMetadataSize(bounds.maxHeaderBytes())
        .maxConcurrentCallsPerConnection(bounds.maxConcurrentCallsPerConnection())
        .maxRstFramesPerWindow(RESETS_PER_WINDOW, RESET_WINDOW_SECONDS)
        .handshakeTimeout(bounds.handshakeTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .maxConnectionIdle(bounds.maxConnectionIdle().toMillis(), TimeUnit.MILLISECONDS)
        .maxConnectionAge(bounds.maxConnectionAge().toMillis(), TimeUnit.MILLISECONDS)
        .maxConnectionAgeGrace(bounds.drain().toMillis(), TimeUnit.MILLISECONDS)
        .keepAliveTime(2, TimeUnit.MINUTES)
        .keepAliveTimeout(20, TimeUnit.SECONDS)
        .permitKeepAliveTime(1, TimeUnit.MINUTES)
        .permitKeepAliveWithoutCalls(false);
  }

  /**
   * The JDK's TLS, not the native one in gRPC's jar: what strangers send is parsed in Java only.
   */
  private static SslContext tls(ListenerSettings settings) throws IOException {
    try {
      SslContextBuilder builder =
          SslContextBuilder.forServer(
                  settings.serverCertificate().toFile(), settings.serverKey().toFile())
              .protocols("TLSv1.3")
              .clientAuth(
                  settings.clientAuthority().isPresent() ? ClientAuth.REQUIRE : ClientAuth.NONE);
      settings.clientAuthority().ifPresent(authority -> builder.trustManager(authority.toFile()));
      return GrpcSslContexts.configure(builder, SslProvider.JDK).build();
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "a certificate, key or authority file cannot be used: the listener of "
              + settings.audience(),
          e);
    }
  }

  private static ThreadPoolExecutor pool(String name, int threads, int queue) {
    return new ThreadPoolExecutor(
        threads,
        threads,
        0,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(queue),
        Thread.ofPlatform().name(name + "-", 0).factory());
  }

  /** Health never waits behind the work whose state it tells. */
  private record HealthInFront(Admission admission, Executor front)
      implements ServerCallExecutorSupplier {
    @Override
    public <Q, R> Executor getExecutor(ServerCall<Q, R> call, Metadata headers) {
      return HealthGrpc.SERVICE_NAME.equals(call.getMethodDescriptor().getServiceName())
          ? front
          : admission.getExecutor(call, headers);
    }
  }
}
