package eus.bakq.server.hsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.fixtures.FaultyPkcs11;
import eus.bakq.fixtures.FaultyPkcs11.Fault;
import eus.bakq.fixtures.SoftHsm;
import eus.bakq.pkcs11.Reaction;
import eus.bakq.pkcs11.ReturnCode;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.SignatureValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a module that fails on order costs, counted in it: signatures, keys, sessions and logins.
 *
 * <p>{@code -Dbakq.hsmCycles=100000} signs so often; {@code -Dbakq.seed=N} repeats a choice.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RecoveryTest {
  private static final int CYCLES = Integer.getInteger("bakq.hsmCycles", 2000);
  private static final long SEED = Long.getLong("bakq.seed", new Random().nextLong());
  private static final int CALLERS = 4;

  /**
   * Called for each signature, and by the check of keys at most a dozen times for each recovery.
   */
  private static final List<String> OF_EACH_SIGNATURE =
      List.of("C_UnwrapKey", "C_GetAttributeValue", "C_SignInit", "C_Sign", "C_DestroyObject");

  /** Called for a new session or login, which an error of the others makes necessary. */
  private static final List<String> OF_RECOVERY =
      List.of("C_OpenSession", "C_Login", "C_FindObjectsInit", "C_FindObjects", "C_GetTokenInfo");

  private final AtomicLong time = new AtomicLong();
  private TestCeremony ceremony;
  private FaultyPkcs11 faulty;
  private HsmCounters counters;
  private Rest rest;
  private TokenLogin login;
  private SessionPool pool;
  private Partition partition;
  private CitizenKeys keys;

  @BeforeAll
  void hold(@TempDir Path folder) throws Exception {
    ceremony = TestCeremony.hold(folder);
    faulty =
        FaultyPkcs11.inFrontOf(
            SoftHsm.shared().module(), Files.createDirectory(folder.resolve("faulty")));
  }

  @BeforeEach
  void open() throws Exception {
    open(8);
  }

  private void open(int sessions) throws Exception {
    CeremonyTranscript.TokenRecord token =
        CeremonyTranscript.read(ceremony.transcript(), ceremony.publicKey()).token("custody");
    HsmSettings given = ceremony.settings();
    HsmSettings settings =
        new HsmSettings(
            given.partitions(),
            given.profile(),
            given.transcript(),
            given.transcriptPublicKey(),
            sessions,
            given.sessionWait());
    SecureRandom random = new SecureRandom();
    counters = new HsmCounters();
    rest = new Rest("custody", 1, time::get);
    login =
        new TokenLogin(
            new PartitionModule(faulty.library()), ceremony.token("custody"), token, random);
    pool = SessionPool.open(login, settings, counters, rest);
    partition = Partition.of(pool, rest);
    keys =
        new TokenCitizenKeys(
            new Partitions(List.of(partition)), token, new KeyVerifier(token, random), counters);
  }

  @AfterEach
  void leavesNothing() {
    faulty.forgetOrders();
    pool.close();
    assertThat(faulty.openSessions()).as("sessions left").isZero();
    assertThat(faulty.objects()).as("keys left").isZero();
  }

  @Test
  @DisplayName(
      "KEY-06: thousands of signatures while every kind of error comes by: none lost, none wrong, no key or session left")
  void losesNothingWhateverFails() throws Exception {
    NewCitizenKey key = newKey();
    AtomicBoolean enough = new AtomicBoolean();
    AtomicLong mostObjects = new AtomicLong();
    AtomicLong mostSessions = new AtomicLong();
    AtomicIntegerArray done = new AtomicIntegerArray(CALLERS);
    long given;
    try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS + 1)) {
      Future<Long> faults = threads.submit(() -> failNowAndThen(enough, done));
      List<Future<Integer>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        int caller = i;
        callers.add(
            threads.submit(
                () -> {
                  for (int cycle = 0; cycle < CYCLES / CALLERS; cycle++) {
                    signsRight(key, "cycle " + cycle);
                    done.incrementAndGet(caller);
                    mostObjects.accumulateAndGet(faulty.objects(), Math::max);
                    mostSessions.accumulateAndGet(faulty.openSessions(), Math::max);
                  }
                  return CYCLES / CALLERS;
                }));
      }
      try {
        for (Future<Integer> each : callers) {
          assertThat(each.get()).as("-Dbakq.seed=%d", SEED).isPositive();
        }
      } finally {
        enough.set(true);
      }
      given = faults.get();
    }

    assertThat(given).as("errors that came by").isGreaterThan(CYCLES / 200);
    assertThat(counters.recoveries()).isPositive();
    assertThat(mostObjects.get()).as("keys in the token at once").isLessThanOrEqualTo(CALLERS + 1);
    assertThat(mostSessions.get()).as("sessions at once").isLessThanOrEqualTo(CALLERS + 2);
  }

  /**
   * One error after the other, and each only when whoever may have met the one before has done with
   * it, so that no call meets more of them than it has attempts.
   */
  private long failNowAndThen(AtomicBoolean enough, AtomicIntegerArray done) throws Exception {
    Random random = new Random(SEED);
    List<Long> codes =
        new ArrayList<>(
            Arrays.stream(ReturnCode.values())
                .filter(code -> code.reaction() != Reaction.NEVER_RETRY)
                .map(ReturnCode::value)
                .toList());
    codes.add(0x80000001L); // a vendor's own
    long met = 0;
    while (!enough.get()) {
      FaultyPkcs11.Order order =
          faulty
              .order(
                  chosen(OF_EACH_SIGNATURE, random),
                  random.nextBoolean() ? Fault.FAIL_BEFORE : Fault.FAIL_AFTER,
                  chosen(codes, random))
              .atCall(40 + random.nextInt(20))
              .give();
      FaultyPkcs11.Order ofRecovery =
          faulty
              .order(chosen(OF_RECOVERY, random), Fault.FAIL_BEFORE, chosen(codes, random))
              .give();
      while (order.met() == 0 && !enough.get()) {
        Thread.sleep(1);
      }
      awaitOneMoreOfEach(enough, done);
      met += order.met() + ofRecovery.met();
      ofRecovery.end();
    }
    faulty.forgetOrders();
    return met;
  }

  /** The call that each of them is in, and then another one. */
  private static void awaitOneMoreOfEach(AtomicBoolean enough, AtomicIntegerArray done)
      throws Exception {
    for (int caller = 0; caller < CALLERS; caller++) {
      int until = Math.min(done.get(caller) + 2, CYCLES / CALLERS);
      while (done.get(caller) < until && !enough.get()) {
        Thread.sleep(1);
      }
    }
  }

  private static <T> T chosen(List<T> from, Random random) {
    return from.get(random.nextInt(from.size()));
  }

  @Test
  @DisplayName(
      "a session in which an operation was left active is closed, and nobody gets it again")
  void aPoisonedSessionIsNotUsedAgain() throws Exception {
    pool.close();
    open(1);
    NewCitizenKey key = newKey();
    long closed = faulty.calls("C_CloseSession");
    faulty.order("C_SignInit", Fault.FAIL_AFTER, ReturnCode.CKR_FUNCTION_FAILED.value()).give();

    CitizenSignatures signed = keys.sign(key.wrapped(), List.of(CitizenKeysContract.p256("one")));
    assertThat(signed.attempts()).isEqualTo(2);
    assertThat(faulty.calls("C_CloseSession")).isEqualTo(closed + 1);
    long opened = faulty.calls("C_OpenSession");
    for (int i = 0; i < 10; i++) {
      signsRight(key, "another");
    }

    assertThat(faulty.calls("C_OpenSession")).isEqualTo(opened);
    assertThat(faulty.calls("C_CloseSession")).isEqualTo(closed + 1);
    assertThat(counters.recoveries()).isZero();
  }

  @Test
  @DisplayName("KEY-06: a PIN that was refused is never tried again, however often somebody calls")
  void aWrongPinIsTriedOnce() throws Exception {
    Path pin = ceremony.pinFile("custody");
    String right = Files.readString(pin);
    NewCitizenKey key = newKey();
    Files.writeString(pin, "00000000000000000000000000000000");
    try {
      // Every session goes, and the login with them.
      long logins = faulty.calls("C_Login");
      faulty.order("C_UnwrapKey", Fault.FAIL_BEFORE, ReturnCode.CKR_DEVICE_REMOVED.value()).give();
      for (int i = 0; i < 20; i++) {
        time.addAndGet(Rest.LONGEST.toNanos());
        partition.look();
        assertThatThrownBy(() -> signsRight(key, "one")).isInstanceOf(UnavailableException.class);
      }
      assertThat(faulty.calls("C_Login")).isEqualTo(logins + 1);
    } finally {
      Files.writeString(pin, right);
    }
  }

  @Test
  @DisplayName("a long outage costs a login now and then, and no more for any number of callers")
  void aLongOutageIsNoStormOfLogins() throws Exception {
    NewCitizenKey key = newKey();
    faulty
        .order("C_UnwrapKey", Fault.FAIL_BEFORE, ReturnCode.CKR_DEVICE_ERROR.value())
        .times(FaultyPkcs11.FOR_EVER)
        .give();
    long logins = faulty.calls("C_Login");
    long sessions = faulty.calls("C_OpenSession");

    for (int second = 0; second < 600; second++) {
      time.addAndGet(1_000_000_000L);
      partition.look();
      for (int i = 0; i < 5; i++) {
        assertThatThrownBy(() -> signsRight(key, "one")).isInstanceOf(UnavailableException.class);
      }
    }

    assertThat(faulty.calls("C_Login") - logins).isBetween(30L, 50L);
    assertThat(faulty.calls("C_OpenSession") - sessions).isBetween(30L, 55L);
    faulty.forgetOrders();
    time.addAndGet(Rest.LONGEST.toNanos());
    partition.look();
    signsRight(key, "one");
  }

  private NewCitizenKey newKey() {
    return keys.generate(KeyAlgorithm.EC_P256, any -> CitizenKeysContract.p256("a request"));
  }

  private void signsRight(NewCitizenKey key, String message) throws Exception {
    SignatureValue value =
        keys.sign(key.wrapped(), List.of(CitizenKeysContract.p256(message))).values().getFirst();
    assertThat(CitizenKeysContract.isSigned(key.publicKey(), message, value)).isTrue();
  }
}
