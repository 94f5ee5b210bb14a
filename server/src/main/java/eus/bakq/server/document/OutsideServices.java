package eus.bakq.server.document;

import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Bytes;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * Asks services of others over HTTP, within bounds of time and size. Follows no redirection, uses
 * no proxy and keeps no cookies. Somebody who has not answered is left alone for two seconds, so
 * that what waits for him does not pile up. Which addresses may be asked is the caller's to say.
 * Safe for several threads.
 */
final class OutsideServices implements AutoCloseable {
  private static final Duration LONGEST_CONNECT = Duration.ofSeconds(3);
  private static final Duration PAUSE = Duration.ofSeconds(2);
  private static final int OK = 200;

  private final HttpClient client;
  private final Duration timeout;
  private final LongSupplier nanoTime;

  /** Until when somebody is left alone; as many as there are configured addresses, at most. */
  private final Map<String, Long> pauses = new ConcurrentHashMap<>();

  /**
   * Connects to nobody yet.
   *
   * @param timeout for a whole answer
   */
  OutsideServices(Duration timeout, LongSupplier nanoTime) {
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(HttpClient.Builder.NO_PROXY)
            .connectTimeout(timeout.compareTo(LONGEST_CONNECT) < 0 ? timeout : LONGEST_CONNECT)
            .build();
    this.timeout = timeout;
    this.nanoTime = nanoTime;
  }

  /**
   * What is at {@code address}.
   *
   * @param most bytes of the answer
   * @throws UnavailableException if there is no answer of status 200 within the bounds
   */
  Bytes get(URI address, int most) {
    return send(HttpRequest.newBuilder(address).GET(), address, most);
  }

  /** As {@link #get}, for an answer to {@code body}, which is of media type {@code type}. */
  Bytes post(URI address, String type, byte[] body, int most) {
    return send(
        HttpRequest.newBuilder(address)
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body)),
        address,
        most);
  }

  private Bytes send(HttpRequest.Builder request, URI address, int most) {
    String whom = address.getScheme() + "://" + address.getRawAuthority();
    Long until = pauses.get(whom);
    if (until != null && until - nanoTime.getAsLong() > 0) {
      throw UnavailableException.temporarily("who has just not answered is left alone", null);
    }
    try {
      Bytes answer = receive(request.build(), most);
      pauses.remove(whom);
      return answer;
    } catch (UnavailableException e) {
      pauses.put(whom, nanoTime.getAsLong() + PAUSE.toNanos());
      throw e;
    }
  }

  private Bytes receive(HttpRequest request, int most) {
    // Not sendAsync: what it returns ends in the pool of threads that all of this JVM shares, and
    // nobody is to be held up by who works there.
    FutureTask<HttpResponse<byte[]>> answer =
        new FutureTask<>(
            () -> client.send(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), most)));
    Thread.ofVirtual().name("asking-others").start(answer);
    try {
      // The client's own timeout ends with the head of the answer; this one is for all of it.
      HttpResponse<byte[]> received = answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
      if (received.statusCode() != OK) {
        throw UnavailableException.temporarily("a service of others answers with an error", null);
      }
      return Bytes.copyOf(received.body());
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw UnavailableException.temporarily("a service of others does not answer in time", e);
    } catch (ExecutionException e) {
      throw UnavailableException.temporarily("a service of others cannot be asked", e);
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw UnavailableException.temporarily("interrupted while a service of others is asked", e);
    }
  }

  /** Ends what is under way. */
  @Override
  public void close() {
    client.shutdownNow();
    client.close();
  }
}
