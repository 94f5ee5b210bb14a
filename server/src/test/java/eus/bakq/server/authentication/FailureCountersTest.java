package eus.bakq.server.authentication;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.server.authentication.FailureCounters.Consequence;
import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.vocabulary.SignerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** AUT-08, AUT-09, AUT-10, OTP-05, OTP-13. */
class FailureCountersTest {
  private static TestDatabase database;

  private final FailureCounters counters = new FailureCounters(settings(Duration.ZERO));
  private final SignerId signer = new SignerId(UUID.randomUUID());

  private static AuthenticationSettings settings(Duration gap) {
    return new AuthenticationSettings(
        5, Duration.ofMinutes(5), 6, 5, gap, Duration.ofMinutes(10), Duration.ofMinutes(10));
  }

  @BeforeAll
  static void open() {
    database = TestDatabase.open();
  }

  @AfterAll
  static void close() {
    database.close();
  }

  private Consequence wrong() {
    return database.run(
        handle -> counters.write(handle, counters.lock(handle, signer.value()), true, false));
  }

  @Test
  void warnsAfterTheFourthAndLocksAfterTheFifth() {
    List<Consequence> consequences = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      consequences.add(wrong());
    }

    assertThat(consequences)
        .containsExactly(
            Consequence.COUNTED,
            Consequence.COUNTED,
            Consequence.COUNTED,
            Consequence.WARNED,
            Consequence.LOCKED,
            Consequence.WAS_LOCKED);
    assertThat(database.<Boolean>run(handle -> counters.isLocked(handle, signer))).isTrue();
  }

  @Test
  void countsEveryOneOfThoseThatComeAtOnce() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Callable<Consequence>> calls = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        calls.add(this::wrong);
      }
      List<Consequence> consequences = new ArrayList<>();
      for (Future<Consequence> done : threads.invokeAll(calls)) {
        consequences.add(done.get());
      }

      assertThat(consequences).filteredOn(Consequence.LOCKED::equals).hasSize(1);
      assertThat(consequences).filteredOn(Consequence.WAS_LOCKED::equals).hasSize(35);
    }
    int failures = database.run(handle -> counters.lock(handle, signer.value()).failures());
    assertThat(failures).isEqualTo(40);
  }

  @Test
  void isResetBySuccessButNotWhenLocked() {
    for (int i = 0; i < 4; i++) {
      wrong();
    }
    database.run(
        handle -> {
          counters.reset(handle, counters.lock(handle, signer.value()));
          return true;
        });
    assertThat(wrong()).isEqualTo(Consequence.COUNTED);
    for (int i = 0; i < 4; i++) {
      wrong();
    }
    database.run(
        handle -> {
          counters.reset(handle, counters.lock(handle, signer.value()));
          return true;
        });
    assertThat(wrong()).isEqualTo(Consequence.WAS_LOCKED);
  }

  @Test
  void isUnlockedByAnOfficerOnce() {
    for (int i = 0; i < 5; i++) {
      wrong();
    }

    assertThat(database.<Boolean>run(handle -> counters.unlock(handle, signer))).isTrue();
    assertThat(database.<Boolean>run(handle -> counters.unlock(handle, signer))).isFalse();
    assertThat(wrong()).isEqualTo(Consequence.COUNTED);
  }

  @Test
  void grantsFiveCodesAnHourAndNoneWithinTheGap() {
    FailureCounters patient = new FailureCounters(settings(Duration.ofMinutes(5)));
    for (int i = 0; i < 5; i++) {
      assertThat(mayHaveCode(counters)).isTrue();
      sendCode();
    }
    assertThat(mayHaveCode(counters)).isFalse();
    SignerId other = new SignerId(UUID.randomUUID());
    database.run(
        handle -> counters.write(handle, counters.lock(handle, other.value()), false, true));
    assertThat(
            database.<Boolean>run(
                handle -> patient.mayHaveCode(patient.lock(handle, other.value()))))
        .isFalse();
  }

  private boolean mayHaveCode(FailureCounters with) {
    return database.run(handle -> with.mayHaveCode(with.lock(handle, signer.value())));
  }

  private void sendCode() {
    database.run(
        handle -> counters.write(handle, counters.lock(handle, signer.value()), false, true));
  }
}
