package eus.bakq.server.hsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import eus.bakq.fixtures.FaultyPkcs11;
import eus.bakq.fixtures.FaultyPkcs11.Fault;
import eus.bakq.fixtures.SoftHsm;
import eus.bakq.fixtures.SoftHsmCopy;
import eus.bakq.pkcs11.Pkcs11Module;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.ReturnCode;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two partitions on the real SoftHSM2: the tokens of a ceremony and copies of them behind another
 * library, each with a module in front that fails on order.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PartitionsTest {
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
  private static final int CALLERS = 4;
  private static final byte[] INPUT = {1, 2, 3};

  /** By how much the time of rests is ahead of the machine's. */
  private final AtomicLong ahead = new AtomicLong();

  private Path folder;
  private TestCeremony ceremony;
  private Path copied;
  private FaultyPkcs11 first;
  private FaultyPkcs11 second;
  private Hsm hsm;
  private NewCitizenKey key;

  @BeforeAll
  void open(@TempDir Path given) throws Exception {
    folder = given;
    ceremony = TestCeremony.hold(folder);
    copied = copy("copy").module();
    first = FaultyPkcs11.shared();
    second = FaultyPkcs11.inFrontOf(copied, Files.createDirectory(folder.resolve("second")));
    hsm = openPartitions(first.library(), second.library());
    key = newKey();
  }

  @AfterAll
  void close() {
    hsm.close();
  }

  @AfterEach
  void bothAreBack() throws Exception {
    first.forgetOrders();
    second.forgetOrders();
    awaitPlaces(hsm, "custody", "custody-2", "record", "record-2");
    assertThat(first.objects() + second.objects()).as("keys left in sessions").isZero();
  }

  @Test
  @DisplayName("what one partition wrapped opens in the other")
  void aKeyIsOfNoPartition() throws Exception {
    second.takeAway(ReturnCode.CKR_DEVICE_REMOVED.value());
    NewCitizenKey made = newKey();
    second.forgetOrders();
    awaitPlaces(hsm, "custody", "custody-2", "record", "record-2");

    first.takeAway(ReturnCode.CKR_DEVICE_REMOVED.value());

    assertThat(signs(made)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0x32", // CKR_DEVICE_REMOVED
    "2, 0x80000001" // a vendor's own
  })
  @DisplayName("a partition is taken away under load, and no call fails")
  void nobodyNoticesThatAPartitionIsAway(int which, String code) throws Exception {
    FaultyPkcs11 taken = which == 1 ? first : second;
    AtomicBoolean enough = new AtomicBoolean();
    AtomicInteger done = new AtomicInteger();
    Callable<Integer> caller =
        () -> {
          int mine = 0;
          while (!enough.get()) {
            assertThat(signs(key)).isTrue();
            assertThat(hsm.infrastructureKeys().mac(MacKey.ROWS, INPUT)).hasSize(32);
            mine++;
            done.incrementAndGet();
          }
          return mine;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
      List<Future<Integer>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        callers.add(threads.submit(caller));
      }
      try {
        awaitMore(done);
        taken.takeAway(Long.decode(code));
        awaitMore(done);
        assertThat(away(hsm)).isNotEmpty();
        taken.forgetOrders();
        awaitPlaces(hsm, "custody", "custody-2", "record", "record-2");
        long calls = taken.calls("C_UnwrapKey");
        awaitMore(done);
        assertThat(taken.calls("C_UnwrapKey")).as("it is used again").isGreaterThan(calls);
      } finally {
        enough.set(true);
      }
      for (Future<Integer> each : callers) {
        assertThat(each.get()).isPositive();
      }
    }
  }

  @Test
  @DisplayName("with both away callers are told at once when to try again, and no HSM is asked")
  void whenBothAreAway() throws Exception {
    first.takeAway(ReturnCode.CKR_DEVICE_REMOVED.value());
    second.takeAway(ReturnCode.CKR_TOKEN_NOT_PRESENT.value());
    assertThatThrownBy(() -> signs(key)).isInstanceOf(UnavailableException.class);
    long asked = first.calls("C_OpenSession") + second.calls("C_OpenSession");

    for (int i = 0; i < 100; i++) {
      UnavailableException refused =
          catchThrowableOfType(UnavailableException.class, () -> signs(key));
      assertThat(refused.kind()).isEqualTo(UnavailableException.Kind.TEMPORARILY_UNAVAILABLE);
      assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(2));
    }

    // Nothing but a look of the watch, whose slot is not to be found, came by meanwhile.
    assertThat(first.calls("C_OpenSession") + second.calls("C_OpenSession")).isEqualTo(asked);
    first.forgetOrders();
    second.forgetOrders();
    awaitPlaces(hsm, "custody", "custody-2", "record", "record-2");
    assertThat(signs(key)).isTrue();
  }

  @Test
  void sharesTheWork() {
    long before = first.calls("C_Sign");
    long beforeThat = second.calls("C_Sign");

    for (int i = 0; i < 40; i++) {
      hsm.infrastructureKeys().mac(MacKey.ROWS, INPUT);
    }

    assertThat(first.calls("C_Sign") - before).isEqualTo(20);
    assertThat(second.calls("C_Sign") - beforeThat).isEqualTo(20);
  }

  @Test
  @DisplayName("a partition in which a call hangs gets no other while one is idler")
  void goesRoundAPartitionThatHangs() throws Exception {
    FaultyPkcs11.Order order =
        first.order("C_UnwrapKey", Fault.HOLD_BEFORE, 0).times(FaultyPkcs11.FOR_EVER).give();
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<Boolean> hanging =
          thread.submit(
              () -> {
                boolean all = true;
                while (order.held() == 0 && all && order.met() == 0) {
                  all = signs(key);
                }
                return all;
              });
      await(() -> order.held() == 1);
      for (int i = 0; i < 20; i++) {
        assertThat(signs(key)).isTrue();
      }
      assertThat(order.held()).isEqualTo(1);
      order.end();
      assertThat(hanging.get(LONGEST_WAIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void theAuthorityGoesToTheOtherPartitionAndBack() throws Exception {
    for (FaultyPkcs11 taken : List.of(first, second)) {
      taken.takeAway(ReturnCode.CKR_DEVICE_REMOVED.value());
      AuthorityKey failed = hsm.authorityKey();
      AuthorityKey renewed = failed.renewal().renew(failed);
      assertThat(HsmTest.signs(renewed)).isTrue();
      taken.forgetOrders();
      awaitPlaces(hsm, "custody", "custody-2", "record", "record-2");
    }
  }

  @Test
  @DisplayName(
      "KEY-13: a key of our label, id and attributes is not used, whichever partition has it")
  void refusesAPartitionWithAPlantedWrappingKey() throws Exception {
    Path planted = copy("planted").module();
    try (Pkcs11Session attacker = ceremony.attacker(Pkcs11Module.open(planted), "custody")) {
      ceremony.replaceWrappingKey(attacker);
    }
    try (Hsm open = openPartitions(planted, copied)) {
      ahead.addAndGet(Rest.LONGEST.toNanos());
      NewCitizenKey made = newKey(open.citizenKeys());

      assertThat(away(open)).containsExactly("custody");
      assertThat(signs(made)).as("it was wrapped under our key").isTrue();
    }
    assertThatThrownBy(() -> openPartitions(planted))
        .isInstanceOf(HsmRefusedException.class)
        .hasMessageStartingWith("token custody, key wrap-2026-1: check value");
  }

  @Test
  @DisplayName("KEY-13: nor is one that was planted while the partition was away")
  void refusesAKeyThatWasPlantedMeanwhile() throws Exception {
    Path planted = copy("meanwhile").module();
    FaultyPkcs11 faulty =
        FaultyPkcs11.inFrontOf(planted, Files.createDirectory(folder.resolve("third")));
    AtomicLong time = new AtomicLong();
    try (Partition sound = custody(1, copied, time);
        Partition attacked = custody(2, faulty.library(), time)) {
      CitizenKeys keys = citizenKeys(List.of(sound, attacked));
      faulty.takeAway(ReturnCode.CKR_DEVICE_REMOVED.value());
      for (int i = 0; i < 2; i++) {
        assertThat(signs(newKey(keys))).isTrue();
      }
      assertThat(attacked.isServing()).isFalse();
      try (Pkcs11Session attacker = ceremony.attacker(Pkcs11Module.open(planted), "custody")) {
        ceremony.replaceWrappingKey(attacker);
      }
      faulty.forgetOrders();

      for (int i = 0; i < 4; i++) {
        time.addAndGet(Rest.LONGEST.toNanos());
        attacked.look();
        assertThat(attacked.isServing()).isFalse();
        assertThat(signs(newKey(keys))).as("it was wrapped under our key").isTrue();
      }
    }
  }

  /** A custody token as it is once it was let in. */
  private Partition custody(int number, Path module, AtomicLong time) throws Exception {
    TokenLogin login =
        new TokenLogin(
            new PartitionModule(module),
            ceremony.token("custody"),
            custodyRecord(),
            new SecureRandom());
    Partition partition =
        new Partition(
            number,
            new Rest("custody", number, time::get),
            rest -> {
              try {
                return SessionPool.open(login, ceremony.settings(), new HsmCounters(), rest);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    partition.open();
    return partition;
  }

  private CitizenKeys citizenKeys(List<Partition> partitions) throws Exception {
    return new TokenCitizenKeys(
        new Partitions(partitions),
        custodyRecord(),
        new KeyVerifier(custodyRecord(), new SecureRandom()),
        new HsmCounters());
  }

  private CeremonyTranscript.TokenRecord custodyRecord() throws Exception {
    return CeremonyTranscript.read(ceremony.transcript(), ceremony.publicKey()).token("custody");
  }

  @Test
  @DisplayName("a server starts without a partition that is away, and lets it in when it is back")
  void startsWithOneOfTwo() throws Exception {
    FaultyPkcs11 faulty =
        FaultyPkcs11.inFrontOf(copied, Files.createDirectory(folder.resolve("fourth")));
    faulty.takeAway(ReturnCode.CKR_TOKEN_NOT_PRESENT.value());
    try (Hsm open = openPartitions(SoftHsm.shared().module(), faulty.library())) {
      assertThat(away(open)).containsExactly("custody-2", "record-2");
      assertThat(signs(newKey(open.citizenKeys()))).isTrue();
      faulty.forgetOrders();

      awaitPlaces(open, "custody", "custody-2", "record", "record-2");

      assertThat(faulty.calls("C_GenerateKeyPair"))
          .as("it was asked all that a start asks")
          .isGreaterThanOrEqualTo(KeyAlgorithm.values().length);
    }
  }

  @Test
  @DisplayName("a token that fails once while a server starts is asked again")
  void startsWhenATokenFailsOnce() throws Exception {
    FaultyPkcs11 faulty =
        FaultyPkcs11.inFrontOf(copied, Files.createDirectory(folder.resolve("fifth")));
    FaultyPkcs11.Order order =
        faulty.order("C_Login", Fault.FAIL_BEFORE, ReturnCode.CKR_FUNCTION_FAILED.value()).give();
    try (Hsm open = openPartitions(SoftHsm.shared().module(), faulty.library())) {
      assertThat(order.met()).isEqualTo(1);
      assertThat(away(open)).isEmpty();
    }
  }

  @Test
  @DisplayName(
      "AUD-16: each partition keeps an anchor of its own, and the one of before when it is back")
  void eachKeepsAnAnchor() throws Exception {
    List<AnchorPlace> places = hsm.anchorPlaces();
    assertThat(places)
        .extracting(AnchorPlace::kind)
        .containsExactly("custody", "custody", "record", "record");
    Bytes before = Bytes.fromHex("01");
    places.forEach(place -> place.keep(before));

    first.takeAway(ReturnCode.CKR_DEVICE_REMOVED.value());
    Bytes after = Bytes.fromHex("02");
    for (AnchorPlace place : places) {
      boolean ofFirst = place.name().equals(place.kind());
      if (ofFirst) {
        assertThatThrownBy(() -> place.keep(after)).isInstanceOf(UnavailableException.class);
        assertThat(place.isAway()).isTrue();
      } else {
        place.keep(after);
      }
    }
    first.forgetOrders();
    awaitPlaces(hsm, "custody", "custody-2", "record", "record-2");

    assertThat(places)
        .extracting(place -> place.read().orElseThrow())
        .containsExactly(before, after, before, after);
  }

  private SoftHsmCopy copy(String name) throws Exception {
    return SoftHsmCopy.of(
        SoftHsm.shared(), ceremony.prefix(), Files.createDirectory(folder.resolve(name)));
  }

  private Hsm openPartitions(Path... modules) throws Exception {
    return Hsm.open(
        ceremony.settings(Arrays.stream(modules).map(ceremony::partition).toList()),
        new SecureRandom(),
        () -> System.nanoTime() + ahead.get());
  }

  private NewCitizenKey newKey() {
    return newKey(hsm.citizenKeys());
  }

  private static NewCitizenKey newKey(CitizenKeys keys) {
    return keys.generate(KeyAlgorithm.EC_P256, publicKey -> CitizenKeysContract.p256("a request"));
  }

  private boolean signs(NewCitizenKey made) throws Exception {
    return CitizenKeysContract.isSigned(
        made.publicKey(),
        "one",
        hsm.citizenKeys()
            .sign(made.wrapped(), List.of(CitizenKeysContract.p256("one")))
            .values()
            .getFirst());
  }

  /** The names of the tokens that rest. */
  private static List<String> away(Hsm open) {
    return open.anchorPlaces().stream().filter(AnchorPlace::isAway).map(AnchorPlace::name).toList();
  }

  /** Lets rests be over, until these and no others serve. */
  private void awaitPlaces(Hsm open, String... names) throws Exception {
    await(
        () -> {
          ahead.addAndGet(Rest.LONGEST.toNanos());
          return open.anchorPlaces().stream()
              .filter(place -> !place.isAway())
              .map(AnchorPlace::name)
              .toList()
              .equals(List.of(names));
        });
  }

  private static void awaitMore(AtomicInteger done) throws Exception {
    int enough = done.get() + 10 * CALLERS;
    await(() -> done.get() >= enough);
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + LONGEST_WAIT.toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime() - end).as("waited for too long").isNegative();
      Thread.sleep(20);
    }
  }
}
