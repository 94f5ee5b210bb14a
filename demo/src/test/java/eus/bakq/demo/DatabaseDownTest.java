package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.Postgres;
import eus.bakq.fixtures.PostgresWire;
import eus.bakq.fixtures.PostgresWireOrder;
import eus.bakq.fixtures.PostgresWireOrder.Where;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** PostgreSQL is stopped, or crashes, and comes back. */
class DatabaseDownTest {
  enum End {
    STOPPED,
    CRASHED
  }

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

  @TempDir private static Path folder;
  private static Postgres postgres;
  private static PostgresWire wire;
  private static DemoWorld world;
  private static Citizen citizen;
  private static Sede sede;

  @BeforeAll
  static void open() throws Exception {
    postgres = Postgres.start(folder.resolve("postgres"), 0);
    wire = PostgresWire.to(postgres.port());
    WorldFiles files = WorldFiles.make(postgres);
    world =
        DemoWorld.start(
            files,
            WorldFiles.Settings.usual()
                .jdbcUrl(wire.through(files.place().jdbcUrl()))
                .further(CutConnectionTest.PATIENT));
    sede = world.sede(WorldFiles.SEDE_A);
    citizen = world.activeCitizen();
  }

  @AfterAll
  static void close() throws Exception {
    world.close();
    wire.close();
    postgres.stop();
  }

  @AfterEach
  void keepsTheContract() throws Exception {
    wire.forgetOrders();
    WalkTraces.anHourPasses(world, citizen);
    assertThat(world.audit().verify().getFirstBadSequence()).isZero();
    new WorldInvariants(world).require();
    world.conformance().requireNoViolation();
  }

  @ParameterizedTest
  @EnumSource(End.class)
  @DisplayName(
      "AUD-06, PRO-09: a restart between password and code loses no request, and a watch lives"
          + " through it")
  void comesBackBetweenTheSteps(End end) throws Exception {
    SignatureRequest request = sede.ask(Documents.form());
    Watching watching = sede.watch(request.getId());
    assertThat(watching.next()).isEqualTo(request);
    Authorising authorising = citizen.challenged(request);
    String code = citizen.nextCode();

    down(end);
    assertThat(isDone(() -> sede.get(request.getId()))).isFalse();
    assertThat(isDone(() -> authorising.submitCode(code))).isFalse();
    assertThat(isDone(() -> sede.ask(Documents.form()))).isFalse();
    up();

    assertThat(Eventually.is(() -> isDone(() -> sede.get(request.getId())))).isTrue();
    switch (end) {
      case STOPPED -> assertThat(authorising.submitCode(code)).isEqualTo(1);
      case CRASHED -> {
        // The ticket's other half was in an UNLOGGED table.
        assertThat(Refused.by(() -> authorising.submitCode(code)).reason())
            .isEqualTo("PASSWORD_AGAIN");
        assertThat(citizen.sign(request)).isEqualTo(1);
      }
    }
    SignatureRequestState last = watching.next().getState();
    while (last != SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETED) {
      last = watching.next().getState();
    }
    watching.awaitEnd();
    requireSignedOnce(request);
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName(
      "SAD-05, SAD-08: a crash while the values are being committed keeps them, or burns them")
  void crashesWhileTheOutcomeIsCommitted(Where where) throws Exception {
    SignatureRequest request = sede.ask(Documents.form());
    Authorising authorising = citizen.challenged(request);
    String code = citizen.nextCode();
    PostgresWireOrder held =
        wire.hold(
            exchange ->
                exchange.isCommit()
                    && exchange.isInTransactionWith("insert into bakq.activation_ledger")
                    && exchange.isInTransactionWith("set value = "),
            1,
            where);
    boolean answered;
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<Boolean> signing = thread.submit(() -> isDone(() -> authorising.submitCode(code)));
      assertThat(held.awaitMet(LONGEST_WAIT)).isTrue();
      down(End.CRASHED);
      held.cut();
      up();
      answered = signing.get(LONGEST_WAIT.toSeconds(), TimeUnit.SECONDS);
    }

    assertThat(Eventually.is(() -> isDone(() -> sede.get(request.getId())))).isTrue();
    if (answered || where == Where.BEFORE_THE_ANSWER) {
      sede.fetchCompleted(request.getId(), 0);
    } else {
      assertThat(
              Eventually.is(
                  () ->
                      sede.get(request.getId()).getState()
                          == SignatureRequestState.SIGNATURE_REQUEST_STATE_FROZEN))
          .isTrue();
      assertThat(citizen.sign(request)).isEqualTo(1);
    }
    requireSignedOnce(request);
  }

  @Test
  @DisplayName("API-08: while PostgreSQL is gone every door says so within a bound; then it serves")
  void isGoneForAWhile() throws Exception {
    down(End.STOPPED);
    for (int second = 0; second < 5; second++) {
      assertThat(isDone(() -> sede.ask(Documents.form()))).isFalse();
      assertThat(isDone(() -> world.officer().register(world.newCitizen()))).isFalse();
      assertThat(isDone(() -> world.audit().of(""))).isFalse();
    }
    up();
    SignatureRequest[] request = new SignatureRequest[1];
    assertThat(Eventually.is(() -> isDone(() -> request[0] = sede.ask(Documents.form())))).isTrue();
    assertThat(citizen.sign(request[0])).isEqualTo(1);
    requireSignedOnce(request[0]);
  }

  private static void down(End end) {
    switch (end) {
      case STOPPED -> postgres.stop();
      case CRASHED -> postgres.crash();
    }
  }

  private static void up() {
    Postgres.start(folder.resolve("postgres"), postgres.port());
  }

  private static boolean isDone(Callable<?> call) throws Exception {
    try {
      call.call();
      return true;
    } catch (StatusRuntimeException e) {
      assertThat(Refused.of(e).reason()).isEqualTo("TEMPORARILY_UNAVAILABLE");
      assertThat(Refused.of(e).text()).contains("RetryInfo");
      return false;
    }
  }

  private static void requireSignedOnce(SignatureRequest request) {
    assertThat(sede.fetchCompleted(request.getId(), 0)).isNotEmpty();
    assertThat(world.audit().count(request.getId(), "SIGNATURE_CREATED")).isOne();
  }
}
