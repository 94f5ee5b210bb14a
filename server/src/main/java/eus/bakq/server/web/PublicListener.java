package eus.bakq.server.web;

import eus.bakq.server.certificate.OcspResponder;
import eus.bakq.server.certificate.StatusAddresses;
import eus.bakq.server.vocabulary.Bytes;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.util.JavalinException;
import java.io.IOException;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The public's door: OCSP by POST and GET (RFC 6960 appendix A), the revocation list and the
 * authority's certificate (RFC 5280 section 4.2). HTTP/1.1 without TLS: the answers are signed.
 *
 * <p>Bounded: connections, threads, headers (8 KiB), bodies (8 KiB), the path of a GET (1 KiB),
 * silence, and how many requests use the database at once. A flood can keep others from this door,
 * and not citizens from theirs. Safe for several threads.
 */
public final class PublicListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PublicListener.class);

  private static final int MOST_HEADER_BYTES = 8192;
  private static final int ACCEPT_QUEUE = 64;

  private final Javalin server;

  /**
   * What the public is told.
   *
   * @param ocsp answers an OCSP request in DER, whatever it is, in DER
   * @param revocationList gives the list of this moment in DER
   * @param authority the authority's certificate in DER
   */
  public record Published(
      UnaryOperator<Bytes> ocsp, Supplier<Bytes> revocationList, Bytes authority) {}

  private PublicListener(Javalin server) {
    this.server = server;
  }

  /**
   * Opens the door.
   *
   * @throws IOException if the address cannot be listened on
   */
  public static PublicListener start(PublicListenerSettings settings, Published published)
      throws IOException {
    StatusHandlers handlers =
        new StatusHandlers(published, new StatusAdmission(settings.maxStatusQueries()));
    try {
      PublicListener listener =
          new PublicListener(
              Javalin.start(
                  config -> {
                    bound(config, settings);
                    serve(config, handlers);
                  }));
      LOG.atInfo().addKeyValue("port", listener.port()).log("the public listener is open");
      return listener;
    } catch (JavalinException e) {
      throw new IOException("the public listener cannot be opened", e);
    }
  }

  /** The port, also where the settings left the choice open. */
  public int port() {
    return server.port();
  }

  /** Takes no more requests, lets those under way end within the drain bound, cuts the rest. */
  @Override
  public void close() {
    server.stop();
  }

  private static void bound(JavalinConfig config, PublicListenerSettings settings) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.http.prefer405over404 = true;
    config.http.maxRequestSize = OcspResponder.MOST_REQUEST_BYTES;
    config.http.compressionStrategy = CompressionStrategy.NONE;
    // As many requests wait for a thread as there are connections, and no more.
    QueuedThreadPool threads = new QueuedThreadPool(settings.workers(), settings.workers());
    threads.setName("public");
    config.jetty.threadPool = threads;
    config.jetty.modifyServer(
        jetty -> {
          jetty.setHandler(new GracefulHandler());
          jetty.setStopTimeout(settings.drain().toMillis());
          jetty.addBean(new NetworkConnectionLimit(settings.maxConnections(), jetty));
          jetty.setErrorHandler(new PlainErrors());
        });
    config.jetty.addConnector((jetty, http) -> connector(jetty, http, settings));
  }

  private static ServerConnector connector(
      Server jetty, HttpConfiguration http, PublicListenerSettings settings) {
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(MOST_HEADER_BYTES);
    // A request in base64 may have "//" in it, and "/" as %2F; it names no file.
    http.setUriCompliance(
        UriCompliance.DEFAULT.with(
            "ocsp",
            UriCompliance.Violation.AMBIGUOUS_EMPTY_SEGMENT,
            UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR));
    ServerConnector connector =
        new ServerConnector(jetty, null, null, null, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(settings.address());
    connector.setPort(settings.port());
    connector.setIdleTimeout(settings.idleTimeout().toMillis());
    connector.setAcceptQueueSize(ACCEPT_QUEUE);
    return connector;
  }

  private static void serve(JavalinConfig config, StatusHandlers handlers) {
    config.routes.before(StatusHandlers::protect);
    config.routes.post(StatusAddresses.OCSP_PATH, handlers::answerPost);
    config.routes.get(StatusAddresses.OCSP_PATH + "/<request>", handlers::answerGet);
    config.routes.head(StatusAddresses.OCSP_PATH + "/<request>", handlers::answerGet);
    config.routes.get(StatusAddresses.REVOCATION_LIST_PATH, handlers::revocationList);
    config.routes.head(StatusAddresses.REVOCATION_LIST_PATH, handlers::revocationList);
    config.routes.get(StatusAddresses.AUTHORITY_PATH, handlers::authority);
    config.routes.head(StatusAddresses.AUTHORITY_PATH, handlers::authority);
    config.routes.exception(Exception.class, handlers::failed);
    config.routes.error(404, StatusHandlers::nothing);
    config.routes.error(405, StatusHandlers::nothing);
  }
}
