package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.Documents;
import io.grpc.StatusRuntimeException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One citizen who changes the password again and again, patiently, as {@link PatientWalk} does; and
 * after each change, whatever became of it, signs with the password that is good: at no time
 * neither is, and never both. For one thread.
 */
final class PatientChange {
  /** All that is done after a change, to look what became of it. */
  static final String AFTER = "afterChange";

  private static final String OPEN = "openChange";
  private static final String OLD = "oldPassword";
  private static final String CHANGE = "changePassword";

  /** What else it calls. */
  static final Set<String> CALLS = Set.of(OPEN, OLD, CHANGE);

  private static final Set<String> AGAIN = Set.of("TEMPORARILY_UNAVAILABLE", "OVERLOADED");
  private static final int MOST_TRIES = 40;
  private static final int MOST_CODES = 3;
  private static final int LOOKS_OF_A_LEASE = 20;
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final World world;
  private final Citizen citizen;
  private int changes;

  PatientChange(World world) {
    this.world = world;
    this.citizen = world.activeCitizen();
  }

  /**
   * One change, then a signature.
   *
   * @param steps is told of each call
   */
  void run(WalkSteps steps) throws Exception {
    WalkTraces.anHourPasses(world, citizen);
    changeOrLoseTheAnswer(steps);
    steps.begins(AFTER);
    int before = changes;
    changes = Math.toIntExact(generation()) - 1;
    assertThat(changes).isBetween(before, before + 1);
    WalkTraces.anHourPasses(world, citizen);
    requireOnlyTheGoodOneSigns();
  }

  /** Begins again as long as the last step was not taken. */
  private void changeOrLoseTheAnswer(WalkSteps steps) throws Exception {
    for (int begin = 0; begin < MOST_TRIES; begin++) {
      WalkTraces.anHourPasses(world, citizen);
      Changing changing =
          again(steps, OPEN, () -> Changing.open(world.signerChannel())).orElseThrow();
      List<String> known = citizen.smsTexts();
      Optional<Object> challenged =
          again(steps, OLD, () -> changing.submitOld(citizen.dni(), password(changes)));
      if (challenged.isPresent() && isTaken(steps, changing, newTexts(known))) {
        return;
      }
    }
    throw new AssertionError("no change comes to its last step");
  }

  /** The newest code first: of steps that were done and not answered there may be older ones. */
  private boolean isTaken(WalkSteps steps, Changing changing, List<String> texts) {
    for (String text : texts.subList(0, Math.min(MOST_CODES, texts.size()))) {
      steps.begins(CHANGE);
      try {
        changing.change(Citizen.codeIn(text), password(changes + 1));
        return true;
      } catch (StatusRuntimeException e) {
        String reason = Refused.of(e).reason();
        if (AGAIN.contains(reason)) {
          return true; // done or not: nobody was told
        }
        assertThat(reason).isIn("AUTHENTICATION_FAILED", "INTERACTION_NOT_FOUND", "PASSWORD_AGAIN");
      }
    }
    return false;
  }

  /** Empty if the call was done and its answer lost: it is not there for a second time. */
  private static <T> Optional<T> again(WalkSteps steps, String name, Callable<? extends T> call)
      throws Exception {
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      steps.begins(name);
      try {
        return Optional.of(call.call());
      } catch (StatusRuntimeException e) {
        String reason = Refused.of(e).reason();
        if (reason.equals("INTERACTION_NOT_FOUND") && tries > 0) {
          return Optional.empty();
        }
        assertThat(reason).isIn(AGAIN);
        Thread.sleep(PAUSE);
      }
    }
    throw new AssertionError("it never comes to an end: " + name);
  }

  /** Those that are not {@code known}, newest first, once none is on its way. */
  private List<String> newTexts(List<String> known) throws Exception {
    AtomicReference<List<String>> found = new AtomicReference<>(List.of());
    AtomicInteger looks = new AtomicInteger();
    boolean came =
        Eventually.is(
            () -> {
              if (looks.incrementAndGet() % LOOKS_OF_A_LEASE == 0) {
                WalkTraces.endLeases(world); // of one whose sending was interrupted
              }
              if (WalkTraces.allSent(world, citizen)) {
                found.set(
                    citizen.smsTexts().stream().filter(text -> !known.contains(text)).toList());
              }
              return !found.get().isEmpty();
            });
    assertThat(came).as("a code has come").isTrue();
    return found.get();
  }

  private void requireOnlyTheGoodOneSigns() throws Exception {
    Sede sede = world.sede(WorldFiles.SEDE_A);
    citizen.forgetSms();
    String other = password(changes + 1);
    citizen.challenged(sede.ask(Documents.form()), other);
    assertThat(citizen.sign(sede.ask(Documents.form()), password(changes))).isOne();
    assertThat(citizen.unreadSms()).isZero();
  }

  private long generation() throws SQLException {
    return world.count(
        "select generation from password where signer_id = '" + citizen.signerId() + "'");
  }

  /** Which one the citizen has after so many changes. */
  private static String password(int changes) {
    return changes == 0 ? Citizen.PASSWORD : Citizen.NEW_PASSWORD + " " + changes;
  }
}
