package eus.bakq.server.grpc;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * Where one audience is listened to, and with which certificates.
 *
 * @param address of the interface to listen on, a numeric address or a name of this machine
 * @param port 1 to 65535, or 0 for any free one
 * @param serverCertificate PEM: the server's certificate, then those up to the root
 * @param serverKey PEM, PKCS#8, not encrypted. Whoever reads it can pose as this server towards
 *     clients; it opens no citizen's key
 * @param clientAuthority PEM: whose client certificates may be presented. Whoever writes it can
 *     connect, but is no caller without being registered. Present for every audience but {@link
 *     Audience#SIGNER}, which has no client certificates
 */
public record ListenerSettings(
    Audience audience,
    String address,
    int port,
    Path serverCertificate,
    Path serverKey,
    Optional<Path> clientAuthority,
    ListenerBounds bounds) {
  public ListenerSettings {
    Objects.requireNonNull(bounds);
    Objects.requireNonNull(serverCertificate);
    Objects.requireNonNull(serverKey);
    if (address.isBlank()) {
      throw new IllegalArgumentException("a listener needs the address of an interface");
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port is 0 to 65535");
    }
    if (clientAuthority.isPresent() != audience.role().isPresent()) {
      throw new IllegalArgumentException(
          "the listener of "
              + audience
              + (clientAuthority.isPresent()
                  ? " has no client certificates, and takes no client authority"
                  : " needs the authority of its client certificates"));
    }
  }
}
