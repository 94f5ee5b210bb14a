package eus.bakq.demo;

import static eus.bakq.relyingparty.v1.SignatureRequestState.SIGNATURE_REQUEST_STATE_CANCELLED;
import static eus.bakq.relyingparty.v1.SignatureRequestState.SIGNATURE_REQUEST_STATE_CHALLENGED;
import static eus.bakq.relyingparty.v1.SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETED;
import static eus.bakq.relyingparty.v1.SignatureRequestState.SIGNATURE_REQUEST_STATE_FROZEN;
import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.BadDocuments;
import eus.bakq.fixtures.Documents;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How a sede learns what becomes of its request without asking. */
@ExtendWith(InDemoWorld.class)
class WatchTest {
  private static final int PLACES = 6;

  private final DemoWorld world;
  private final Sede sede;

  WatchTest(DemoWorld world) {
    this.world = world;
    this.sede = world.sede(DemoWorld.SEDE_A);
  }

  @Test
  @DisplayName("a watcher is told how it is, each change after it, and the end")
  void tellsEachChangeOnceAndEnds() {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    Watching watching = sede.watch(request.getId());
    assertThat(watching.next()).isEqualTo(request);

    Authorising challenged = citizen.challenged(request);
    assertThat(watching.next())
        .isEqualTo(request.toBuilder().setState(SIGNATURE_REQUEST_STATE_CHALLENGED).build());
    challenged.submitCode(citizen.nextCode());

    Set<SignatureRequestState> seen = EnumSet.noneOf(SignatureRequestState.class);
    SignatureRequest last = watching.next();
    while (last.getState() != SIGNATURE_REQUEST_STATE_COMPLETED) {
      assertThat(seen.add(last.getState())).as("each once: %s", last.getState()).isTrue();
      last = watching.next();
    }
    assertThat(seen)
        .isSubsetOf(
            SignatureRequestState.SIGNATURE_REQUEST_STATE_AUTHORISED,
            SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETING);
    watching.awaitEnd();
    assertThat(sede.get(request.getId())).isEqualTo(last);
  }

  @Test
  @DisplayName("two who watch are told the same")
  void tellsEveryWatcher() {
    SignatureRequest request = sede.ask(BadDocuments.sound());
    List<Watching> both = List.of(sede.watch(request.getId()), sede.watch(request.getId()));
    for (Watching watching : both) {
      assertThat(watching.next().getState()).isEqualTo(SIGNATURE_REQUEST_STATE_FROZEN);
    }

    sede.cancel(request.getId());

    for (Watching watching : both) {
      assertThat(watching.next().getState()).isEqualTo(SIGNATURE_REQUEST_STATE_CANCELLED);
      watching.awaitEnd();
    }
  }

  @Test
  @DisplayName("who watches what has ended is told so, once")
  void endsAtOnceForWhatHasEnded() {
    SignatureRequest request = sede.ask(BadDocuments.sound());
    sede.cancel(request.getId());

    Watching watching = sede.watch(request.getId());

    assertThat(watching.next().getState()).isEqualTo(SIGNATURE_REQUEST_STATE_CANCELLED);
    watching.awaitEnd();
  }

  @Test
  @DisplayName("another sede's request is like none, to watch and to read; the attempt is recorded")
  void isForItsSedeOnly() {
    SignatureRequest request = sede.ask(Documents.form());
    world.activeCitizen().sign(request);
    Sede other = world.sede(DemoWorld.SEDE_B);
    String unknown = UUID.randomUUID().toString();

    for (Callable<?> call :
        List.<Callable<?>>of(
            () -> other.watch(request.getId()).next(), () -> other.stream(request.getId(), 0))) {
      assertThat(Refused.by(call).reason()).isEqualTo("SIGNATURE_REQUEST_NOT_FOUND");
    }
    assertThat(Refused.by(() -> other.watch(unknown).next()))
        .isEqualTo(Refused.by(() -> other.watch(request.getId()).next()));
    assertThat(world.audit().lines(request.getId()))
        .endsWith(
            "SIGNATURE_REQUEST_DENIED REFUSED OF_ANOTHER_SEDE",
            "SIGNATURE_REQUEST_DENIED REFUSED OF_ANOTHER_SEDE",
            "SIGNATURE_REQUEST_DENIED REFUSED OF_ANOTHER_SEDE")
        .doesNotContain("SIGNED_DOCUMENT_FETCHED SUCCEEDED");
  }

  @Test
  @DisplayName("API-07: a sede watches no more at once than its quota, and gets places back")
  void boundsWatchesOfASede() throws Exception {
    Sede other = world.sede(DemoWorld.SEDE_B);
    SignatureRequest request = other.ask(BadDocuments.sound());
    List<Watching> watching = new ArrayList<>();
    for (int i = 0; i < PLACES; i++) {
      watching.add(other.watch(request.getId()));
      watching.getLast().next();
    }

    Refused beyond = Refused.by(() -> other.watch(request.getId()).next());
    assertThat(beyond.reason()).isEqualTo("QUOTA_EXCEEDED");
    assertThat(beyond.text()).contains("RetryInfo");
    // Others have places of their own, and all other calls are served.
    SignatureRequest own = sede.ask(BadDocuments.sound());
    sede.watch(own.getId()).next();
    assertThat(other.get(request.getId())).isEqualTo(request);
    sede.cancel(own.getId());

    watching.getFirst().goAway();
    assertThat(Eventually.is(() -> hasPlace(other, request))).isTrue();
    other.cancel(request.getId());
    for (Watching one : watching.subList(1, PLACES)) {
      assertThat(one.next().getState()).isEqualTo(SIGNATURE_REQUEST_STATE_CANCELLED);
      one.awaitEnd();
    }
    // The places of these are given back too: the next test finds one.
    assertThat(Eventually.is(() -> hasPlace(other, request))).isTrue();
  }

  @Test
  @DisplayName("fields that are missing or wrong are named")
  void refusesMalformedCalls() {
    for (String id : List.of("", "no uuid", "1".repeat(100_000))) {
      Refused watched = Refused.by(() -> sede.watch(id).next());
      assertThat(watched.reason()).isEqualTo("FIELD_INVALID");
      assertThat(watched.text()).contains("is a UUID in its text form");
      assertThat(Refused.by(() -> sede.stream(id, 0)).reason()).isEqualTo("FIELD_INVALID");
    }
  }

  private static boolean hasPlace(Sede sede, SignatureRequest request) {
    try {
      return sede.watch(request.getId()).next().getId().equals(request.getId());
    } catch (io.grpc.StatusRuntimeException e) {
      assertThat(Refused.of(e).reason()).isEqualTo("QUOTA_EXCEEDED");
      return false;
    }
  }
}
