package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.PostgresExchange;
import eus.bakq.fixtures.PostgresWire;
import eus.bakq.fixtures.PostgresWireOrder;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
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
  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);
  private static final Duration LONGEST_HOLD = Duration.ofSeconds(60);
  private static final Duration AFTER_THE_ANSWER = Duration.ofSeconds(15);

  /** Longer than a round of housekeeping and a poll of the outbox. */
  private static final Duration IDLE = Duration.ofSeconds(7);

  private static final int LONGEST_RANDOM_MILLIS = 120;

  /** Lines of the database's section: whoever waits there waits for long. */
  static final String PATIENT =
      "  statementTimeout: PT60S\n  lockTimeout: PT20S\n  connectionWait: PT30S\n";

  private final ProcessWorld world;

  /** Of each node; the first is that of the node that dies. */
  private final List<PostgresWire> wires;

  private final PostgresWire wire;
  private final Extent extent;
  private final WorldInvariants invariants;
  private final Queue<Citizen> resting = new ConcurrentLinkedQueue<>();
  private final UnsealedFiles files;
  private int deaths;
  private int answered;
  private final List<KillPoint> cut = new ArrayList<>();
  private final List<RelapsePoint> relapses = new ArrayList<>();
  private int cutByChance;

  /** What passed the wire from the last death until all was settled. */
  private List<PostgresExchange> settling = List.of();

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

  private KillWorld(ProcessWorld world, List<PostgresWire> wires, Extent extent) {
    this.world = world;
    this.wire = wires.getFirst();
    this.wires = wires;
    this.extent = extent;
    this.invariants = new WorldInvariants(world);
    this.files = new UnsealedFiles(world);
  }

  /** Starts {@code nodes} of them. */
  static KillWorld start(int nodes, Extent extent)
      throws IOException, InterruptedException, SQLException {
    WorldFiles files = WorldFiles.make();
    List<PostgresWire> wires = new ArrayList<>();
    ProcessWorld world = ProcessWorld.on(files);
    // A hold must not end by itself, however slow the machine is.
    WorldFiles.Settings settings =
        WorldFiles.Settings.usual()
            .database(PATIENT + "  poolSize: 40\n") // who is held has a connection
            .room(WorldFiles.Room.WIDE);
    for (int i = 0; i < nodes; i++) {
      PostgresWire wire = PostgresWire.to(files.postgres().port());
      wires.add(wire);
      world.add(settings.jdbcUrl(wire.through(files.place().jdbcUrl()))).start();
    }
    WorldInvariants.index(world);
    return new KillWorld(world, List.copyOf(wires), extent);
  }

  /** Whether nobody goes on until who died is started again. */
  boolean isAlone() {
    return wires.size() == 1;
  }

  ProcessWorld world() {
    return world;
  }

  int deaths() {
    return deaths;
  }

  List<KillPoint> cut() {
    return cut;
  }

  /** Where servers were killed that settled what a death had left. */
  List<RelapsePoint> relapses() {
    return relapses;
  }

  /** How many walks were under way at a moment that nobody chose. */
  int cutByChance() {
    return cutByChance;
  }

  int answered() {
    return answered;
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

  private void awaitNoMessages() throws Exception {
    await(
        "messages that are not sent",
        () -> world.count("select count(*) from outbox_message where state = 'PENDING'") == 0);
  }

  /**
   * The points of {@code step}, as it is when nobody disturbs it.
   *
   * @param noise places that are left out
   */
  List<KillPoint> watch(KillStep step, Set<String> noise) throws Exception {
    KillAttempt attempt = prepared(List.of(step)).getFirst();
    awaitNoMessages();
    List<PostgresWireOrder> rounds = WirePlace.holdRounds(wires);
    wire.forgetPassed();
    // Or it would be a matter of chance whether some of the sending is seen before the answer.
    var _ = WirePlace.holdSendings(List.of(wire));
    attempt.act();
    List<PostgresExchange> call = new ArrayList<>(wire.passed());
    wire.forgetOrders();
    rounds.forEach(PostgresWireOrder::release);
    awaitNoMessages();
    List<PostgresExchange> all = new ArrayList<>(wire.passed());
    call.removeIf(exchange -> WirePlace.isNoise(exchange, noise));
    all.removeIf(exchange -> WirePlace.isNoise(exchange, noise));
    attempt.judge(true, Optional.empty());
    attempt.goOn();
    return KillPoint.all(step, all, call.size());
  }

  /** What passes when nobody calls. */
  Set<String> noise() throws InterruptedException {
    wire.forgetPassed();
    Thread.sleep(IDLE);
    Set<String> places = new HashSet<>();
    wire.passed().forEach(exchange -> places.add(WirePlace.of(exchange)));
    return places;
  }

  /**
   * One death of walks that are held, one after another, each where it is to die. Who holds the
   * record's lock comes last: behind it nobody moves.
   *
   * @return the points at which no walk came by
   */
  List<KillPoint> death(List<KillPoint> points) throws Exception {
    List<Walk> walks = held(points);
    goOn(walks);
    return missed(points, walks);
  }

  /** As {@link #death}, and who settles what it left dies too, at {@code relapse}. */
  List<KillPoint> death(List<KillPoint> points, RelapsePoint relapse) throws Exception {
    List<Walk> walks = held(points);
    look();
    helpTime();
    PostgresWireOrder order =
        wire.hold(
            exchange -> WirePlace.of(exchange).equals(WirePlace.of(relapse.exchange())),
            relapse.nth(),
            relapse.where());
    var _ = world.node(0).launch(ServerProcess.Launch.usual());
    if (order.awaitMet(LONGEST_HOLD)) {
      relapses.add(relapse);
    } else {
      order.release();
    }
    world.node(0).kill();
    deaths++;
    order.cut();
    goOn(walks);
    return missed(points, walks);
  }

  /** What PostgreSQL was asked from the start after a death of {@code points} to the end of all. */
  List<RelapsePoint> watchSettling(List<KillPoint> points) throws Exception {
    goOn(held(points));
    return RelapsePoint.all(settling);
  }

  private static List<KillPoint> missed(List<KillPoint> points, List<Walk> walks) {
    List<KillPoint> missed = new ArrayList<>(points);
    walks.forEach(walk -> walk.point().ifPresent(missed::remove));
    return missed;
  }

  /** Holds a walk at each of {@code points}, and kills the server. */
  private List<Walk> held(List<KillPoint> points) throws Exception {
    List<KillAttempt> attempts = prepared(points.stream().map(KillPoint::step).toList());
    awaitNoMessages(); // a sending that is still of the preparation looks like the walk's
    List<Walk> walks = new ArrayList<>();
    List<PostgresWireOrder> others = new ArrayList<>(WirePlace.holdRounds(wires));
    others.addAll(WirePlace.holdSendings(wires.subList(1, wires.size())));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < points.size(); i++) {
        walks.add(walk(points.get(i), attempts.get(i), threads));
      }
      die(walks);
    }
    others.forEach(PostgresWireOrder::release);
    return walks;
  }

  /** Who does not die prepares what is to die: it need not load and compile everything anew. */
  private List<KillAttempt> prepared(List<KillStep> steps) throws Exception {
    List<KillAttempt> attempts = steps.stream().map(KillStep::attempt).toList();
    world.lead(world.nodes().getLast());
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
    world.lead(world.node(0));
    return attempts;
  }

  /** One death of {@code steps} that are under way at once, at a moment that nobody chose. */
  void randomDeath(List<KillStep> steps, Random random) throws Exception {
    List<Walk> walks = new ArrayList<>();
    List<KillAttempt> attempts = prepared(steps);
    AtomicInteger late = new AtomicInteger();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (KillAttempt attempt : attempts) {
        walks.add(
            new Walk(
                Optional.empty(),
                attempt,
                Optional.empty(),
                threads.submit(() -> isAnswered(attempt, late))));
      }
      Thread.sleep(random.nextInt(LONGEST_RANDOM_MILLIS));
      die(walks);
    }
    for (Walk walk : walks) {
      if (walk.answered().get()) {
        answered++;
      } else {
        cutByChance++;
      }
    }
    cutByChance -= late.get();
    goOn(walks);
  }

  private Walk walk(KillPoint point, KillAttempt attempt, ExecutorService threads)
      throws Exception {
    PostgresWireOrder order =
        wire.hold(
            exchange -> WirePlace.of(exchange).equals(WirePlace.of(point.exchange())),
            point.nth(),
            point.where());
    Future<Boolean> answered = threads.submit(() -> isAnswered(attempt));
    long end = System.nanoTime() + LONGEST_HOLD.toNanos();
    boolean met = false;
    while (!met && !answered.isDone() && System.nanoTime() - end < 0) {
      met = order.awaitMet(Duration.ofMillis(20));
    }
    // What is sent to people was seen after the answer; all else that comes then is somebody
    // else's.
    if (point.sending()
        ? (met || order.awaitMet(AFTER_THE_ANSWER)) && endsMeanwhile(answered)
        : met && !answered.isDone()) {
      cut.add(point);
      return new Walk(Optional.of(point), attempt, Optional.of(order), answered);
    }
    order.release();
    return new Walk(Optional.empty(), attempt, Optional.of(order), answered);
  }

  /**
   * Whether the call ends that wrote a message whose sending is held: it may still be under way.
   */
  private static boolean endsMeanwhile(Future<Boolean> answered) throws Exception {
    try {
      return answered.get(LONGEST_HOLD.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return false;
    }
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

  /** As {@link #isAnswered(KillAttempt)}; of {@code late} is who comes when nobody is there. */
  private static boolean isAnswered(KillAttempt attempt, AtomicInteger late) throws Exception {
    try {
      return isAnswered(attempt);
    } catch (ProcessWorld.NobodyThereError e) {
      late.incrementAndGet();
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
    world.lead(world.nodes().getLast());
    look();
    helpTime();
    wire.forgetPassed();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<ProcessWorld.Node> started = threads.submit(() -> world.node(0).start());
      if (world.nodes().size() == 1) {
        started.get();
      }
      LOG.atDebug().log("goes on");
      await("settling", () -> invariants.broken(WorldInvariant.When.AT_REST).isEmpty());
      LOG.atDebug().log("is settled");
      settling = wire.passed();
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
    LOG.atDebug().addKeyValue("deaths", deaths).addKeyValue("cuts", cut.size()).log("is whole");
  }

  /** What must hold in what the dead left, before anybody has settled anything. */
  private void look() throws Exception {
    wire.forgetOrders();
    invariants.require();
    assertThat(files.look()).as("unsealed").isEmpty();
  }

  private Optional<KillPoint> judge(Walk walk) throws Exception {
    try {
      walk.attempt().judge(walk.answered().get(), walk.point());
      walk.attempt().end(extent.goesOn());
      return walk.point();
    } catch (AssertionError | Exception e) {
      throw new AssertionError(
          "%d nodes, killed in %s\n%s"
              .formatted(
                  world.nodes().size(),
                  walk.point().map(KillPoint::toString).orElse("an unknown place"),
                  String.join("\n", walk.attempt().traces(world))),
          e);
    }
  }

  /**
   * What five minutes would do: the dead node's lease ends; messages that it had taken may be
   * taken; activation data that nobody reserved can be reserved no more.
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
      Thread.sleep(LOOK_AGAIN);
    }
  }

  /** All invariants, when everything is at rest. */
  void requireAtRest() throws SQLException, IOException {
    invariants.requireAtRest();
  }

  @Override
  public void close() throws IOException {
    world.close();
    for (PostgresWire each : wires) {
      each.close();
    }
  }
}
