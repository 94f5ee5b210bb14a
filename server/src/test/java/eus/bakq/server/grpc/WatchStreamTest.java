package eus.bakq.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.relyingparty.v1.WatchSignatureRequestResponse;
import eus.bakq.server.caller.CallerPlaces;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.signing.CompletionDelay;
import eus.bakq.server.signing.SignatureRequestState;
import eus.bakq.server.signing.SignatureRequestView;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import eus.bakq.server.vocabulary.SignatureRequestId;
import io.grpc.stub.ServerCallStreamObserver;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WatchStreamTest {
  private static final CallerName SEDE = new CallerName("sede");

  private final Call call = new Call();
  private final CallerPlaces places = new CallerPlaces(1, 1);
  private final AtomicInteger stopped = new AtomicInteger();
  private WatchStream stream;

  @BeforeEach
  void begin() throws RefusedException {
    stream = WatchStream.begin(call, places.take(SEDE));
    stream.watchedBy(stopped::incrementAndGet);
  }

  @Test
  void keepsTheLastOfWhatASlowReaderDoesNotTake() {
    call.ready = false;
    stream.changed(view(SignatureRequestState.FROZEN));
    stream.changed(view(SignatureRequestState.CHALLENGED));
    assertThat(call.seen).isEmpty();

    call.becomeReady();
    call.becomeReady();
    assertThat(call.seen).containsExactly("CHALLENGED");
  }

  @Test
  void tellsTheEndToASlowReaderAndGivesThePlaceBack() throws RefusedException {
    call.ready = false;
    stream.changed(view(SignatureRequestState.COMPLETED));
    stream.ended();
    stream.changed(view(SignatureRequestState.COMPLETED));
    stream.ended();

    assertThat(call.seen).containsExactly("COMPLETED", "completed");
    places.take(SEDE).close();
  }

  @Test
  void stopsWatchingForWhoHasGone() throws RefusedException {
    call.goAway();
    stream.changed(view(SignatureRequestState.CHALLENGED));
    stream.failed(UnavailableException.temporarily("the server is stopping", null));

    assertThat(call.seen).isEmpty();
    assertThat(stopped).hasValue(1);
    places.take(SEDE).close();
  }

  @Test
  void stopsWatchingForWhoWentBeforeItBegan() throws RefusedException {
    call.goAway();
    AtomicInteger late = new AtomicInteger();
    stream.watchedBy(late::incrementAndGet);
    assertThat(late).hasValue(1);
  }

  @Test
  void endsByAFailureOnceInOurShape() throws RefusedException {
    stream.failed(UnavailableException.temporarily("the server is stopping", null));
    stream.failed(new IllegalStateException("again"));

    assertThat(call.seen).containsExactly("TEMPORARILY_UNAVAILABLE");
    assertThat(stopped).hasValue(1);
    places.take(SEDE).close();
  }

  private static SignatureRequestView view(SignatureRequestState state) {
    return new SignatureRequestView(
        new SignatureRequestId(new UUID(1, 2)),
        state,
        URI.create("https://bakq.example/"),
        "ABCD-EFGH",
        1,
        Instant.EPOCH,
        Instant.EPOCH,
        SignatureFormat.PADES,
        SignatureLevel.B_B,
        DigestAlgorithm.SHA256,
        CompletionDelay.NONE,
        Optional.empty());
  }

  /** A call whose reader is as fast as a test says. */
  private static final class Call extends ServerCallStreamObserver<WatchSignatureRequestResponse> {
    private final List<String> seen = new ArrayList<>();
    private boolean ready = true;
    private Runnable onReady = () -> {};
    private Runnable onCancel = () -> {};

    private void becomeReady() {
      ready = true;
      onReady.run();
    }

    private void goAway() {
      onCancel.run();
    }

    @Override
    public boolean isReady() {
      return ready;
    }

    @Override
    public void setOnReadyHandler(Runnable handler) {
      onReady = handler;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {
      onCancel = handler;
    }

    @Override
    public void onNext(WatchSignatureRequestResponse value) {
      seen.add(
          value.getSignatureRequest().getState().name().replace("SIGNATURE_REQUEST_STATE_", ""));
    }

    @Override
    public void onError(Throwable failure) {
      seen.add(Errors.reason(failure));
    }

    @Override
    public void onCompleted() {
      seen.add("completed");
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void setCompression(String compression) {
      throw new AssertionError("a watch does not ask for this");
    }

    @Override
    public void disableAutoInboundFlowControl() {
      throw new AssertionError("a watch does not ask for this");
    }

    @Override
    public void request(int count) {
      throw new AssertionError("a watch does not ask for this");
    }

    @Override
    public void setMessageCompression(boolean enable) {
      throw new AssertionError("a watch does not ask for this");
    }
  }
}
