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
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One audience's door: TLS 1.3 only, with client certificates where the audience has them, serving
 * the audience's services and gRPC health, each within {@link ListenerBounds}. No reflection.
 *
 * <p>Health says SERVING from the start and NOT_SERVING from the moment when stopping begins; it is
 * answered to everybody whom TLS lets in.
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
  private static final int CUT_SECONDS = 5;

  private final Audience audience;
  private final ListenerBounds bounds;
  private final Server server;
  private final HealthStatusManager health;
  private final List<ThreadPoolExecutor> pools;
  private final List<EventLoopGroup> loops;

  private Listener(
      ListenerSettings settings,
      Server server,
      HealthStatusManager health,
      List<ThreadPoolExecutor> pools,
      List<EventLoopGroup> loops) {
    this.audience = settings.audience();
    this.bounds = settings.bounds();
    this.server = server;
    this.health = health;
    this.pools = pools;
    this.loops = loops;
  }

  /** What the calls of every listener are judged and recorded with. */
  record Surroundings(
      Function<Bytes, Optional<RegisteredCaller>> callers,
      RefusalSink refusals,
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
            .callExecutor(new HealthInFront(admission, front))
            .addService(health.getHealthService());
    CorrelationId correlation = new CorrelationId(surroundings.random());
    CallerInterceptor caller =
        new CallerInterceptor(
            settings.audience(),
            surroundings.callers(),
            surroundings.refusals(),
            surroundings.quota(),
            surroundings.clock());
    ReadableMessages readable = new ReadableMessages();
    for (ServerServiceDefinition definition : definitions) {
      builder.addService(
          ServerInterceptors.interceptForward(
              ServerInterceptors.useInputStreamMessages(definition),
              correlation,
              admission,
              caller,
              readable));
    }
    Listener listener =
        new Listener(
            settings,
            builder.build(),
            health,
            List.of(workers, front),
            List.of(accepting, network));
    listener.open(definitions);
    return listener;
  }

  private void open(List<ServerServiceDefinition> definitions) throws IOException {
    try {
      server.start();
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
    definitions.forEach(
        definition ->
            health.setStatus(definition.getServiceDescriptor().getName(), ServingStatus.SERVING));
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

  /** Health says NOT_SERVING from now on, for good; calls are still served. */
  void announceStop() {
    health.enterTerminalState();
  }

  /** New calls are refused by gRPC from now on; those under way go on. */
  void takeNoMoreCalls() {
    server.shutdown();
  }

  /**
   * Takes no more calls, lets those under way end within the drain bound, cuts the rest. A call
   * that is cut has done what is recorded, and may be repeated.
   */
  @Override
  public void close() {
    announceStop();
    takeNoMoreCalls();
    try {
      if (!server.awaitTermination(bounds.drain().toMillis(), TimeUnit.MILLISECONDS)) {
        logger.atWarn().addKeyValue("audience", audience).log("calls were cut while stopping");
        server.shutdownNow();
        server.awaitTermination(CUT_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    pools.forEach(ThreadPoolExecutor::shutdown);
    for (EventLoopGroup loop : loops) {
      var _ = loop.shutdownGracefully(0, CUT_SECONDS, TimeUnit.SECONDS);
    }
  }

  private static void requireAudience(ServerServiceDefinition definition, Audience audience) {
    if (Listeners.audienceOf(definition) != audience) {
      throw new IllegalArgumentException(
          definition.getServiceDescriptor().getName() + " is not a service of " + audience);
    }
  }

  private static NettyServerBuilder bounded(ListenerSettings settings) {
    ListenerBounds bounds = settings.bounds();
    return NettyServerBuilder.forAddress(new InetSocketAddress(settings.address(), settings.port()))
        .channelFactory(() -> new BoundedServerChannel(bounds.maxConnections()))
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
