package eus.bakq.server.web;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * What Jetty answers by itself to requests that it cannot read: the status alone. Its own pages say
 * what was asked for and what serves it.
 */
final class PlainErrors implements Request.Handler {
  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
    // Jetty reads nothing more from who sends what it cannot read, and does not say so by itself.
    response.getHeaders().put(HttpHeader.CONNECTION, "close");
    response.write(true, null, callback);
    return true;
  }
}
