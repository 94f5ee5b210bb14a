package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.BadDocuments;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Everything at once, by chance: a few citizens and requests, and calls of everybody at both nodes.
 * Whatever happens, each answer is typed, and what must hold in a world does. How many mixes, and
 * from which seed, are properties: {@code bakq.races.mixes} and {@code bakq.races.seed}. The same
 * seed gives the same calls, and another order of their arrival.
 */
@ExtendWith(TwoNodes.class)
class MixedRacesTest {
  private static final int CALLS = 60;
  private static final int CITIZENS = 2;
  private static final int REQUESTS = 3;

  /** What may be answered to somebody who came too late, or has done it before. */
  private static final Set<String> LATE =
      Set.of(
          "SIGNATURE_REQUEST_NOT_OPEN",
          "INTERACTION_NOT_FOUND",
          "AUTHENTICATION_FAILED",
          "ACTIVATION_REFUSED",
          "NOT_COMPLETED",
          "ALREADY_FETCHED",
          "CREDENTIAL_STATE",
          "QUOTA_EXCEEDED",
          "PASSWORD_AGAIN");

  private final ProcessWorld world;

  MixedRacesTest(ProcessWorld world) {
    this.world = world;
  }

  @Test
  @DisplayName("random mixes of everybody's calls at two nodes leave a world in which all holds")
  void holdsWhateverComesTogether() throws Exception {
    int mixes = Integer.getInteger("bakq.races.mixes", 1);
    long seed = Long.getLong("bakq.races.seed", System.nanoTime());
    for (int mix = 0; mix < mixes; mix++) {
      mix(seed + mix);
    }
  }

  private void mix(long seed) throws Exception {
    Random random = new Random(seed);
    List<Citizen> citizens = new ArrayList<>();
    for (int number = 0; number < CITIZENS; number++) {
      citizens.add(world.activeCitizen());
    }
    List<SignatureRequest> requests = new ArrayList<>();
    for (int number = 0; number < REQUESTS; number++) {
      requests.add(sede(number).ask(BadDocuments.sound()));
    }
    ConcurrentLinkedQueue<Authorising> challenged = new ConcurrentLinkedQueue<>();
    List<Callable<Object>> calls = new ArrayList<>();
    for (int number = 0; number < CALLS; number++) {
      calls.add(
          call(
              random.nextInt(100),
              random.nextInt(2),
              citizens.get(random.nextInt(CITIZENS)),
              requests.get(random.nextInt(REQUESTS)),
              challenged));
    }

    List<AtOnce.Outcome<Object>> outcomes = AtOnce.run(calls);

    assertThat(AtOnce.reasons(outcomes)).as("seed %d", seed).isSubsetOf(LATE);
    for (SignatureRequest request : requests) {
      assertThat(sede(0).get(request.getId()))
          .as("seed %d, both nodes tell the same", seed)
          .isEqualTo(sede(1).get(request.getId()));
      assertThat(
              world.count(
                  "select count(*) from activation_ledger where outcome = 'CONSUMED' and"
                      + " signature_request_id = '"
                      + request.getId()
                      + "'"))
          .as("seed %d, signed at most once", seed)
          .isLessThanOrEqualTo(1);
      assertThat(AtOnce.outcome(() -> sede(0).cancel(request.getId())).reason())
          .isIn("", "SIGNATURE_REQUEST_NOT_OPEN");
    }
    new WorldInvariants(world).require();
  }

  /** One call, chosen by {@code dice} of 100. */
  private Callable<Object> call(
      int dice,
      int node,
      Citizen citizen,
      SignatureRequest request,
      ConcurrentLinkedQueue<Authorising> challenged) {
    if (dice < 35) {
      return () -> challenge(node, citizen, request, challenged, dice % 7 == 0);
    }
    if (dice < 65) {
      return () -> submit(node, citizen, challenged);
    }
    if (dice < 68) {
      return () -> sede(node).cancel(request.getId());
    }
    if (dice < 71) {
      return () -> citizen.open(request).through(node(node).signerChannel()).reject();
    }
    if (dice < 80) {
      return () -> sede(node).get(request.getId());
    }
    if (dice < 86) {
      return () -> sede(node).fetch(request.getId(), 0).length;
    }
    if (dice < 89) {
      return () -> sede(node).acknowledge(request.getId());
    }
    if (dice < 94) {
      return () -> node(node).officer().suspend(citizen, Duration.ofDays(1));
    }
    return () -> node(node).officer().lift(citizen);
  }

  private Object challenge(
      int node,
      Citizen citizen,
      SignatureRequest request,
      ConcurrentLinkedQueue<Authorising> challenged,
      boolean wrong) {
    Authorising opened =
        Authorising.open(node(node).signerChannel(), request.getAuthorisationAddress());
    var answer =
        opened.submitPassword(citizen.dni(), wrong ? Citizen.WRONG_PASSWORD : Citizen.PASSWORD);
    challenged.add(opened);
    return answer;
  }

  /** With any code that has come, in any conversation: most of them do not belong together. */
  private Object submit(int node, Citizen citizen, ConcurrentLinkedQueue<Authorising> challenged)
      throws InterruptedException {
    for (int look = 0; look < 100; look++) {
      Authorising next = challenged.peek();
      if (next != null) {
        String code;
        synchronized (citizen) {
          code = citizen.unreadSms() == 0 ? "000000" : citizen.nextCode();
        }
        return next.through(node(node).signerChannel()).submitCode(code);
      }
      Thread.sleep(Duration.ofMillis(20));
    }
    return 0;
  }

  private ProcessWorld.Node node(int number) {
    return TwoNodes.of(world, number);
  }

  private Sede sede(int number) {
    return node(number).sede(WorldFiles.SEDE_A);
  }
}
