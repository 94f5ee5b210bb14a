package eus.bakq.server.grpc;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps gRPC's transport from logging what strangers send: for each message that is framed wrongly
 * or is too large it writes a warning with a stack, by java.util.logging, and whoever reaches a
 * door could fill the log with them. What comes to be a call is logged by {@link ErrorStatus}.
 */
final class TransportLog {
  /** Held on to: the platform forgets a logger, and its level, that nobody holds. */
  private static final List<Logger> OF_WHAT_STRANGERS_SEND =
      List.of(
          Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerStream"),
          Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerHandler"),
          Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerTransport"));

  private TransportLog() {}

  /** From here on, in this process. */
  static void silence() {
    OF_WHAT_STRANGERS_SEND.forEach(logger -> logger.setLevel(Level.OFF));
  }
}
