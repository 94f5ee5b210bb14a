package eus.bakq.server.hsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import eus.bakq.fixtures.SoftHsm;
import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.ReturnCode;
import eus.bakq.server.failure.UnavailableException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Faults of a token: real ones on SoftHSM2, and codes that an action throws in its place. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionPoolTest {
  private final AtomicLong nanoTime = new AtomicLong();
  private TestCeremony ceremony;
  private CeremonyTranscript transcript;
  private HsmCounters counters;
  private Rest rest;
  private SessionPool pool;

  @BeforeAll
  void hold(@TempDir Path folder) throws Exception {
    ceremony = TestCeremony.hold(folder);
    transcript = CeremonyTranscript.read(ceremony.transcript(), ceremony.publicKey());
  }

  @BeforeEach
  void open() throws Exception {
    counters = new HsmCounters();
    rest = new Rest("custody", 1, nanoTime::get);
    pool = open(8, Duration.ofSeconds(10));
  }

  @AfterEach
  void close() {
    pool.close();
  }

  @Test
  void usesASessionAgainThatSawNoError() throws Exception {
    assertThat(use(SessionPoolTest::same)).isSameAs(use(SessionPoolTest::same));
  }

  @Test
  void neverUsesASessionAgainThatSawAnError() throws Exception {
    List<Pkcs11Session> seen = new ArrayList<>();

    pool.<Integer, RuntimeException>use(
        (session, keys) -> {
          seen.add(session);
          if (seen.size() == 1) {
            throw new Pkcs11Exception("C_Sign", ReturnCode.CKR_DEVICE_ERROR);
          }
          return 0;
        });
    Pkcs11Session next = use(SessionPoolTest::same);

    assertThat(seen).hasSize(2);
    assertThat(seen.get(1)).isNotSameAs(seen.get(0));
    assertThat(next).isSameAs(seen.get(1));
    assertThat(counters.recoveries()).isZero();
  }

  @Test
  void closesTheSessionOfAnActionThatFailsOtherwise() throws Exception {
    Pkcs11Session before = use(SessionPoolTest::same);

    assertThatThrownBy(
            () ->
                pool.use(
                    (session, keys) -> {
                      throw new IllegalStateException("the action's own fault");
                    }))
        .hasMessage("the action's own fault");

    assertThat(use(SessionPoolTest::same)).isNotSameAs(before);
  }

  @Test
  void getsOverALogoutBehindItsBack() throws Exception {
    byte[] before = mac();
    try (Pkcs11Session other = ceremony.attacker("custody")) {
      other.logout();
    }

    assertThat(mac()).isEqualTo(before);
    assertThat(counters.recoveries()).isEqualTo(1);
  }

  @Test
  void getsOverASessionClosedBehindItsBack() throws Exception {
    byte[] before = mac();
    use(SessionPoolTest::same).close();

    assertThat(mac()).isEqualTo(before);
    assertThat(counters.recoveries()).isZero();
  }

  @Test
  void recoversOnceForManyThreads() throws Exception {
    byte[] before = mac();
    try (Pkcs11Session other = ceremony.attacker("custody")) {
      other.logout();
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<byte[]>> macs = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        macs.add(threads.submit(this::mac));
      }
      for (Future<byte[]> each : macs) {
        assertThat(each.get()).isEqualTo(before);
      }
    }
    assertThat(counters.recoveries()).isEqualTo(1);
  }

  @Test
  void givesUpAfterThreeAttemptsAndRests() throws Exception {
    AtomicInteger attempts = new AtomicInteger();

    assertThatThrownBy(() -> pool.use(failing(attempts)))
        .isInstanceOf(TokenAwayException.class)
        .hasCauseInstanceOf(Pkcs11Exception.class);

    assertThat(attempts).hasValue(3);
    assertThat(counters.recoveries()).isEqualTo(1);
    assertThat(rest.isOn()).isTrue();
    assertThatThrownBy(this::mac).isInstanceOf(UnavailableException.class);
  }

  /** Whoever was on the way when the token began to rest does not log in again and again. */
  @Test
  void stopsTryingOnceItRests() {
    AtomicInteger attempts = new AtomicInteger();
    rest.begin(new IllegalStateException("another call has failed"));

    assertThatThrownBy(() -> pool.use(failing(attempts))).isInstanceOf(TokenAwayException.class);

    assertThat(attempts).hasValue(1);
    assertThat(counters.recoveries()).isZero();
  }

  private static TokenAction<Integer, RuntimeException> failing(AtomicInteger attempts) {
    return (session, keys) -> {
      attempts.incrementAndGet();
      throw new Pkcs11Exception("C_Sign", ReturnCode.CKR_DEVICE_ERROR);
    };
  }

  @Test
  void doesNotRepeatACallThatIsWrong() {
    AtomicInteger attempts = new AtomicInteger();

    assertThatThrownBy(
            () ->
                pool.use(
                    (session, keys) -> {
                      attempts.incrementAndGet();
                      throw new Pkcs11Exception("C_Sign", ReturnCode.CKR_ARGUMENTS_BAD);
                    }))
        .isInstanceOf(IllegalStateException.class);

    assertThat(attempts).hasValue(1);
  }

  @Test
  void saysThatItIsOverloadedWhenNoSessionIsFree() throws Exception {
    try (SessionPool small = open(1, Duration.ZERO);
        ExecutorService threads = Executors.newSingleThreadExecutor()) {
      CountDownLatch inside = new CountDownLatch(1);
      CountDownLatch leave = new CountDownLatch(1);
      Future<Integer> holder =
          threads.submit(
              () ->
                  small.<Integer, RuntimeException>use(
                      (session, keys) -> {
                        inside.countDown();
                        awaitQuietly(leave);
                        return 7;
                      }));
      inside.await();

      UnavailableException refused =
          catchThrowableOfType(UnavailableException.class, () -> small.use((session, keys) -> 0));
      leave.countDown();

      assertThat(refused.kind()).isEqualTo(UnavailableException.Kind.OVERLOADED);
      assertThat(holder.get()).isEqualTo(7);
    }
  }

  @Test
  void givesEachThreadASessionOfItsOwn() throws Exception {
    CountDownLatch together = new CountDownLatch(4);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Pkcs11Session>> sessions = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        sessions.add(
            threads.submit(
                () ->
                    pool.<Pkcs11Session, RuntimeException>use(
                        (session, keys) -> {
                          together.countDown();
                          awaitQuietly(together);
                          return session;
                        })));
      }
      HashSet<Pkcs11Session> distinct = new HashSet<>();
      for (Future<Pkcs11Session> session : sessions) {
        distinct.add(session.get());
      }
      assertThat(distinct).hasSize(4);
    }
  }

  @Test
  void isOfNoUseOnceClosed() {
    pool.close();

    assertThatThrownBy(this::mac).isInstanceOf(IllegalStateException.class);
  }

  private SessionPool open(int maximumSessions, Duration wait) throws Exception {
    HsmSettings given = ceremony.settings();
    HsmSettings settings =
        new HsmSettings(
            given.partitions(),
            given.profile(),
            given.transcript(),
            given.transcriptPublicKey(),
            maximumSessions,
            wait);
    TokenLogin login =
        new TokenLogin(
            new PartitionModule(SoftHsm.shared().module()),
            ceremony.token("custody"),
            transcript.token("custody"),
            new SecureRandom());
    return SessionPool.open(login, settings, counters, rest);
  }

  private Pkcs11Session use(TokenAction<Pkcs11Session, RuntimeException> action)
      throws TokenAwayException {
    return pool.use(action);
  }

  private static Pkcs11Session same(Pkcs11Session session, TokenKeys keys) {
    return session;
  }

  private byte[] mac() {
    Partitions tokens = new Partitions(List.of(Partition.of(pool, rest)));
    return new TokenInfrastructureKeys(tokens, tokens, transcript.token("record"), counters)
        .mac(MacKey.VERIFY, new byte[] {1});
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
