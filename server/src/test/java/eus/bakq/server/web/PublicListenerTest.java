package eus.bakq.server.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.vocabulary.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What strangers can send, and what comes back; what is told is fixed here. */
class PublicListenerTest {
  private static final Bytes LIST = Bytes.copyOf(new byte[] {1, 2, 3});
  private static final Bytes AUTHORITY = Bytes.copyOf(new byte[] {4, 5, 6});

  private final HttpClient client = HttpClient.newHttpClient();
  private volatile UnaryOperator<Bytes> ocsp = request -> request;
  private volatile Supplier<Bytes> list = () -> LIST;
  private PublicListener listener;
  private int port;

  @BeforeEach
  void open() throws Exception {
    listener =
        PublicListener.start(
            new PublicListenerSettings(
                "127.0.0.1",
                0,
                8,
                64,
                1,
                Duration.ofSeconds(5),
                PublicListenerSettings.DEFAULT_DRAIN),
            new PublicListener.Published(
                request -> ocsp.apply(request), () -> list.get(), AUTHORITY));
    port = listener.port();
  }

  @AfterEach
  void close() {
    listener.close();
    client.close();
  }

  @Test
  void passesRequestsByPostAndGetAsTheyAre() throws Exception {
    // Its base64 has "//", "+" and "=": what paths have to be careful with.
    byte[] request = {
      (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xfb, (byte) 0xef, (byte) 0xbe, 9
    };
    String base64 = Base64.getEncoder().encodeToString(request);
    assertThat(base64).contains("//").contains("+").contains("=");

    HttpResponse<byte[]> posted = send(post(request));
    assertThat(posted.statusCode()).isEqualTo(200);
    assertThat(posted.body()).isEqualTo(request);
    assertThat(posted.headers().firstValue("content-type")).contains("application/ocsp-response");
    assertThat(posted.headers().firstValue("cache-control")).contains("no-store");

    for (String path :
        List.of(
            base64,
            base64.replace("/", "%2F").replace("+", "%2B").replace("=", "%3D"),
            base64.replace("/", "%2f"))) {
      HttpResponse<byte[]> got = send(get("/ocsp/" + path));
      assertThat(got.statusCode()).as(path).isEqualTo(200);
      assertThat(got.body()).isEqualTo(request);
      assertThat(got.headers().firstValue("content-type")).contains("application/ocsp-response");
    }
  }

  @Test
  void tellsTheListAndTheAuthority() throws Exception {
    HttpResponse<byte[]> told = send(get("/authority.crl"));
    assertThat(told.body()).isEqualTo(LIST.toByteArray());
    assertThat(told.headers().firstValue("content-type")).contains("application/pkix-crl");
    assertThat(told.headers().firstValue("cache-control")).contains("no-store");

    HttpResponse<byte[]> authority = send(get("/authority.cer"));
    assertThat(authority.body()).isEqualTo(AUTHORITY.toByteArray());
    assertThat(authority.headers().firstValue("content-type")).contains("application/pkix-cert");
    assertThat(authority.headers().firstValue("x-content-type-options")).contains("nosniff");
    assertThat(authority.headers().firstValue("server")).isEmpty();
  }

  @Test
  void answersHeadWithoutABody() throws Exception {
    for (String path : List.of("/authority.crl", "/authority.cer", "/ocsp/AQID")) {
      HttpResponse<byte[]> head =
          send(request(path).method("HEAD", HttpRequest.BodyPublishers.noBody()).build());
      assertThat(head.statusCode()).as(path).isEqualTo(200);
      assertThat(head.body()).isEmpty();
      assertThat(head.headers().firstValue("content-length")).contains("3");
    }
  }

  @Test
  void hasNothingElseAndSaysNothingOfIt() throws Exception {
    for (String path :
        List.of("/", "/ocsp", "/authority", "/authority.crl/x", "/..%2f", "/a%00b")) {
      HttpResponse<byte[]> answer = send(get(path));
      assertThat(answer.statusCode()).as(path).isBetween(400, 405);
      assertThat(answer.body()).as(path).isEmpty();
    }
    for (String method : List.of("PUT", "DELETE", "OPTIONS", "PATCH")) {
      for (String path : List.of("/ocsp", "/authority.crl")) {
        HttpResponse<byte[]> answer =
            send(request(path).method(method, HttpRequest.BodyPublishers.noBody()).build());
        assertThat(answer.statusCode()).as(method + " " + path).isEqualTo(405);
        assertThat(answer.body()).isEmpty();
      }
    }
    assertThat(raw("GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n"))
        .as("a connection that is closed is told so")
        .startsWith("HTTP/1.1 400")
        .contains("\r\nConnection: close\r\n");
    assertThat(raw("TRACE /ocsp HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 405");
  }

  @Test
  void refusesWhatIsTooLarge() throws Exception {
    assertThat(send(post(new byte[8192])).statusCode()).isEqualTo(200);
    assertThat(send(post(new byte[8193])).statusCode()).isEqualTo(413);
    assertThat(
            send(request("/ocsp")
                    .POST(
                        HttpRequest.BodyPublishers.ofByteArrays(
                            List.of(new byte[5000], new byte[5000])))
                    .build())
                .statusCode())
        .as("in chunks")
        .isEqualTo(413);
    assertThat(send(get("/ocsp/" + "A".repeat(1024))).statusCode()).isEqualTo(200);
    assertThat(send(get("/ocsp/" + "A".repeat(1025))).statusCode()).isEqualTo(414);
    assertThat(send(get("/ocsp/" + "A".repeat(9000))).statusCode()).isEqualTo(414);
    assertThat(
            send(request("/authority.crl").header("X-Long", "a".repeat(9000)).build()).statusCode())
        .isEqualTo(431);
  }

  @Test
  void refusesAPathThatIsNotBase64() throws Exception {
    for (String path : List.of("/ocsp/%21", "/ocsp/A", "/ocsp/AQI%2", "/ocsp/a-_a")) {
      assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
          .as(path)
          .startsWith("HTTP/1.1 400");
    }
  }

  @Test
  void refusesWhatIsNotHttp() throws Exception {
    assertThat(raw("hello\r\n\r\n")).startsWith("HTTP/1.1 400").doesNotContain("etty");
    assertThat(raw("GET /authority.crl HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400");
  }

  /** What goes wrong inside stays inside. */
  @Test
  void saysNotWhyItFailed() throws Exception {
    ocsp =
        request -> {
          throw new IllegalStateException("the secret reason");
        };
    list =
        () -> {
          throw UnavailableException.temporarily("the secret reason", null);
        };

    HttpResponse<byte[]> failed = send(post(new byte[1]));
    assertThat(failed.statusCode()).isEqualTo(500);
    assertThat(failed.body()).isEmpty();
    HttpResponse<byte[]> putOff = send(get("/authority.crl"));
    assertThat(putOff.statusCode()).isEqualTo(503);
    assertThat(new String(putOff.body(), StandardCharsets.UTF_8)).doesNotContain("secret");
    assertThat(putOff.headers().firstValue("retry-after")).contains("1");
    list =
        () -> {
          throw new AlteredRowException("certificate_register", "the secret reason");
        };
    HttpResponse<byte[]> altered = send(get("/authority.crl"));
    assertThat(altered.statusCode()).isEqualTo(500);
    assertThat(altered.body()).isEmpty();
    assertThat(send(get("/authority.cer")).statusCode()).isEqualTo(200);
  }

  /** A flood of the public does not take the database's connections from citizens. */
  @Test
  void letsNoMoreUseTheDatabaseAtOnceThanTheSettingSays() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    list =
        () -> {
          entered.countDown();
          await(released);
          return LIST;
        };
    CompletableFuture<HttpResponse<byte[]>> first =
        client.sendAsync(get("/authority.crl"), HttpResponse.BodyHandlers.ofByteArray());
    await(entered);

    assertThat(send(post(new byte[1])).statusCode()).isEqualTo(503);
    assertThat(send(get("/authority.cer")).statusCode()).isEqualTo(200);

    released.countDown();
    assertThat(first.get().statusCode()).isEqualTo(200);
    assertThat(send(post(new byte[1])).statusCode()).isEqualTo(200);
  }

  @Test
  void letsRequestsUnderWayEndWhenItStops() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    list =
        () -> {
          entered.countDown();
          await(released);
          return LIST;
        };
    CompletableFuture<HttpResponse<byte[]>> underWay =
        client.sendAsync(get("/authority.crl"), HttpResponse.BodyHandlers.ofByteArray());
    await(entered);
    CompletableFuture<Void> closing = CompletableFuture.runAsync(listener::close);
    awaitClosedDoor();
    released.countDown();

    assertThat(underWay.get().body()).isEqualTo(LIST.toByteArray());
    closing.get();
  }

  @Test
  void doesNotOpenWhereSomebodyElseListens() {
    assertThatThrownBy(
            () ->
                PublicListener.start(
                    PublicListenerSettings.onPort(port),
                    new PublicListener.Published(request -> request, () -> LIST, AUTHORITY)))
        .isInstanceOf(IOException.class);
  }

  @Test
  void settingsHaveBounds() {
    for (int wrongPort : List.of(-1, 65_536)) {
      assertThatThrownBy(() -> PublicListenerSettings.onPort(wrongPort))
          .isInstanceOf(IllegalArgumentException.class);
    }
    Duration second = Duration.ofSeconds(1);
    List<Supplier<PublicListenerSettings>> wrong =
        List.of(
            () -> new PublicListenerSettings(" ", 0, 8, 1, 1, second, second),
            () -> new PublicListenerSettings("a", 0, 7, 1, 1, second, second),
            () -> new PublicListenerSettings("a", 0, 8, 0, 1, second, second),
            () -> new PublicListenerSettings("a", 0, 8, 1, 33, second, second),
            () -> new PublicListenerSettings("a", 0, 8, 1, 1, Duration.ofMillis(1), second),
            () -> new PublicListenerSettings("a", 0, 8, 1, 1, second, Duration.ofMinutes(2)));
    for (Supplier<PublicListenerSettings> one : wrong) {
      assertThatThrownBy(one::get).isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(new PublicListenerSettings("a", 0, 8, 1, 1, second, second).workers()).isEqualTo(8);
  }

  /** New connections are refused, or get no answer; those that are in go on. */
  private void awaitClosedDoor() throws InterruptedException {
    for (int attempt = 0; attempt < 500; attempt++) {
      try {
        // Who comes just as it closes may wait for ever, and what is under way for a few seconds.
        if (!raw("GET /authority.cer HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 1000)
            .startsWith("HTTP/1.1 200")) {
          return;
        }
      } catch (UncheckedIOException e) {
        return;
      }
      Thread.sleep(10);
    }
    throw new AssertionError("the door stays open");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(30));
  }

  private HttpRequest get(String path) {
    return request(path).build();
  }

  private HttpRequest post(byte[] body) {
    return request("/ocsp")
        .header("Content-Type", "application/ocsp-request")
        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
        .build();
  }

  private HttpResponse<byte[]> send(HttpRequest request) throws Exception {
    return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
  }

  /** What comes back to bytes that no client would send. */
  private String raw(String bytes) {
    return raw(bytes, 20_000);
  }

  private String raw(String bytes, int longestMillis) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(longestMillis);
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
