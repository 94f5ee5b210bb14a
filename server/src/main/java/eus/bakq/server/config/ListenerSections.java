package eus.bakq.server.config;

import eus.bakq.server.grpc.Audience;
import eus.bakq.server.grpc.ListenerBounds;
import eus.bakq.server.grpc.ListenerSettings;
import eus.bakq.server.web.PublicListenerSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the {@code listeners} section: one for each audience, all of them required; and the one of
 * the public, which asks for the status of certificates.
 */
final class ListenerSections {
  private ListenerSections() {}

  static List<ListenerSettings> read(ConfigurationSection section) {
    List<ListenerSettings> listeners = new ArrayList<>();
    for (Audience audience : Audience.values()) {
      listener(section.section(key(audience)), audience).ifPresent(listeners::add);
    }
    section.end();
    return listeners;
  }

  static Optional<PublicListenerSettings> publicListener(ConfigurationSection section) {
    String address = section.text("address", "127.0.0.1");
    int port = section.number("port");
    int workers = section.number("workers", PublicListenerSettings.DEFAULT_WORKERS);
    int connections =
        section.number("maxConnections", PublicListenerSettings.DEFAULT_MAX_CONNECTIONS);
    int queries = section.number("maxStatusQueries", PublicListenerSettings.DEFAULT_MAX_QUERIES);
    Duration idle = section.duration("idleTimeout", PublicListenerSettings.DEFAULT_IDLE_TIMEOUT);
    Duration drain = section.duration("drain", PublicListenerSettings.DEFAULT_DRAIN);
    section.end();
    return section.make(
        () ->
            new PublicListenerSettings(address, port, workers, connections, queries, idle, drain));
  }

  private static String key(Audience audience) {
    return switch (audience) {
      case RELYING_PARTY -> "relyingParty";
      case REGISTRATION -> "registration";
      case SIGNER -> "signer";
      case AUDITOR -> "auditor";
    };
  }

  private static Optional<ListenerSettings> listener(
      ConfigurationSection section, Audience audience) {
    String address = section.text("address", "127.0.0.1");
    int port = section.number("port");
    Path certificate = section.file("serverCertificate");
    Path key = section.file("serverKey");
    Optional<Path> authority =
        audience.role().isPresent()
            ? Optional.of(section.file("clientAuthority"))
            : Optional.empty();
    Optional<ListenerBounds> bounds = bounds(section.section("bounds"), audience);
    section.end();
    return bounds.flatMap(
        given ->
            section.make(
                () ->
                    new ListenerSettings(
                        audience, address, port, certificate, key, authority, given)));
  }

  private static Optional<ListenerBounds> bounds(ConfigurationSection section, Audience audience) {
    ListenerBounds standard = ListenerBounds.forAudience(audience);
    int message = section.number("maxInboundMessageBytes", standard.maxInboundMessageBytes());
    int connections = section.number("maxConnections", standard.maxConnections());
    int calls =
        section.number(
            "maxConcurrentCallsPerConnection", standard.maxConcurrentCallsPerConnection());
    int header = section.number("maxHeaderBytes", standard.maxHeaderBytes());
    int workers = section.number("workers", standard.workers());
    int waiting = section.number("waitingCalls", standard.waitingCalls());
    Duration handshake = section.duration("handshakeTimeout", standard.handshakeTimeout());
    Duration idle = section.duration("maxConnectionIdle", standard.maxConnectionIdle());
    Duration age = section.duration("maxConnectionAge", standard.maxConnectionAge());
    Duration drain = section.duration("drain", standard.drain());
    section.end();
    return section.make(
        () ->
            new ListenerBounds(
                message,
                connections,
                calls,
                header,
                workers,
                waiting,
                handshake,
                idle,
                age,
                drain));
  }
}
