package eus.bakq.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import eus.bakq.fixtures.TimeStampAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampRequestGenerator;

/**
 * A real time-stamping authority, and a door before it that behaves as a test says. Safe for
 * several threads.
 */
final class UnreliableTimeStamps implements AutoCloseable {
  /** How the authority behaves. */
  enum Manner {
    /** As it should. */
    SOUND,
    /** Its process is killed: neither stamps nor statuses. */
    KILLED,
    /** Takes the query and does not answer. */
    SILENT,
    /** Answers with a stamp of its own, with the right nonce, for another hash. */
    LYING
  }

  private static final int BAD_GATEWAY = 502;
  private static final long LONGEST_SILENCE_SECONDS = 60;

  private final TimeStampAuthority authority;
  private final HttpServer door;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client = HttpClient.newHttpClient();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Manner manner = Manner.SOUND;

  private UnreliableTimeStamps(TimeStampAuthority authority, HttpServer door) {
    this.authority = authority;
    this.door = door;
  }

  static UnreliableTimeStamps start(Path folder) throws IOException {
    HttpServer door =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    UnreliableTimeStamps stamps = new UnreliableTimeStamps(TimeStampAuthority.start(folder), door);
    door.createContext("/", stamps::answer);
    door.setExecutor(stamps.threads);
    door.start();
    return stamps;
  }

  /** What a server is configured with; it waits for an answer for a second. */
  String section() {
    return "{address: http://127.0.0.1:%d/, authorities: %s, statusAddresses: [%s], timeout: PT1S}"
        .formatted(door.getAddress().getPort(), authority.rootFile(), authority.address());
  }

  /** From here on it behaves so. */
  void behave(Manner next) {
    manner = next;
    if (next == Manner.KILLED) {
      authority.kill();
    } else {
      authority.restart();
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] query = exchange.getRequestBody().readAllBytes();
      Manner now = manner;
      if (now == Manner.SILENT && closed.await(LONGEST_SILENCE_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
      HttpResponse<byte[]> stamped =
          client.send(
              HttpRequest.newBuilder(URI.create(authority.address().toString()))
                  .header("Content-Type", "application/timestamp-query")
                  .POST(
                      HttpRequest.BodyPublishers.ofByteArray(
                          now == Manner.LYING ? forAnotherHash(query) : query))
                  .build(),
              BodyHandlers.ofByteArray());
      exchange.getResponseHeaders().set("Content-Type", "application/timestamp-reply");
      exchange.sendResponseHeaders(stamped.statusCode(), stamped.body().length);
      exchange.getResponseBody().write(stamped.body());
    } catch (IOException | TSPException e) {
      // Nobody is behind the door.
      exchange.sendResponseHeaders(BAD_GATEWAY, -1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static byte[] forAnotherHash(byte[] query) throws IOException, TSPException {
    TimeStampRequest asked = new TimeStampRequest(query);
    byte[] another = asked.getMessageImprintDigest();
    another[0] ^= 1;
    TimeStampRequestGenerator generator = new TimeStampRequestGenerator();
    generator.setCertReq(asked.getCertReq());
    return generator
        .generate(asked.getMessageImprintAlgOID(), another, asked.getNonce())
        .getEncoded();
  }

  @Override
  public void close() {
    closed.countDown();
    door.stop(0);
    threads.shutdownNow();
    client.shutdownNow();
    authority.close();
  }
}
