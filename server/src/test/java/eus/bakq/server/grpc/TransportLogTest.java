package eus.bakq.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Error;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Exception;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** API-07: nobody fills the log with what he sends, and a fault of ours is not hidden with it. */
class TransportLogTest {
  private static final String NETTY = "io.grpc.netty.shaded.io.grpc.netty.";
  private static final List<Logger> TRANSPORT =
      Stream.of("NettyServerHandler", "NettyServerTransport.connections")
          .map(name -> Logger.getLogger(NETTY + name))
          .toList();

  private final AtomicLong millis = new AtomicLong(1_000_000);
  private final TransportLog log = new TransportLog(millis::get);

  @Test
  void isWhatTheTransportLogsThrough() throws Exception {
    Listeners.start(
            List.of(),
            List.of(),
            fingerprint -> Optional.empty(),
            call -> {},
            call -> {},
            caller -> {},
            Clock.systemUTC(),
            new SecureRandom())
        .close();
    assertThat(TRANSPORT)
        .allSatisfy(
            logger -> {
              assertThat(logger.getFilter()).isInstanceOf(TransportLog.class);
              assertThat(logger.isLoggable(Level.WARNING)).isTrue();
            });
  }

  @Test
  void isSilentAboutWhatStrangersSend() {
    assertThat(
            Stream.of(
                Http2Exception.streamError(3, Http2Error.PROTOCOL_ERROR, "a frame"),
                Http2Exception.connectionError(Http2Error.PROTOCOL_ERROR, "a frame"),
                Status.RESOURCE_EXHAUSTED.asRuntimeException(),
                new IllegalArgumentException("not base64")))
        .noneMatch(sent -> log.isLoggable(line(sent)));
    assertThat(log.isLoggable(new LogRecord(Level.WARNING, "Expected header TE"))).isFalse();
  }

  @Test
  void tellsOfWhatMayBeAFaultOfOursTenTimesAMinute() {
    for (int line = 0; line < TransportLog.MOST_A_MINUTE; line++) {
      assertThat(log.isLoggable(line(new RejectedExecutionException()))).isTrue();
    }
    assertThat(log.isLoggable(line(new IllegalStateException()))).isFalse();

    millis.addAndGet(60_000);
    assertThat(log.isLoggable(line(new IllegalStateException()))).isTrue();
  }

  private static LogRecord line(Throwable thrown) {
    LogRecord line = new LogRecord(Level.WARNING, "Exception in onHeadersRead()");
    line.setThrown(thrown);
    return line;
  }
}
