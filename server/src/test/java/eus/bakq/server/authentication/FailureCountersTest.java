package eus.bakq.server.authentication;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.server.authentication.FailureCounters.Consequence;
import eus.bakq.server.authentication.FailureCounters.Counter;
import eus.bakq.server.authentication.FailureCounters.Tally;
import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.vocabulary.SignerId;
import eus.bakq.server.wording.LockScope;
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
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** AUT-08, AUT-09, AUT-10, OTP-05, OTP-13. */
class FailureCountersTest {
  private static TestDatabase database;

  private final FailureCounters counters =
      new FailureCounters(settings(Duration.ZERO, LockRule.TWO));
  private final SignerId signer = new SignerId(UUID.randomUUID());

  private static AuthenticationSettings settings(Duration gap, LockRule locks) {
    return new AuthenticationSettings(
        5,
        Duration.ofMinutes(5),
        6,
        5,
        gap,
        Duration.ofMinutes(10),
        Duration.ofMinutes(10),
        locks,
        Duration.ofDays(400));
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
    return wrong(Device.UNKNOWN);
  }

  private Consequence wrong(Device device) {
    return wrong(counters, device);
  }

  private Consequence wrong(FailureCounters with, Device device) {
    return database.run(
        handle -> with.write(handle, with.lock(handle, signer.value()), device, true, false));
  }

  private void succeed(Device device) {
    database.run(
        handle -> {
          counters.reset(handle, counters.lock(handle, signer.value()), device);
          return true;
        });
  }

  private Counter counter(FailureCounters with) {
    return database.run(handle -> with.lock(handle, signer.value()));
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
    assertThat(counter(counters).unknown().locked()).isTrue();
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
    assertThat(counter(counters).unknown().failures()).isEqualTo(40);
  }

  @Test
  @DisplayName("AUT-08, AUT-10: each kind of device has its own count, warning and lock, exactly")
  void countsDevicesThatAreKnownApart() throws Exception {
    List<Callable<Consequence>> calls = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Device device = i % 4 == 0 ? Device.KNOWN : Device.UNKNOWN;
      calls.add(() -> wrong(device));
    }
    List<Consequence> known = new ArrayList<>();
    List<Consequence> unknown = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<Consequence>> done = threads.invokeAll(calls);
      for (int i = 0; i < done.size(); i++) {
        (i % 4 == 0 ? known : unknown).add(done.get(i).get());
      }
    }

    for (List<Consequence> one : List.of(known, unknown)) {
      assertThat(one).filteredOn(Consequence.COUNTED::equals).hasSize(3);
      assertThat(one).filteredOn(Consequence.WARNED::equals).hasSize(1);
      assertThat(one).filteredOn(Consequence.LOCKED::equals).hasSize(1);
    }
    Counter counter = counter(counters);
    assertThat(counter.known()).isEqualTo(new Tally(10, true));
    assertThat(counter.unknown()).isEqualTo(new Tally(30, true));
  }

  @Test
  @DisplayName("AUT-08: success with one kind of device leaves the count of the other as it is")
  void isResetForTheKindOfDeviceOnly() {
    for (int i = 0; i < 4; i++) {
      wrong(Device.UNKNOWN);
      wrong(Device.KNOWN);
    }
    succeed(Device.KNOWN);

    assertThat(counter(counters).known()).isEqualTo(new Tally(0, false));
    assertThat(wrong(Device.UNKNOWN)).isEqualTo(Consequence.LOCKED);
    succeed(Device.KNOWN);
    assertThat(counter(counters).unknown()).isEqualTo(new Tally(5, true));
    assertThat(wrong(Device.KNOWN)).isEqualTo(Consequence.COUNTED);
  }

  @Test
  @DisplayName("AUT-09: an officer ends both locks, and all devices are strangers then")
  void isUnlockedForBoth() {
    for (int i = 0; i < 5; i++) {
      wrong(Device.UNKNOWN);
      wrong(Device.KNOWN);
    }
    long before = counter(counters).deviceGeneration();

    assertThat(database.<Boolean>run(handle -> counters.unlock(handle, signer))).isTrue();

    Counter after = counter(counters);
    assertThat(List.of(after.known(), after.unknown())).containsOnly(new Tally(0, false));
    assertThat(after.deviceGeneration()).isEqualTo(before + 1);
  }

  @Test
  @DisplayName("AUT-09: whoever makes the rule stricter opens no lock by it")
  void keepsALockUnderTheStricterRule() {
    FailureCounters strict = new FailureCounters(settings(Duration.ZERO, LockRule.SINGLE));
    for (int i = 0; i < 5; i++) {
      wrong(Device.KNOWN);
    }

    assertThat(counter(counters).unknown().locked()).isFalse();
    assertThat(counter(strict).unknown().locked()).isTrue();
    assertThat(wrong(strict, Device.UNKNOWN)).isEqualTo(Consequence.WAS_LOCKED);
  }

  @Test
  void endsTheDevicesOfWhoHasACounterAndOfWhoHasNone() {
    long first = database.run(handle -> counters.endDevices(handle, signer));

    assertThat(counter(counters).deviceGeneration()).isEqualTo(first);
    long second = database.run(handle -> counters.endDevices(handle, signer));
    assertThat(second).isEqualTo(first + 1);
    assertThat(counter(counters).deviceGeneration()).isEqualTo(second);
  }

  @Test
  void tellsWhatIsLocked() {
    FailureCounters strict = new FailureCounters(settings(Duration.ZERO, LockRule.SINGLE));

    assertThat(counters.scope(Device.KNOWN)).isEqualTo(LockScope.KNOWN_DEVICES);
    assertThat(counters.scope(Device.UNKNOWN)).isEqualTo(LockScope.OTHER_DEVICES);
    assertThat(strict.scope(Device.UNKNOWN)).isEqualTo(LockScope.EVERYWHERE);
  }

  @Test
  void isResetBySuccessButNotWhenLocked() {
    for (int i = 0; i < 4; i++) {
      wrong();
    }
    succeed(Device.UNKNOWN);
    assertThat(wrong()).isEqualTo(Consequence.COUNTED);
    for (int i = 0; i < 4; i++) {
      wrong();
    }
    succeed(Device.UNKNOWN);
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
    FailureCounters patient = new FailureCounters(settings(Duration.ofMinutes(5), LockRule.TWO));
    for (int i = 0; i < 5; i++) {
      assertThat(mayHaveCode(counters)).isTrue();
      sendCode();
    }
    assertThat(mayHaveCode(counters)).isFalse();
    SignerId other = new SignerId(UUID.randomUUID());
    database.run(
        handle ->
            counters.write(
                handle, counters.lock(handle, other.value()), Device.UNKNOWN, false, true));
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
        handle ->
            counters.write(
                handle, counters.lock(handle, signer.value()), Device.UNKNOWN, false, true));
  }
}
