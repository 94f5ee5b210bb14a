package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.auditor.v1.AuditRecord;
import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.FaultyPkcs11;
import eus.bakq.fixtures.FaultyPkcs11.Fault;
import eus.bakq.fixtures.SoftHsm;
import eus.bakq.fixtures.SoftHsmCopy;
import eus.bakq.fixtures.judge.PdfCms;
import eus.bakq.pkcs11.Pkcs11Module;
import eus.bakq.pkcs11.ReturnCode;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.server.grpc.Audience;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The first of two partitions of the HSM goes away while citizens sign and sedes ask, and comes
 * back: a whole server over gRPC, with a module in front of each partition that fails on order. Who
 * calls here never calls twice.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PartitionAwayTest {
  private static final int CITIZENS = 4;

  /** Of each request: a partition goes away between the values of one set. */
  private static final int DOCUMENTS = 2;

  private static final int SEDES = 2;
  private static final long MOST_SECONDS = 60;
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final String AWAY = "a partition's token does not answer, and rests";
  private static final String BACK = "a partition's token is back";
  private static final List<String> TOKENS = List.of("custody", "record");

  private FaultyPkcs11 first;
  private FaultyPkcs11 second;
  private DemoWorld world;
  private X509Certificate authority;

  private List<Citizen> citizens;

  @BeforeAll
  void open(@TempDir Path folder) throws Exception {
    WorldFiles files = WorldFiles.make();
    first = FaultyPkcs11.shared();
    Path copy =
        SoftHsmCopy.of(
                SoftHsm.shared(),
                files.tokens().prefix(),
                Files.createDirectory(folder.resolve("copy")))
            .module();
    second = FaultyPkcs11.inFrontOf(copy, Files.createDirectory(folder.resolve("second")));
    world =
        DemoWorld.start(
            files,
            WorldFiles.Settings.usual()
                .levels(WorldFiles.Levels.B_B)
                .modules(first.library(), second.library())
                .further("documents: {warmUp: false}\n"));
    citizens = Stream.generate(world::newCitizen).limit(CITIZENS).toList();
    together(
        citizen -> {
          citizen.register(world.officer());
          return citizen.activate();
        });
    authority =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(world.fetchPublic("/authority.cer")));
  }

  @AfterEach
  void leavesNothing() throws Exception {
    first.forgetOrders();
    second.forgetOrders();
    new WorldInvariants(world).require();
    assertThat(first.objects() + second.objects()).as("keys left in sessions").isZero();
    world.conformance().requireNoViolation();
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  @DisplayName(
      "SAM-07, SAD-05: a partition goes away under load, and no signature fails: those that were in"
          + " flight there are made again elsewhere, and each value is one")
  void nobodyIsRefused() throws Exception {
    LogTail log = LogTail.begin();
    try (Asking asking = new Asking()) {
      List<Challenged> challenged = together(this::challenge);
      asking.awaitMore();

      long inFlight = takeFirstAwayBetweenValues(challenged);

      requireSigned(challenged, inFlight);
      asking.awaitMore();
      await(() -> told(log, AWAY, 1).equals(TOKENS));
      Challenged meanwhile = challenge(citizens.getFirst());
      assertThat(meanwhile.submitCode()).isEqualTo(DOCUMENTS);
      requireSigned(List.of(meanwhile), 0);
      for (Audience audience : Audience.values()) {
        assertThat(world.health(audience)).as("%s", audience).isEqualTo(ServingStatus.SERVING);
      }
      assertThat(told(log, BACK, 1)).isEmpty();

      first.forgetOrders();
      await(() -> told(log, BACK, 1).equals(TOKENS));
      asking.awaitMore();
      requireInUse(first);
    }
    assertThat(told(log, AWAY, 2)).isEmpty();
    assertThat(log.errors()).isEmpty();
  }

  /** A citizen who has the code for a request, and has not given it yet. */
  private record Challenged(SignatureRequest request, Authorising authorising, String code) {
    int submitCode() {
      return authorising.submitCode(code);
    }
  }

  private Challenged challenge(Citizen citizen) {
    SignatureRequest request =
        world.sede(WorldFiles.SEDE_A).ask(Documents.form(), Documents.form());
    return new Challenged(request, citizen.challenged(request), citizen.nextCode());
  }

  /**
   * Has all sign at once, in both partitions, and takes the first one away when each has the first
   * value of its set and not the second.
   *
   * @return how many were in flight in the one that went away
   */
  private long takeFirstAwayBetweenValues(List<Challenged> challenged) throws Exception {
    FaultyPkcs11.Order there = holdValues(first);
    FaultyPkcs11.Order here = holdValues(second);
    try (ExecutorService threads = Executors.newFixedThreadPool(CITIZENS)) {
      List<Future<Integer>> signing =
          challenged.stream().map(each -> threads.submit(each::submitCode)).toList();
      await(() -> there.held() + here.held() == CITIZENS);
      long inFlight = there.held();
      assertThat(inFlight).as("the partitions share the work").isBetween(1L, CITIZENS - 1L);

      first.takeAway(ReturnCode.CKR_DEVICE_REMOVED.value());
      there.end();
      await(() -> here.held() == CITIZENS);
      here.end();

      for (Future<Integer> each : signing) {
        assertThat(each.get(MOST_SECONDS, TimeUnit.SECONDS)).isEqualTo(DOCUMENTS);
      }
      return inFlight;
    }
  }

  /** Nobody gives a password meanwhile: only citizens' keys sign in the custody token then. */
  private FaultyPkcs11.Order holdValues(FaultyPkcs11 partition) throws Exception {
    return inCustody(partition, Fault.HOLD_AFTER);
  }

  private FaultyPkcs11.Order inCustody(FaultyPkcs11 partition, Fault fault) throws Exception {
    long slot =
        Pkcs11Module.open(partition.library()).tokens().stream()
            .filter(token -> token.label().equals(world.tokens().label("custody")))
            .findFirst()
            .orElseThrow()
            .slot();
    return partition
        .order("C_Sign", fault, ReturnCode.CKR_OK.value())
        .atSlot(slot)
        .times(FaultyPkcs11.FOR_EVER)
        .give();
  }

  /** Passwords are judged there again; the record's token is asked by whoever asks anything. */
  private void requireInUse(FaultyPkcs11 partition) throws Exception {
    FaultyPkcs11.Order seen = inCustody(partition, Fault.FAIL_AFTER); // with CKR_OK: it is counted
    Sede sede = world.sede(WorldFiles.SEDE_A);
    await(
        () -> {
          Authorising stranger =
              Authorising.open(
                  world.signerChannel(), sede.ask(Documents.form()).getAuthorisationAddress());
          stranger.submitPassword(world.newCitizen().dni(), Citizen.WRONG_PASSWORD);
          return seen.met() > 0;
        });
    seen.end();
  }

  /**
   * Demands that each document has its one value, which another library accepts.
   *
   * @param repeated of how many requests the HSM was asked more than once
   */
  private void requireSigned(List<Challenged> signed, long repeated) throws Exception {
    Sede sede = world.sede(WorldFiles.SEDE_A);
    long found = 0;
    for (Challenged each : signed) {
      String id = each.request().getId();
      for (int index = 0; index < DOCUMENTS; index++) {
        Judges.assertAccepted(PdfCms.verify(sede.fetchCompleted(id, index), List.of(authority)));
      }
      assertThat(steps(id, "outcome = 'CONSUMED'")).isEqualTo(DOCUMENTS);
      assertThat(steps(id, "step = 'RESERVED'")).isEqualTo(DOCUMENTS);
      assertThat(steps(id, "outcome <> 'CONSUMED'")).isZero();
      List<AuditRecord> created =
          world.audit().of(id).stream()
              .filter(record -> record.getType().equals("SIGNATURE_CREATED"))
              .toList();
      assertThat(created).hasSize(DOCUMENTS);
      found += created.getFirst().getDetailsOrThrow("attempts").equals("1") ? 0 : 1;
    }
    assertThat(found).as("requests that the record says were repeated").isEqualTo(repeated);
  }

  private long steps(String request, String which) throws SQLException {
    return world.count(
        "select count(*) from activation_ledger where signature_request_id = '%s' and %s"
            .formatted(request, which));
  }

  /** Sedes that ask and cancel, one wish after the other, until they are closed. */
  private final class Asking implements AutoCloseable {
    private final AtomicBoolean enough = new AtomicBoolean();
    private final AtomicInteger done = new AtomicInteger();
    private final ExecutorService threads = Executors.newFixedThreadPool(SEDES);
    private final List<Future<?>> running = new ArrayList<>();

    Asking() {
      for (int i = 0; i < SEDES; i++) {
        running.add(threads.submit(this::ask));
      }
    }

    private Void ask() throws InterruptedException {
      Sede sede = world.sede(WorldFiles.SEDE_B);
      while (!enough.get()) {
        sede.cancel(sede.ask(Documents.form()).getId());
        done.incrementAndGet();
        Thread.sleep(PAUSE);
      }
      return null;
    }

    void awaitMore() throws Exception {
      int least = done.get() + 3 * SEDES;
      await(() -> done.get() >= least);
    }

    @Override
    public void close() {
      enough.set(true);
      threads.close();
      for (Future<?> each : running) {
        if (each.state() == Future.State.FAILED) {
          throw new AssertionError("a sede was refused", each.exceptionNow());
        }
      }
    }
  }

  /** For each citizen, at once and once. */
  private <T> List<T> together(Function<Citizen, T> deed) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(CITIZENS)) {
      List<T> results = new ArrayList<>();
      for (Future<T> each :
          citizens.stream().map(one -> threads.submit(() -> deed.apply(one))).toList()) {
        results.add(each.get(MOST_SECONDS, TimeUnit.SECONDS));
      }
      return results;
    }
  }

  /** Of which tokens of a partition the log says it, in their order. */
  private static List<String> told(LogTail log, String message, int partition) throws IOException {
    Pattern line =
        Pattern.compile(
            "%s token=\"([a-z]+)\" partition=\"%d\"".formatted(Pattern.quote(message), partition));
    return log.lines().stream()
        .map(line::matcher)
        .filter(Matcher::find)
        .map(found -> found.group(1))
        .distinct()
        .sorted()
        .toList();
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    assertThat(Eventually.is(condition)).as("waited for too long").isTrue();
  }
}
