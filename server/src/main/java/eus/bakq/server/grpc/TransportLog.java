package eus.bakq.server.grpc;

import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Exception;
import java.time.Clock;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Keeps gRPC's transport from logging what strangers send: for each message that is framed wrongly
 * or is too large it writes a warning with a stack, by java.util.logging, and whoever reaches a
 * door could fill the log with them. What comes to be a call is logged by {@link ErrorStatus}.
 *
 * <p>Anything else that the transport has to say may be a fault of ours, and is let through:
 * {@value #MOST_A_MINUTE} lines a minute, for nobody knows who can cause it. Safe for several
 * threads.
 */
final class TransportLog implements Filter {
  static final int MOST_A_MINUTE = 10;

  private static final long MINUTE_MILLIS = 60_000;

  /** Held on to: the platform forgets a logger, and its filter, that nobody holds. */
  private static final List<Logger> OF_THE_TRANSPORT =
      List.of(
          Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerStream"),
          Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerHandler"),
          Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerTransport"),
          // A filter is not for the loggers below its own.
          Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerTransport.connections"));

  private final LongSupplier millis;
  private long minute = Long.MIN_VALUE;
  private int lines;

  TransportLog(LongSupplier millis) {
    this.millis = millis;
  }

  /** From here on, in this process. */
  static void keep(Clock clock) {
    TransportLog filter = new TransportLog(clock::millis);
    OF_THE_TRANSPORT.forEach(logger -> logger.setFilter(filter));
  }

  @Override
  public boolean isLoggable(LogRecord line) {
    return !isOfStrangers(line.getThrown()) && hasRoom();
  }

  /**
   * What the transport says of a frame (HTTP/2), of a message (gRPC) or of headers (their base64)
   * that are not as they must be; and what it says without a failure, such as of a missing header.
   */
  private static boolean isOfStrangers(Throwable thrown) {
    return thrown == null
        || thrown instanceof Http2Exception
        || thrown instanceof StatusRuntimeException
        || thrown instanceof IllegalArgumentException;
  }

  private synchronized boolean hasRoom() {
    long now = Math.floorDiv(millis.getAsLong(), MINUTE_MILLIS);
    if (now != minute) {
      minute = now;
      lines = 0;
    }
    lines++;
    return lines <= MOST_A_MINUTE;
  }
}
