package eus.bakq.demo;

import eus.bakq.fixtures.PkiIdentity;
import eus.bakq.server.grpc.Audience;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** The citizens' door for somebody who does not speak as a gRPC client does. */
final class RawDoor {
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NO_SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};

  private RawDoor() {}

  /** What an HTTP request is answered with: gRPC's status if there is one, else HTTP's. */
  static Answer http(
      DemoWorld world, HttpClient.Version version, HttpRequest.Builder request, String path)
      throws Exception {
    try (HttpClient client =
        HttpClient.newBuilder().version(version).sslContext(trusting(world)).build()) {
      HttpResponse<byte[]> response =
          client.send(
              request.uri(URI.create(address(world) + path)).timeout(LONGEST_WAIT).build(),
              HttpResponse.BodyHandlers.ofByteArray());
      Optional<String> status = response.headers().firstValue("grpc-status");
      if (response.statusCode() != 200 || status.isEmpty()) {
        return transport(
            "HTTP " + response.statusCode(), new String(response.body(), StandardCharsets.UTF_8));
      }
      Metadata trailers = new Metadata();
      response
          .headers()
          .firstValue("grpc-status-details-bin")
          .ifPresent(
              value ->
                  trailers.put(
                      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER),
                      Base64.getDecoder().decode(value)));
      return Answer.of(
          Status.fromCodeValue(Integer.parseInt(status.get()))
              .withDescription(response.headers().firstValue("grpc-message").orElse("")),
          trailers);
    } catch (IOException e) {
      return closed();
    }
  }

  private static String address(DemoWorld world) {
    return "https://127.0.0.1:" + world.port(Audience.SIGNER);
  }

  /** Sends {@code bytes} without TLS, and waits until the server hangs up. */
  static Answer plain(DemoWorld world, byte[] bytes) throws IOException {
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), world.port(Audience.SIGNER))) {
      return afterSending(socket, bytes);
    }
  }

  /** Sends {@code frames} behind the greeting of HTTP/2, and waits until the server hangs up. */
  static Answer frames(DemoWorld world, byte[] frames) throws Exception {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(PREFACE);
    all.write(NO_SETTINGS);
    all.write(frames);
    return withinTls(world, all.toByteArray());
  }

  /** Sends {@code bytes} within TLS, where HTTP/2 should be spoken. */
  static Answer withinTls(DemoWorld world, byte[] bytes) throws Exception {
    try (SSLSocket socket =
        (SSLSocket)
            trusting(world)
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), world.port(Audience.SIGNER))) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      socket.setSSLParameters(parameters);
      return afterSending(socket, bytes);
    }
  }

  private static Answer afterSending(Socket socket, byte[] bytes) throws IOException {
    socket.setSoTimeout((int) LONGEST_WAIT.toMillis());
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    try {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
      InputStream in = socket.getInputStream();
      for (int next = in.read(); next >= 0; next = in.read()) {
        said.write(next);
      }
    } catch (SocketTimeoutException e) {
      return transport("connection kept", "");
    } catch (IOException e) { // It was reset, which is an end, too.
      return transport("connection closed", said.toString(StandardCharsets.UTF_8));
    }
    return transport("connection closed", said.toString(StandardCharsets.UTF_8));
  }

  private static Answer closed() {
    return transport("connection closed", "");
  }

  /** An answer that is not gRPC's. */
  private static Answer transport(String what, String said) {
    return new Answer(Status.Code.UNAVAILABLE, what, List.of(), false, said);
  }

  private static SSLContext trusting(DemoWorld world) throws IOException {
    PkiIdentity authority = world.files().pki().authority();
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setCertificateEntry("authority", authority.certificate());
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has TLS 1.3", e);
    }
  }
}
