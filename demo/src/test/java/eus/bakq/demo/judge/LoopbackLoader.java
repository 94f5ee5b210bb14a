package eus.bakq.demo.judge;

import eu.europa.esig.dss.service.http.commons.CommonsDataLoader;
import java.net.URI;

/** Fetches what certificates name, if it is on this machine; refuses everything else. */
final class LoopbackLoader extends CommonsDataLoader {
  private static final long serialVersionUID = 1L;
  private static final int MOST_MILLISECONDS = 10_000;

  /**
   * A loader.
   *
   * @param contentType of what is sent
   */
  LoopbackLoader(String contentType) {
    super(contentType);
    setTimeoutConnection(MOST_MILLISECONDS);
    setTimeoutSocket(MOST_MILLISECONDS);
    setTimeoutResponse(MOST_MILLISECONDS);
    setTimeoutConnectionRequest(MOST_MILLISECONDS);
  }

  @Override
  public byte[] get(String url) {
    requireLoopback(url);
    return super.get(url);
  }

  @Override
  public byte[] post(String url, byte[] content) {
    requireLoopback(url);
    return super.post(url, content);
  }

  private static void requireLoopback(String url) {
    URI address = URI.create(url);
    if (!"http".equals(address.getScheme()) || !"127.0.0.1".equals(address.getHost())) {
      throw new IllegalStateException("a judge was sent elsewhere: " + url);
    }
  }
}
