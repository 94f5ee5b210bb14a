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

/**
 * A world in which the first node dies again and again, behind a wire on which its walks are held
 * where they are to die. With a second node, that one goes on at once; without, the first is
 * started again. For one thread.
 */
final class KillWorld implements AutoCloseable {
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
  private final WorldInvariants invariants;
  private final Queue<Citizen> resting = new ConcurrentLinkedQueue<>();
  private int deaths;
  private int cuts;
  private final List<KillPoint> missed = new ArrayList<>();

  /** A walk under way. */
  private record Walk(
      Optional<KillPoint> point,
      KillAttempt attempt,
      Optional<PostgresWireOrder> order,
      Future<Boolean> answered) {}

  private KillWorld(ProcessWorld world, PostgresWire wire) {
    this.world = world;
    this.wire = wire;
    this.invariants = new WorldInvariants(world);
  }

  /** Starts {@code nodes} of them. */
  static KillWorld start(int nodes) throws IOException, InterruptedException, SQLException {
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
    return new KillWorld(world, wire);
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

  /** Gives somebody back who is active again, as rested as after an hour. */
  void rest(Citizen citizen) throws SQLException {
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

  /** The exchanges of {@code step}, as they are when nobody disturbs it. */
  List<PostgresExchange> trace(KillStep step, Set<String> noise) throws Exception {
    KillAttempt attempt = step.attempt();
    attempt.prepare(this);
    wire.forgetPassed();
    attempt.act();
    await(
        "messages that are not sent",
        () -> world.count("select count(*) from outbox_message where state = 'PENDING'") == 0);
    List<PostgresExchange> seen = new ArrayList<>(wire.passed());
    seen.removeIf(exchange -> noise.contains(exchange.place()));
    attempt.judge(true, Optional.empty());
    return seen;
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
    List<KillAttempt> attempts = new ArrayList<>();
    for (KillPoint point : points) {
      KillAttempt attempt = point.step().attempt();
      attempt.prepare(this);
      attempts.add(attempt);
    }
    List<Walk> walks = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < points.size(); i++) {
        walks.add(walk(points.get(i), attempts.get(i), threads));
      }
      die(walks);
    }
    goOn(walks);
  }

  /** One death of {@code steps} that are under way at once, at a moment that nobody chose. */
  void randomDeath(List<KillStep> steps, Random random) throws Exception {
    List<Walk> walks = new ArrayList<>();
    List<KillAttempt> attempts = new ArrayList<>();
    for (KillStep step : steps) {
      KillAttempt attempt = step.attempt();
      attempt.prepare(this);
      attempts.add(attempt);
    }
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
    // What is sent to people leaves after the answer.
    met = met || order.awaitMet(AFTER_THE_ANSWER);
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
      await("settling", () -> invariants.broken(WorldInvariant.When.AT_REST).isEmpty());
      List<Future<?>> judged = new ArrayList<>();
      for (Walk walk : walks) {
        judged.add(threads.submit(() -> judge(walk)));
      }
      for (Future<?> one : judged) {
        one.get();
      }
      started.get();
    }
    invariants.require();
  }

  private static Optional<KillPoint> judge(Walk walk) throws Exception {
    try {
      walk.attempt().judge(walk.answered().get(), walk.point());
      return walk.point();
    } catch (AssertionError | Exception e) {
      throw new AssertionError("killed in " + walk.point().map(KillPoint::toString), e);
    }
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
