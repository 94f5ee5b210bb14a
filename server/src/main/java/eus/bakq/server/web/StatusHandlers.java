package eus.bakq.server.web;

import eus.bakq.server.certificate.OcspResponder;
import eus.bakq.server.certificate.StatusAddresses;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.web.PublicListener.Published;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Converts between HTTP and what is published. Safe for several threads. */
final class StatusHandlers {
  private static final Logger LOG = LoggerFactory.getLogger(StatusHandlers.class);

  /** RFC 5019 has clients use GET for requests of up to 255 bytes only. */
  private static final int MOST_PATH = 1024;

  private static final String PREFIX = StatusAddresses.OCSP_PATH + "/";

  /** Whoever keeps an answer does not learn of a revocation: so nobody on the way does. */
  private static final String KEEP_NOTHING = "no-store";

  private final Published published;
  private final StatusAdmission admission;

  StatusHandlers(Published published, StatusAdmission admission) {
    this.published = published;
    this.admission = admission;
  }

  /** What every answer says to browsers. */
  static void protect(Context context) {
    context.header("X-Content-Type-Options", "nosniff");
    context.header("Cache-Control", KEEP_NOTHING);
  }

  void answerPost(Context context) throws IOException {
    byte[] body = context.bodyInputStream().readNBytes(OcspResponder.MOST_REQUEST_BYTES + 1);
    if (body.length > OcspResponder.MOST_REQUEST_BYTES) {
      refuse(context, 413, "A request has at most 8 KiB.");
      return;
    }
    answer(context, Bytes.copyOf(body));
  }

  void answerGet(Context context) {
    String path = context.path();
    if (path.length() > PREFIX.length() + MOST_PATH) {
      refuse(context, 414, "A request by GET has at most 1 KiB. Use POST.");
      return;
    }
    Optional<Bytes> request = decode(path.substring(PREFIX.length()));
    if (request.isEmpty()) {
      refuse(context, 400, "The path is not a request in base64.");
      return;
    }
    answer(context, request.get());
  }

  private void answer(Context context, Bytes request) {
    Bytes response = admission.inTurn(() -> published.ocsp().apply(request));
    context.contentType("application/ocsp-response").result(response.toByteArray());
  }

  void revocationList(Context context) {
    Bytes list = admission.inTurn(published.revocationList());
    context.contentType("application/pkix-crl").result(list.toByteArray());
  }

  /** The only thing here that does not change while the server runs. */
  void authority(Context context) {
    context
        .header("Cache-Control", "public, max-age=3600")
        .contentType("application/pkix-cert")
        .result(published.authority().toByteArray());
  }

  /** The edge: whatever else goes wrong is logged here, and nobody outside is told why. */
  void failed(Exception failure, Context context) {
    switch (failure) {
      case HttpResponseException refused -> refuse(context, refused.getStatus(), "");
      case UnavailableException unavailable -> {
        LOG.atWarn().setCause(unavailable).log("a request of the public is put off");
        context.header("Retry-After", "1");
        refuse(context, 503, "Try again later.");
      }
      case AlteredRowException altered -> {
        // As at OCSP. Who asks for the list learns only that there is none (ROW_ALTERED).
        LOG.atError().setCause(altered).log("the register of certificates was altered");
        refuse(context, 500, "");
      }
      default -> {
        LOG.atError().setCause(failure).log("a request of the public failed");
        refuse(context, 500, "");
      }
    }
  }

  /** No page says what there is or was asked for. */
  static void nothing(Context context) {
    context.result("");
  }

  private static void refuse(Context context, int status, String sentence) {
    context.status(status).contentType("text/plain").result(sentence);
  }

  /** Base64, of which some characters are escaped; a plus sign is itself, not a space. */
  private static Optional<Bytes> decode(String escaped) {
    try {
      String base64 = URLDecoder.decode(escaped.replace("+", "%2B"), StandardCharsets.US_ASCII);
      return Optional.of(Bytes.copyOf(Base64.getDecoder().decode(base64)));
    } catch (IllegalArgumentException e) {
      LOG.atDebug().setCause(e).log("a path is not base64");
      return Optional.empty();
    }
  }
}
