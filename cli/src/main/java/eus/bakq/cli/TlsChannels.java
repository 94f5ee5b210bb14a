package eus.bakq.cli;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Channels over TLS 1.3, as the connection file says, which is read when the first is asked for.
 */
final class TlsChannels implements Channels {
  private static final int MAX_MESSAGE_BYTES = 12 * 1024 * 1024;

  private final Supplier<ConnectionFile> connection;
  private final Map<Door, ManagedChannel> open = new EnumMap<>(Door.class);

  TlsChannels(Supplier<ConnectionFile> connection) {
    this.connection = connection;
  }

  @Override
  public Channel to(Door door) {
    return open.computeIfAbsent(door, this::open);
  }

  private ManagedChannel open(Door door) {
    ConnectionFile file = connection.get();
    return open(file, door, file.identity(door));
  }

  /**
   * A new channel to {@code door} as somebody who need not belong there. Does not connect yet.
   *
   * @throws FailedException if the connection file does not say how
   */
  static ManagedChannel open(
      ConnectionFile file, Door door, Optional<ConnectionFile.ClientIdentity> identity) {
    ConnectionFile.Address address = file.address(door);
    return NettyChannelBuilder.forAddress(address.host(), address.port())
        .sslContext(tls(file, door, identity))
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .build();
  }

  private static SslContext tls(
      ConnectionFile file, Door door, Optional<ConnectionFile.ClientIdentity> identity) {
    try {
      SslContextBuilder builder =
          SslContextBuilder.forClient()
              .protocols("TLSv1.3")
              .trustManager(file.authority().toFile());
      identity.ifPresent(one -> builder.keyManager(one.certificate().toFile(), one.key().toFile()));
      return GrpcSslContexts.configure(builder, SslProvider.JDK).build();
    } catch (IOException | IllegalArgumentException e) {
      throw FailedException.usage(
          "A certificate or key that the connection file names for "
              + door.key()
              + " cannot be read or used.",
          e);
    }
  }

  @Override
  public void close() {
    open.values().forEach(ManagedChannel::shutdownNow);
  }
}
