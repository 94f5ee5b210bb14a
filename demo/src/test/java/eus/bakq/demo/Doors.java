package eus.bakq.demo;

import eus.bakq.fixtures.PkiIdentity;
import eus.bakq.server.grpc.Audience;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;

/** Channels to the doors of one server, one for each door and caller. Safe for several threads. */
final class Doors implements AutoCloseable {
  private static final int MOST_MESSAGE_BYTES = 12 * 1024 * 1024;

  private final WorldFiles files;
  private final ToIntFunction<Audience> ports;
  private final ClientInterceptor[] watchers;
  private final Map<String, ManagedChannel> channels = new ConcurrentHashMap<>();

  /**
   * Opens nothing yet.
   *
   * @param watchers see every call
   */
  Doors(WorldFiles files, ToIntFunction<Audience> ports, ClientInterceptor... watchers) {
    this.files = files;
    this.ports = ports;
    this.watchers = watchers.clone();
  }

  /**
   * The door of {@code audience}, as {@code caller} or somebody without certificate reaches it. It
   * leads to whoever listens there when it is used.
   */
  Channel channel(Audience audience, Optional<String> caller) {
    return channel(audience, caller.orElse("nobody"), caller.map(files::caller));
  }

  /** The door of {@code audience}, as somebody reaches it who is in no file. */
  Channel channel(Audience audience, PkiIdentity identity) {
    return channel(audience, identity.fingerprint(), Optional.of(identity));
  }

  private Channel channel(Audience audience, String name, Optional<PkiIdentity> identity) {
    return ClientInterceptors.intercept(
        new LateChannel(
            () -> channels.computeIfAbsent(audience + "/" + name, key -> open(audience, identity))),
        watchers);
  }

  private ManagedChannel open(Audience audience, Optional<PkiIdentity> identity) {
    try {
      SslContextBuilder tls =
          SslContextBuilder.forClient()
              .protocols("TLSv1.3")
              .trustManager(files.pki().authority().certificate());
      identity.ifPresent(one -> tls.keyManager(one.privateKey(), one.certificate()));
      return NettyChannelBuilder.forAddress("127.0.0.1", ports.applyAsInt(audience))
          .sslContext(GrpcSslContexts.configure(tls, SslProvider.JDK).build())
          .maxInboundMessageSize(MOST_MESSAGE_BYTES)
          .build();
    } catch (IOException e) {
      throw new IllegalStateException("TLS cannot be set up", e);
    }
  }

  /** The server was started again: nobody waits any longer because it was not there before. */
  void connectAnew() {
    close();
    channels.clear();
  }

  @Override
  public void close() {
    channels.values().forEach(ManagedChannel::shutdownNow);
  }
}
