package eus.bakq.cli;

import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestServiceGrpc.SignatureRequestServiceBlockingStub;
import eus.bakq.relyingparty.v1.WatchSignatureRequestRequest;
import eus.bakq.relyingparty.v1.WatchSignatureRequestResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Follows one request to its end. A watch that breaks or ends before is begun again. */
final class RequestWatch {
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration AFTER_EXPIRY = Duration.ofMinutes(5);
  private static final long WATCH_MINUTES = 31;

  private final SignatureRequestServiceBlockingStub stub;
  private final Clock clock;

  /**
   * @param stub without a deadline
   */
  RequestWatch(SignatureRequestServiceBlockingStub stub, Clock clock) {
    this.stub = stub;
    this.clock = clock;
  }

  /**
   * Tells {@code news} each change, until the request has ended.
   *
   * @return the request, ended
   * @throws FailedException if it has not ended five minutes after its expiry, or this is
   *     interrupted
   * @throws StatusRuntimeException if the server refuses to tell
   */
  SignatureRequest toTheEnd(String id, Consumer<SignatureRequest> news) {
    SignatureRequest last = SignatureRequest.getDefaultInstance();
    while (true) {
      try {
        Iterator<WatchSignatureRequestResponse> watch =
            stub.withDeadlineAfter(WATCH_MINUTES, TimeUnit.MINUTES)
                .watchSignatureRequest(WatchSignatureRequestRequest.newBuilder().setId(id).build());
        while (watch.hasNext()) {
          SignatureRequest now = watch.next().getSignatureRequest();
          if (!now.equals(last)) {
            last = now;
            news.accept(now);
          }
        }
        if (hasEnded(last)) {
          return last;
        }
      } catch (StatusRuntimeException e) {
        if (!mayPass(e.getStatus()) || last.getId().isEmpty()) {
          throw e;
        }
      }
      pauseBefore(last);
    }
  }

  private static boolean mayPass(Status status) {
    return switch (status.getCode()) {
      case UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED -> true;
      default -> false;
    };
  }

  private void pauseBefore(SignatureRequest last) {
    Instant end = Instant.ofEpochSecond(last.getExpiresAt().getSeconds()).plus(AFTER_EXPIRY);
    if (clock.instant().isAfter(end)) {
      throw FailedException.unavailable("The request should have ended by now; ask again later.");
    }
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw FailedException.unavailable("Waiting was interrupted; the request goes on.");
    }
  }

  static boolean hasEnded(SignatureRequest request) {
    return switch (request.getState()) {
      case SIGNATURE_REQUEST_STATE_FROZEN,
          SIGNATURE_REQUEST_STATE_CHALLENGED,
          SIGNATURE_REQUEST_STATE_AUTHORISED,
          SIGNATURE_REQUEST_STATE_COMPLETING,
          SIGNATURE_REQUEST_STATE_UNSPECIFIED ->
          false;
      case SIGNATURE_REQUEST_STATE_COMPLETED,
          SIGNATURE_REQUEST_STATE_REJECTED,
          SIGNATURE_REQUEST_STATE_EXPIRED,
          SIGNATURE_REQUEST_STATE_CANCELLED,
          SIGNATURE_REQUEST_STATE_FAILED,
          UNRECOGNIZED ->
          true;
    };
  }
}
