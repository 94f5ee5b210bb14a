package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.Documents;
import eus.bakq.relyingparty.v1.SignatureRequest;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Programs that name people whom nobody knows, as fast as they can, at all workers of the door. */
@ExtendWith(InDemoWorld.class)
class StrangersFloodTest {
  private static final int PROGRAMS = 16;
  private static final int PASSWORDS_A_REQUEST = 20;
  private static final int ROUNDS = 3;

  private final DemoWorld world;

  StrangersFloodTest(DemoWorld world) {
    this.world = world;
  }

  @Test
  @DisplayName("AUT-07, AUT-11: a flood of unknown DNIs leaves sedes served, and a citizen signs")
  void leavesSedesServed() throws Exception {
    Citizen citizen = world.activeCitizen();
    Sede sede = world.sede(DemoWorld.SEDE_A);
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger judged = new AtomicInteger();
    Set<String> refused = ConcurrentHashMap.newKeySet();
    try (ExecutorService threads = Executors.newFixedThreadPool(PROGRAMS)) {
      List<Future<?>> flood = new ArrayList<>();
      for (int i = 0; i < PROGRAMS; i++) {
        flood.add(threads.submit(() -> flood(over, judged, refused)));
      }
      try {
        assertThat(Eventually.is(() -> judged.get() >= PROGRAMS)).as("the flood runs").isTrue();
        for (int round = 0; round < ROUNDS; round++) {
          int before = judged.get();
          SignatureRequest request = sede.ask(Documents.form());
          assertThat(sede.get(request.getId()).getId()).isEqualTo(request.getId());
          assertThat(sede.cancel(request.getId()).getId()).isEqualTo(request.getId());
          assertThat(Eventually.is(() -> judged.get() > before)).isTrue();
        }
        SignatureRequest wanted = sede.ask(Documents.form());
        assertThat(Eventually.is(() -> signs(citizen, wanted))).as("a citizen signs").isTrue();
        assertThat(sede.fetchCompleted(wanted.getId(), 0)).isNotEmpty();
      } finally {
        over.set(true);
      }
      for (Future<?> program : flood) {
        program.get();
      }
    }
    assertThat(refused)
        .as("who finds no room is told so, whoever is named")
        .isSubsetOf("OVERLOADED");
  }

  /** Until it is over: a request, and as many strangers on it as may be. */
  private Void flood(AtomicBoolean over, AtomicInteger judged, Set<String> refused)
      throws Exception {
    Sede other = world.sede(DemoWorld.SEDE_B);
    while (!over.get()) {
      SignatureRequest request = other.ask(Documents.form());
      for (int i = 0; i < PASSWORDS_A_REQUEST && !over.get(); i++) {
        Citizen stranger = world.newCitizen();
        attempt(
            refused,
            () -> {
              stranger.open(request).submitPassword(stranger.dni(), Citizen.PASSWORD);
              return judged.incrementAndGet();
            });
      }
      other.cancel(request.getId());
    }
    return null;
  }

  /** In a flood a citizen may find no room either, and tries again. */
  private boolean signs(Citizen citizen, SignatureRequest request) {
    try {
      Authorising authorising = citizen.challenged(request);
      return authorising.submitCode(citizen.nextCode()) == 1;
    } catch (StatusRuntimeException e) {
      assertThat(Refused.of(e).reason()).isEqualTo("OVERLOADED");
      return false;
    }
  }

  private static void attempt(Set<String> refused, Callable<?> call) throws Exception {
    try {
      call.call();
    } catch (StatusRuntimeException e) {
      refused.add(Refused.of(e).reason());
    }
  }
}
