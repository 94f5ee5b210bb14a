package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.PostgresExchange;
import eus.bakq.fixtures.PostgresWire;
import eus.bakq.fixtures.PostgresWireOrder;
import eus.bakq.server.vocabulary.Bytes;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A world in which the first node dies again and again, behind a wire on which its walks are held
 * where they are to die. With a second node, that one goes on at once; without, the first is
 * started again. For one thread.
 */
final class KillWorld implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KillWorld.class);
  private static final Duration LONGEST_REST = Duration.ofMinutes(2);
  private static final Duration LONGEST_HOLD = Duration.ofSeconds(60);
  private static final Duration AFTER_THE_ANSWER = Duration.ofSeconds(5);

  /** Longer than a round of housekeeping and a poll of the outbox. */
  private static final Duration IDLE = Duration.ofSeconds(7);

  private static final int LONGEST_RANDOM_MILLIS = 700;

  /** For the looks of these tests, at a record that grows long. */
  private static final List<String> INDEXES =
      List.of(
          "create index on audit_record ((details ->> 'sad'))",
          "create index on audit_record ((details ->> 'credential'))",
          "create index on audit_record ((details ->> 'certificate_sha256'))",
          "create index on audit_record ((details ->> 'interaction'))",
          "create index on audit_record (type, subject)");

  private final ProcessWorld world;
  private final PostgresWire wire;
  private final Extent extent;
  private final WorldInvariants invariants;
  private final Queue<Citizen> resting = new ConcurrentLinkedQueue<>();
  private int deaths;
  private int cuts;
  private final List<KillPoint> missed = new ArrayList<>();

  /** How many of the walks that were cut are taken to their end afterwards. */
  @FunctionalInterface
  interface Extent {
    /** Whether the next one is; asked by several threads. */
    boolean goesOn();
  }

  /** A walk under way. */
  private record Walk(
      Optional<KillPoint> point,
      KillAttempt attempt,
      Optional<PostgresWireOrder> order,
      Future<Boolean> answered) {}

  private KillWorld(ProcessWorld world, PostgresWire wire, Extent extent) {
    this.world = world;
    this.wire = wire;
    this.extent = extent;
    this.invariants = new WorldInvariants(world);
  }

  /** Starts {@code nodes} of them. */
  static KillWorld start(int nodes, Extent extent)
      throws IOException, InterruptedException, SQLException {
    WorldFiles files = WorldFiles.make();
    PostgresWire wire = PostgresWire.to(files.postgres().port());
    ProcessWorld world = ProcessWorld.on(files);
    // A hold must not end by itself, however slow the machine is.
    WorldFiles.Settings settings =
        WorldFiles.Settings.usual()
            .levels(WorldFiles.Levels.B_B)
            .database("  statementTimeout: PT60S\n  lockTimeout: PT20S\n  connectionWait: PT30S\n");
    world.add(settings.jdbcUrl(wire.through(files.place().jdbcUrl()))).start();
    for (int i = 1; i < nodes; i++) {
      world.add(settings).start();
    }
    for (String index : INDEXES) {
      world.tamper(index);
    }
    return new KillWorld(world, wire, extent);
  }

  ProcessWorld world() {
    return world;
  }

  /** How often the server was killed. */
  int deaths() {
    return deaths;
  }

  /** How many walks were cut where they were to be. */
  int cuts() {
    return cuts;
  }

  /** Where walks were to be cut and did not come by. */
  List<KillPoint> missed() {
    return missed;
  }

  /** Somebody active, for whom nothing is under way. */
  Citizen citizen() {
    Citizen rested = resting.poll();
    return rested == null ? world.activeCitizen() : rested;
  }

  /** Gives somebody back who is active again, as rested as after a day: codes have quotas. */
  void rest(Citizen citizen) throws SQLException {
    world.tamper(
        "update outbox_message set created_at = created_at - interval '1 day' where state <> 'PENDING' and signer_id = '%s'"
            .formatted(citizen.signerId()));
    world.tamper(
        "update failure_counter set codes_in_window = 0 where id = '%s'"
            .formatted(citizen.signerId()));
    resting.add(citizen);
  }

  /** Waits until everything was sent to {@code citizen} that is to be, and reads none of it. */
  void awaitNoMessages(Citizen citizen) throws Exception {
    String pending =
        "select count(*) from outbox_message where state = 'PENDING' and signer_id = '%s'"
            .formatted(citizen.signerId());
    await("messages that are not sent", () -> world.count(pending) == 0);
    var _ = citizen.mails(); // the mailbox outlives the process that holds it
    citizen.forgetSms();
  }

  /** Whether the link of the citizen's present activation came to a process that died with it. */
  boolean hasNoLink(Citizen citizen) throws SQLException {
    UUID activation =
        UUID.fromString(
            KillAttempt.text(
                world,
                "select id::text from activation where signer_id = '%s' order by created_at desc limit 1"
                    .formatted(citizen.signerId())));
    return citizen.linkTokens().stream()
        .map(token -> ByteBuffer.wrap(Base64.getUrlDecoder().decode(token)))
        .noneMatch(link -> new UUID(link.getLong(), link.getLong()).equals(activation));
  }

  /**
   * SIGNED_DOCUMENT_FETCHED and SIGNATURE_CREATED say what is in a document that was handed out.
   */
  void requireRecorded(String request, byte[] signed) throws SQLException {
    assertThat(
            world.count(
                "select count(*) from audit_record where type = 'SIGNED_DOCUMENT_FETCHED' and subject = '%s' and details ->> 'sha256' = '%s'"
                    .formatted(request, Bytes.copyOf(signed).sha256().toHex())))
        .isPositive();
    String recorded =
        KillAttempt.text(
            world,
            "select details ->> 'value_sha256' from audit_record where type = 'SIGNATURE_CREATED' and subject = '%s'"
                .formatted(request));
    assertThat(SignedValues.of(signed)).contains(recorded);
  }

  /**
   * The points of {@code step}, as it is when nobody disturbs it.
   *
   * @param noise places that are left out
   */
  List<KillPoint> watch(KillStep step, Set<String> noise) throws Exception {
    KillAttempt attempt = step.attempt();
    attempt.prepare(this);
    wire.forgetPassed();
    attempt.act();
    List<PostgresExchange> call = new ArrayList<>(wire.passed());
    await(
        "messages that are not sent",
        () -> world.count("select count(*) from outbox_message where state = 'PENDING'") == 0);
    List<PostgresExchange> all = new ArrayList<>(wire.passed());
    call.removeIf(exchange -> noise.contains(exchange.place()));
    all.removeIf(exchange -> noise.contains(exchange.place()));
    attempt.judge(true, Optional.empty());
    attempt.goOn();
    return KillPoint.all(step, all, call.size());
  }

  /** What passes when nobody calls. */
  Set<String> noise() throws InterruptedException {
    wire.forgetPassed();
    Thread.sleep(IDLE);
    Set<String> places = new HashSet<>();
    wire.passed().forEach(exchange -> places.add(exchange.place()));
    return places;
  }

  /**
   * One death of walks that are held, one after another, each where it is to die. Who holds the
   * record's lock comes last: behind it nobody moves.
   */
  void death(List<KillPoint> points) throws Exception {
    List<KillAttempt> attempts = prepared(points.stream().map(KillPoint::step).toList());
    List<Walk> walks = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < points.size(); i++) {
        walks.add(walk(points.get(i), attempts.get(i), threads));
      }
      die(walks);
    }
    goOn(walks);
  }

  private List<KillAttempt> prepared(List<KillStep> steps) throws Exception {
    List<KillAttempt> attempts = steps.stream().map(KillStep::attempt).toList();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> ready = new ArrayList<>();
      for (KillAttempt attempt : attempts) {
        ready.add(
            threads.submit(
                () -> {
                  attempt.prepare(this);
                  return attempt;
                }));
      }
      for (Future<?> one : ready) {
        one.get();
      }
    }
    return attempts;
  }

  /** One death of {@code steps} that are under way at once, at a moment that nobody chose. */
  void randomDeath(List<KillStep> steps, Random random) throws Exception {
    List<Walk> walks = new ArrayList<>();
    List<KillAttempt> attempts = prepared(steps);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (KillAttempt attempt : attempts) {
        walks.add(
            new Walk(
                Optional.empty(),
                attempt,
                Optional.empty(),
                threads.submit(() -> isAnswered(attempt))));
      }
      Thread.sleep(random.nextInt(LONGEST_RANDOM_MILLIS));
      die(walks);
    }
    cuts += walks.size();
    goOn(walks);
  }

  private Walk walk(KillPoint point, KillAttempt attempt, ExecutorService threads)
      throws InterruptedException {
    PostgresWireOrder order =
        wire.hold(
            exchange -> exchange.place().equals(point.exchange().place()),
            point.nth(),
            point.where());
    Future<Boolean> answered = threads.submit(() -> isAnswered(attempt));
    long end = System.nanoTime() + LONGEST_HOLD.toNanos();
    boolean met = false;
    while (!met && !answered.isDone() && System.nanoTime() - end < 0) {
      met = order.awaitMet(Duration.ofMillis(20));
    }
    // What is sent to people leaves after the answer; all else that comes then is somebody else's.
    met = point.sending() ? met || order.awaitMet(AFTER_THE_ANSWER) : met && !answered.isDone();
    if (met) {
      cuts++;
      return new Walk(Optional.of(point), attempt, Optional.of(order), answered);
    }
    order.release();
    missed.add(point);
    return new Walk(Optional.empty(), attempt, Optional.of(order), answered);
  }

  /** Whether the call came to an end; not if the server died. A refusal is a fault. */
  private static boolean isAnswered(KillAttempt attempt) throws Exception {
    try {
      attempt.act();
      return true;
    } catch (StatusRuntimeException e) {
      if (StatusProto.fromThrowable(e).getDetailsCount() > 0) {
        throw e;
      }
      return false;
    }
  }

  private void die(List<Walk> walks) throws Exception {
    LOG.atDebug().addKeyValue("nodes", world.nodes().size()).log("dies");
    world.node(0).kill();
    deaths++;
    for (Walk walk : walks) {
      walk.order().ifPresent(PostgresWireOrder::cut);
    }
    for (Walk walk : walks) {
      var _ = walk.answered().get();
    }
  }

  /** Somebody goes on, settles what was left, and everybody looks what became of the own walk. */
  private void goOn(List<Walk> walks) throws Exception {
    invariants.require();
    helpTime();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<ProcessWorld.Node> started = threads.submit(() -> world.node(0).start());
      if (world.nodes().size() == 1) {
        started.get();
      }
      LOG.atDebug().log("goes on");
      await("settling", () -> invariants.broken(WorldInvariant.When.AT_REST).isEmpty());
      LOG.atDebug().log("is settled");
      List<Future<?>> judged = new ArrayList<>();
      for (Walk walk : walks) {
        judged.add(threads.submit(() -> judge(walk)));
      }
      for (Future<?> one : judged) {
        one.get();
      }
      LOG.atDebug().log("is judged");
      started.get();
    }
    invariants.require();
    LOG.atDebug().addKeyValue("deaths", deaths).addKeyValue("cuts", cuts).log("is whole");
  }

  private Optional<KillPoint> judge(Walk walk) throws Exception {
    try {
      walk.attempt().judge(walk.answered().get(), walk.point());
      if (extent.goesOn()) {
        walk.attempt().goOn();
      }
      return walk.point();
    } catch (AssertionError | Exception e) {
      throw new AssertionError(
          "%d nodes, killed in %s\n%s"
              .formatted(
                  world.nodes().size(),
                  walk.point().map(KillPoint::toString).orElse("an unknown place"),
                  String.join("\n", about(walk.attempt()))),
          e);
    }
  }

  /** What record, outbox and counters say of the citizen, for who looks for the fault. */
  private List<String> about(KillAttempt attempt) throws SQLException {
    String signer = attempt.citizen().signerId();
    if (signer.isEmpty()) {
      return List.of();
    }
    return KillAttempt.texts(
        world,
        """
        select * from (
          select to_char(created_at, 'HH24:MI:SS.MS') || ' ' || kind || ' ' || state || ' ' || attempts
            || ' ' || reference from outbox_message where signer_id = '%1$s'
          union all
          select to_char(recorded_at, 'HH24:MI:SS.MS') || ' ' || type || ' ' || outcome || ' ' || reason
            || ' ' || details from audit_record where subject = '%1$s' or actor = '%1$s'
            or subject in (select subject::text from interaction where signer_id = '%1$s')
          union all
          select 'counter ' || f::text from failure_counter f where id = '%1$s'
          union all
          select to_char(opened_at, 'HH24:MI:SS.MS') || ' interaction ' || id || ' ' || state
            from interaction where signer_id = '%1$s') t (line) order by line"""
            .formatted(signer));
  }

  /**
   * What half a minute, a minute and five minutes would do: the dead node's lease ends; messages
   * that it had taken may be taken; activation data that nobody reserved can be reserved no more.
   */
  private void helpTime() throws SQLException {
    world.endLeasesOfTheDead();
    world.tamper("update outbox_message set next_attempt_at = now() where state = 'PENDING'");
    world.tamper(
        """
        update activation_ledger a set written_at = written_at - interval '301 seconds'
        where step = 'AUTHORISED' and not exists (select 1 from activation_ledger r
          where r.sad_id = a.sad_id and r.ordinal = a.ordinal and r.step = 'RESERVED')""");
  }

  private static void await(String what, Callable<Boolean> over) throws Exception {
    long end = System.nanoTime() + LONGEST_REST.toNanos();
    while (!over.call()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("there are still " + what);
      }
      Thread.sleep(Duration.ofMillis(30));
    }
  }

  /** All invariants, when everything is at rest. */
  void requireAtRest() throws SQLException, IOException {
    invariants.requireAtRest();
  }

  @Override
  public void close() throws IOException {
    world.close();
    wire.close();
  }
}
