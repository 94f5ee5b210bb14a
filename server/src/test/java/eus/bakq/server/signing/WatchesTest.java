package eus.bakq.server.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import eus.bakq.server.vocabulary.SignatureRequestId;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class WatchesTest {
  private final Rows rows = new Rows();
  private final SignatureRequestId id = rows.put(SignatureRequestState.FROZEN);
  private final Told told = new Told();
  private long nanoTime = Long.MAX_VALUE - 1; // It may wrap around at any time.
  private final Watches watches = new Watches(rows, () -> nanoTime);

  @Test
  void tellsEachChangeOnceAndReadsOnlyWhatMoved() {
    SignatureRequestId still = rows.put(SignatureRequestState.FROZEN);
    watch(id, told);
    watch(still, told);

    watches.round();
    rows.put(id, SignatureRequestState.CHALLENGED, CompletionDelay.NONE);
    watches.round();
    watches.round();

    assertThat(told.news).containsExactly("CHALLENGED NONE");
    assertThat(rows.viewed).containsExactly(id);
    assertThat(rows.rounds).isEqualTo(3);
  }

  @Test
  void tellsThatCompletingTakesLonger() {
    watch(id, told);
    rows.put(id, SignatureRequestState.COMPLETING, CompletionDelay.NONE);
    watches.round();
    rows.put(id, SignatureRequestState.COMPLETING, CompletionDelay.EVIDENCE_UNAVAILABLE);
    watches.round();

    assertThat(told.news).containsExactly("COMPLETING NONE", "COMPLETING EVIDENCE_UNAVAILABLE");
  }

  @Test
  void endsAfterAFinalState() {
    watch(id, told);
    rows.put(id, SignatureRequestState.REJECTED, CompletionDelay.NONE);
    watches.round();
    watches.round();

    assertThat(told.news).containsExactly("REJECTED NONE", "ended");
    assertThat(rows.rounds).as("nobody is left to read for").isOne();
  }

  @Test
  void missesNothingWhileTheDatabaseIsAway() {
    watch(id, told);
    rows.put(id, SignatureRequestState.CHALLENGED, CompletionDelay.NONE);
    rows.failure = UnavailableException.temporarily("the database restarts", null);
    watches.round();
    watches.round();
    assertThat(told.news).isEmpty();

    rows.failure = null;
    watches.round();
    assertThat(told.news).containsExactly("CHALLENGED NONE");
  }

  @Test
  void tellsAgainWhatCouldNotBeReadWhole() {
    watch(id, told);
    rows.put(id, SignatureRequestState.CHALLENGED, CompletionDelay.NONE);
    rows.viewFailure = UnavailableException.temporarily("the database restarts", null);
    watches.round();
    rows.viewFailure = null;
    watches.round();

    assertThat(told.news).containsExactly("CHALLENGED NONE");
  }

  @Test
  void endsOneWatcherByAFaultAndTellsTheOthers() {
    SignatureRequestId other = rows.put(SignatureRequestState.FROZEN);
    Told others = new Told();
    watch(id, told);
    watch(other, others);
    rows.put(id, SignatureRequestState.CHALLENGED, CompletionDelay.NONE);
    rows.put(other, SignatureRequestState.CHALLENGED, CompletionDelay.NONE);
    rows.altered = id;
    watches.round();

    assertThat(told.news).containsExactly("failed IllegalStateException");
    assertThat(others.news).containsExactly("CHALLENGED NONE");
  }

  @Test
  void endsAfterHalfAnHour() {
    watch(id, told);
    nanoTime += Watches.LIFE.toNanos() - 1;
    watches.round();
    assertThat(told.news).isEmpty();

    nanoTime += 1;
    rows.put(id, SignatureRequestState.CHALLENGED, CompletionDelay.NONE);
    watches.round();
    assertThat(told.news).containsExactly("ended");
  }

  @Test
  void tellsNothingToWhoHasGone() {
    watch(id, told).close();
    rows.put(id, SignatureRequestState.CHALLENGED, CompletionDelay.NONE);
    watches.round();

    assertThat(told.news).isEmpty();
    assertThat(rows.rounds).isZero();
  }

  @Test
  void endsEveryWatchWhenTheServerStopsAndTakesNoMore() {
    watch(id, told);
    watches.close();
    watches.close();

    assertThat(told.news).containsExactly("failed UnavailableException");
    assertThatThrownBy(() -> watch(id, told)).isInstanceOf(UnavailableException.class);
  }

  private Watches.Watch watch(SignatureRequestId request, RequestWatcher watcher) {
    return watches.add(request, watcher, rows.progress.get(request));
  }

  private static final class Told implements RequestWatcher {
    private final List<String> news = new ArrayList<>();

    @Override
    public void changed(SignatureRequestView view) {
      news.add(view.state() + " " + view.completionDelay());
    }

    @Override
    public void ended() {
      news.add("ended");
    }

    @Override
    public void failed(RuntimeException failure) {
      news.add("failed " + failure.getClass().getSimpleName());
    }
  }

  private static final class Rows implements Watches.Reader {
    private final Map<SignatureRequestId, SignatureRequests.Progress> progress = new HashMap<>();
    private final List<SignatureRequestId> viewed = new ArrayList<>();
    private RuntimeException failure;
    private RuntimeException viewFailure;
    private SignatureRequestId altered;
    private int rounds;

    private SignatureRequestId put(SignatureRequestState state) {
      SignatureRequestId made = new SignatureRequestId(UUID.randomUUID());
      put(made, state, CompletionDelay.NONE);
      return made;
    }

    private void put(
        SignatureRequestId request, SignatureRequestState state, CompletionDelay delay) {
      progress.put(request, new SignatureRequests.Progress(state, delay));
    }

    @Override
    public Map<SignatureRequestId, SignatureRequests.Progress> progress(
        Set<SignatureRequestId> ids) {
      rounds++;
      if (failure != null) {
        throw failure;
      }
      Map<SignatureRequestId, SignatureRequests.Progress> found = new HashMap<>(progress);
      found.keySet().retainAll(ids);
      return found;
    }

    @Override
    public SignatureRequestView view(SignatureRequestId request) {
      if (viewFailure != null) {
        throw viewFailure;
      }
      if (request.equals(altered)) {
        throw new IllegalStateException("the row was altered");
      }
      viewed.add(request);
      return new SignatureRequestView(
          request,
          progress.get(request).state(),
          URI.create("https://bakq.example/"),
          "ABCD-EFGH",
          1,
          Instant.EPOCH,
          Instant.EPOCH,
          SignatureFormat.PADES,
          SignatureLevel.B_B,
          DigestAlgorithm.SHA256,
          progress.get(request).completionDelay(),
          Optional.empty());
    }
  }
}
