package eus.bakq.server.grpc;

import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server socket that has at most so many connections open at once, and closes one that is more at
 * once, before its handshake: gRPC itself bounds the calls of a connection, never the connections.
 */
final class BoundedServerChannel extends NioServerSocketChannel {
  private final int maxConnections;
  private final AtomicInteger open = new AtomicInteger();

  BoundedServerChannel(int maxConnections) {
    this.maxConnections = maxConnections;
  }

  @Override
  protected int doReadMessages(List<Object> accepted) throws Exception {
    int count = super.doReadMessages(accepted);
    if (count <= 0) {
      return count;
    }
    NioSocketChannel connection = (NioSocketChannel) accepted.getLast();
    if (open.incrementAndGet() > maxConnections) {
      open.decrementAndGet();
      accepted.removeLast();
      connection.unsafe().closeForcibly();
      return 0;
    }
    var _ = connection.closeFuture().addListener(closed -> open.decrementAndGet());
    return count;
  }
}
