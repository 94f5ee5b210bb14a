package eus.bakq.demo;

import eus.bakq.fixtures.BadDocuments;
import eus.bakq.relyingparty.v1.CreateSignatureRequestRequest;
import eus.bakq.relyingparty.v1.SignatureRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.Callable;

/**
 * A sede and a citizen who bring one request to its end, whatever node stops meanwhile: who is
 * answered UNAVAILABLE goes to the next node, and who finds a conversation over begins another. For
 * one thread.
 */
final class Signing implements Callable<SignatureRequest> {
  private static final int MOST_TRIES = 400;
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final int MOST_LOOKS_FOR_A_CODE = 200;

  private final ProcessWorld world;
  private final Citizen citizen;
  private final CreateSignatureRequestRequest.Builder wish = Sede.wish(BadDocuments.sound());
  private int node;

  Signing(ProcessWorld world, Citizen citizen, int firstNode) {
    this.world = world;
    this.citizen = citizen;
    this.node = firstNode;
  }

  /** Returns the request when it is completed. */
  @Override
  public SignatureRequest call() throws Exception {
    SignatureRequest request = untilAnswered(() -> sede().ask(wish.clone()));
    for (int attempt = 0; attempt < MOST_TRIES; attempt++) {
      SignatureRequest now = untilAnswered(() -> sede().get(request.getId()));
      switch (now.getState()) {
        case SIGNATURE_REQUEST_STATE_COMPLETED -> {
          return now;
        }
        case SIGNATURE_REQUEST_STATE_FROZEN, SIGNATURE_REQUEST_STATE_CHALLENGED ->
            authorise(request);
        case SIGNATURE_REQUEST_STATE_AUTHORISED, SIGNATURE_REQUEST_STATE_COMPLETING ->
            Thread.sleep(PAUSE);
        default -> throw new AssertionError("ended otherwise: " + now);
      }
    }
    throw new AssertionError("does not end: " + request.getId());
  }

  /** One conversation, as far as it comes. */
  private void authorise(SignatureRequest request) throws Exception {
    try {
      Authorising authorising =
          Authorising.open(at().signerChannel(), request.getAuthorisationAddress());
      authorising.submitPassword(citizen.dni(), Citizen.PASSWORD);
      for (int look = 0; look < MOST_LOOKS_FOR_A_CODE; look++) {
        if (citizen.unreadSms() == 0) {
          Thread.sleep(PAUSE);
        } else if (fits(authorising, citizen.nextCode())) {
          return;
        }
      }
    } catch (StatusRuntimeException e) {
      switch (e.getStatus().getCode()) {
        case UNAVAILABLE -> goOn();
        // The state says what became of it: another conversation is begun, if there is to be one.
        case NOT_FOUND, FAILED_PRECONDITION -> Thread.sleep(PAUSE);
        default -> throw e;
      }
    }
  }

  /** Whether the code was right; it may be one of an earlier conversation. */
  private static boolean fits(Authorising authorising, String code) {
    try {
      return authorising.submitCode(code) == 1;
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.UNAUTHENTICATED) {
        return false;
      }
      throw e;
    }
  }

  private <T> T untilAnswered(Callable<T> call) throws Exception {
    for (int attempt = 0; ; attempt++) {
      try {
        return call.call();
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() != Status.Code.UNAVAILABLE || attempt == MOST_TRIES) {
          throw e;
        }
        goOn();
      }
    }
  }

  private void goOn() throws InterruptedException {
    node++;
    Thread.sleep(PAUSE);
  }

  private ProcessWorld.Node at() {
    return TwoNodes.of(world, node);
  }

  private Sede sede() {
    return at().sede(WorldFiles.SEDE_A);
  }
}
