package eus.bakq.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Knocks at a door below gRPC: without TLS, and with a TLS that is too old. */
final class RawDoors {
  private static final int CONNECT_MILLIS = 10_000;
  private static final int READ_MILLIS = 20_000;

  /** The client's preface of HTTP/2 and empty settings (RFC 9113, 3.4). */
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1);

  /** What a record of TLS begins with that only says goodbye. */
  private static final int TLS_ALERT = 0x15;

  private final ConnectionFile file;

  RawDoors(ConnectionFile file) {
    this.file = file;
  }

  /**
   * Speaks HTTP/2 without TLS.
   *
   * @return REFUSED if nothing of HTTP/2 came back
   * @throws FailedException if the door cannot be reached
   */
  Answer inPlainText(Door door) {
    try (Socket socket = connect(door)) {
      try {
        socket.getOutputStream().write(PREFACE);
        socket.getOutputStream().flush();
        InputStream in = socket.getInputStream();
        int first = in.read();
        return first < 0 || first == TLS_ALERT ? closed() : answered("plain HTTP/2");
      } catch (IOException e) {
        return closed(); // reset by the server, or nothing said for long
      }
    } catch (IOException e) {
      throw unreachable(door);
    }
  }

  /**
   * Begins TLS 1.2, and nothing newer.
   *
   * @return REFUSED if the server said that this is not its version
   * @throws FailedException if the door cannot be reached
   */
  Answer inTls12(Door door) {
    try (Socket socket = connect(door)) {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust(), null);
      ConnectionFile.Address address = file.address(door);
      try (SSLSocket tls =
          (SSLSocket)
              context
                  .getSocketFactory()
                  .createSocket(socket, address.host(), address.port(), true)) {
        tls.setEnabledProtocols(new String[] {"TLSv1.2"});
        return handshake(tls);
      }
    } catch (IOException e) {
      throw unreachable(door);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has TLS 1.2", e);
    }
  }

  private static Answer handshake(SSLSocket tls) {
    try {
      tls.startHandshake();
      return answered(tls.getSession().getProtocol());
    } catch (SSLException e) {
      return String.valueOf(e.getMessage()).contains("protocol_version")
          ? new Answer(Answer.End.REFUSED, "protocol_version", "")
          : new Answer(Answer.End.REFUSED, "another TLS error", "");
    } catch (IOException e) {
      return closed();
    }
  }

  private Socket connect(Door door) throws IOException {
    ConnectionFile.Address address = file.address(door);
    Socket socket = new Socket();
    try {
      socket.connect(new InetSocketAddress(address.host(), address.port()), CONNECT_MILLIS);
      socket.setSoTimeout(READ_MILLIS);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private javax.net.ssl.TrustManager[] trust() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream in = Files.newInputStream(file.authority())) {
      int number = 0;
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("authority-" + number++, one);
      }
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static Answer closed() {
    return new Answer(Answer.End.REFUSED, "closed", "");
  }

  private static Answer answered(String how) {
    return new Answer(Answer.End.ANSWERED, how, "");
  }

  private static FailedException unreachable(Door door) {
    return FailedException.unavailable("The door of " + door.key() + " cannot be reached.");
  }
}
