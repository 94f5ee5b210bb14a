package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.PostgresWireOrder.Where;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGKILL at every step of the walk (docs/signing-cycle.md sections 5, 7 and 9): the real server
 * dies where it waits for PostgreSQL, and is started again, or another node goes on. Where it can
 * die is not written down here: each step is watched once, and each exchange seen is two points.
 *
 * <p>What a death has left is settled when the server is started again, and that dies too, at some
 * points, before it is started once more.
 *
 * <p>{@code -Dbakq.kill.seed=S} takes the points of another run; {@code -Dbakq.kill.deaths=N} kills
 * N times, or once at {@code all} points, with one walk in each death, at those of {@code
 * -Dbakq.kill.steps=A,B} only if some are named.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KillTest {
  private static final Logger LOG = LoggerFactory.getLogger(KillTest.class);

  /** In ./test. */
  private static final int CUTS = 300;

  private static final int DEATHS = 34;
  private static final int RANDOM_DEATHS = 4;
  private static final int RELAPSES = 2;

  /**
   * Of those, at a node that is alone: to wait for its start costs more than to go on at another.
   */
  private static final int DEATHS_ALONE = 3;

  private static final int LANES = 2;

  /** Who does not come by may have been kept from it by those who died with him. */
  private static final int MOST_TRIES = 4;

  private static final int MOST_AGAIN = 4;

  private final long seed = Long.getLong("bakq.kill.seed", new SecureRandom().nextInt(1 << 30));

  /** Empty in ./test. */
  private final String wanted = System.getProperty("bakq.kill.deaths", "");

  private final Set<KillStep> steps = steps(System.getProperty("bakq.kill.steps", ""));
  private final AtomicInteger judged = new AtomicInteger();
  private final List<KillWorld> lanes = new ArrayList<>();
  private final Map<KillStep, List<KillPoint>> points = new EnumMap<>(KillStep.class);
  private final Queue<KillPoint> missed = new ConcurrentLinkedQueue<>();
  private List<RelapsePoint> settling = List.of();

  @BeforeAll
  void watchTheWalk() throws Exception {
    for (int lane = 0; lane < LANES; lane++) {
      lanes.add(KillWorld.start(lane + 1, this::goesOn));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(LANES)) {
      List<Future<Map<KillStep, List<KillPoint>>>> watched = new ArrayList<>();
      for (int lane = 0; lane < LANES; lane++) {
        int own = lane;
        watched.add(threads.submit(() -> watch(own)));
      }
      for (Future<Map<KillStep, List<KillPoint>>> one : watched) {
        points.putAll(one.get());
      }
    }
    if (steps.contains(KillStep.CODE)) {
      settling = lanes.getFirst().watchSettling(leftToSettle());
    }
    LOG.atInfo()
        .addKeyValue("seed", seed)
        .addKeyValue("points", all().size())
        .addKeyValue("commits", all().stream().filter(KillPoint::isCommit).count())
        .addKeyValue("settling", settling.size())
        .log("the walk was watched");
  }

  /** The lane's share of the steps: where there are several nodes, any of them may tell people. */
  private Map<KillStep, List<KillPoint>> watch(int lane) throws Exception {
    KillWorld world = lanes.get(lane);
    Set<String> noise = world.noise();
    Map<KillStep, List<KillPoint>> seen = new EnumMap<>(KillStep.class);
    for (KillStep step : steps) {
      if ((step.isQuiet() ? LANES - 1 : 0) == lane) {
        seen.put(step, world.watch(step, noise));
      }
    }
    return seen;
  }

  private List<KillPoint> all() {
    return points.values().stream().flatMap(List::stream).toList();
  }

  /**
   * Points that leave something to be settled: activation data, a reservation, and values that are
   * in no document.
   */
  private List<KillPoint> leftToSettle() {
    return points.get(KillStep.CODE).stream()
        .filter(point -> point.isCommit() && point.where() == Where.BEFORE_THE_ANSWER)
        .filter(point -> point.exchange().isInTransactionWith(SigningAttempt.LEDGER))
        .toList();
  }

  /** In ./test one walk of four is taken to its end after it was cut and judged. */
  private boolean goesOn() {
    return !wanted.isEmpty() || judged.incrementAndGet() % 4 == 0;
  }

  private static Set<KillStep> steps(String names) {
    if (names.isEmpty()) {
      return EnumSet.allOf(KillStep.class);
    }
    Set<KillStep> chosen = EnumSet.noneOf(KillStep.class);
    for (String name : names.split(",", -1)) {
      chosen.add(KillStep.valueOf(name));
    }
    return chosen;
  }

  @AfterAll
  void close() throws Exception {
    for (KillWorld lane : lanes) {
      lane.close();
    }
  }

  @Test
  @DisplayName("AVL-01, AUD-06, SAD-05: killed anywhere, nothing is lost, done twice or unclear")
  void nothingIsLostTwiceOrUnclear() throws Exception {
    Deque<List<KillPoint>> deaths = plan();
    Deque<RelapsePoint> relapses = relapses();
    List<KillPoint> planned = deaths.stream().flatMap(List::stream).toList();
    int relapsing = relapses.size();
    try (ExecutorService threads = Executors.newFixedThreadPool(LANES)) {
      List<Future<?>> done = new ArrayList<>();
      for (int lane = 0; lane < LANES; lane++) {
        KillWorld world = lanes.get(lane);
        Deque<RelapsePoint> own = lane == 0 ? relapses : new ArrayDeque<>();
        Random random = new Random(seed + lane);
        done.add(
            threads.submit(
                () -> {
                  try {
                    run(world, deaths, own, random);
                    return world;
                  } catch (Throwable e) {
                    forget(deaths); // there is no use in going on where another has failed
                    throw e;
                  }
                }));
      }
      for (Future<?> one : done) {
        one.get();
      }
    }
    requireEnough(planned, relapsing);
    for (KillWorld lane : lanes) {
      lane.requireAtRest();
    }
  }

  private void requireEnough(List<KillPoint> planned, int relapsing) {
    List<KillPoint> cut = lanes.stream().flatMap(lane -> lane.cut().stream()).toList();
    int byChance = lanes.stream().mapToInt(KillWorld::cutByChance).sum();
    List<RelapsePoint> relapsed = lanes.getFirst().relapses();
    LOG.atInfo()
        .addKeyValue("seed", seed)
        .addKeyValue("deaths", lanes.stream().mapToInt(KillWorld::deaths).sum())
        .addKeyValue("cuts", cut.size())
        .addKeyValue("byChance", byChance)
        .addKeyValue("answered", lanes.stream().mapToInt(KillWorld::answered).sum())
        .addKeyValue("relapses", relapsed)
        .addKeyValue("missed", missed)
        .log("killed");
    assertThat(missed).as("came by in no walk").hasSizeLessThan(Math.max(2, planned.size() / 50));
    assertThat(relapsed).hasSizeGreaterThanOrEqualTo(relapsing - relapsing / 4);
    if (wanted.isEmpty()) {
      assertThat(cut.size() + byChance).isGreaterThanOrEqualTo(CUTS);
      assertThat(planned).filteredOn(KillPoint::isCommit).isSubsetOf(cut);
    }
  }

  private void run(
      KillWorld world, Deque<List<KillPoint>> deaths, Deque<RelapsePoint> relapses, Random random)
      throws Exception {
    List<KillPoint> again = new ArrayList<>();
    for (RelapsePoint relapse : relapses) {
      for (int tries = 0; tries < MOST_TRIES && !world.relapses().contains(relapse); tries++) {
        again.addAll(world.death(settledWith(deaths), relapse));
      }
    }
    int may = wanted.isEmpty() && world.isAlone() ? DEATHS_ALONE : Integer.MAX_VALUE;
    List<KillPoint> death = next(deaths, may--);
    while (!death.isEmpty()) {
      again.addAll(world.death(death));
      death = next(deaths, may--);
    }
    for (int i = 0; i < RANDOM_DEATHS / LANES; i++) {
      List<KillStep> some = new ArrayList<>(steps);
      Collections.shuffle(some, random);
      world.randomDeath(some.subList(0, Math.min(3, some.size())), random);
    }
    // Who does not come by has, for all but looks at the clock, been disturbed by others.
    again.removeIf(point -> WirePlace.isLookAtTheClock(point.exchange()));
    for (int tries = 1; tries < MOST_TRIES && !again.isEmpty(); tries++) {
      List<KillPoint> left = new ArrayList<>(again);
      again.clear();
      while (!left.isEmpty()) {
        again.addAll(world.death(together(left, MOST_AGAIN)));
      }
    }
    missed.addAll(again);
  }

  private static void forget(Deque<List<KillPoint>> deaths) {
    synchronized (deaths) {
      deaths.clear();
    }
  }

  private static List<KillPoint> next(Deque<List<KillPoint>> deaths, int may) {
    synchronized (deaths) {
      return deaths.isEmpty() || may == 0 ? List.of() : deaths.removeFirst();
    }
  }

  /** What leaves something to be settled, in ./test with others that can die with it. */
  private List<KillPoint> settledWith(Deque<List<KillPoint>> deaths) {
    synchronized (deaths) {
      List<KillPoint> both = new ArrayList<>(leftToSettle());
      deaths.stream()
          .filter(death -> wanted.isEmpty() && death.stream().noneMatch(KillPoint::sending))
          .findFirst()
          .filter(deaths::remove)
          .ifPresent(both::addAll);
      return both;
    }
  }

  /**
   * Which points die together. In ./test every COMMIT is there, before or after as the seed has it,
   * and others, those of completing at B-LTA first; else one in each death.
   */
  private Deque<List<KillPoint>> plan() {
    List<KillPoint> all = new ArrayList<>(all());
    Collections.shuffle(all, new Random(seed));
    Deque<List<KillPoint>> deaths = new ArrayDeque<>();
    if (!wanted.isEmpty()) {
      int most = wanted.equals("all") ? all.size() : Integer.parseInt(wanted);
      for (int i = 0; i < most; i++) {
        deaths.add(List.of(all.get(i % all.size())));
      }
      return deaths;
    }
    int own = DEATHS - RANDOM_DEATHS - RELAPSES - 1;
    Set<List<Object>> commits = new HashSet<>();
    all.removeIf(point -> point.isCommit() && !commits.add(point.exchangeOfStep()));
    all.sort(
        Comparator.comparing(KillPoint::isCommit)
            .thenComparing(point -> point.step() == KillStep.COMPLETE)
            .reversed());
    while (deaths.size() < own || all.stream().anyMatch(KillPoint::isCommit)) {
      deaths.add(together(all, Math.ceilDiv(CUTS + CUTS / 10, own)));
    }
    return deaths;
  }

  /** Where settling dies, too: in ./test at some points as the seed has it, else at all. */
  private Deque<RelapsePoint> relapses() {
    List<RelapsePoint> all = new ArrayList<>(settling);
    Collections.shuffle(all, new Random(seed));
    if (wanted.equals("all")) {
      return new ArrayDeque<>(all);
    }
    all.sort(Comparator.comparing(RelapsePoint::isCommit).reversed());
    return new ArrayDeque<>(all.subList(0, Math.min(RELAPSES, all.size())));
  }

  /**
   * Takes points that can die together out of {@code all}: one that holds others at most, and it
   * comes last; with one that is in a sending, only steps that send nothing, because a sending
   * looks the same for everybody.
   */
  private static List<KillPoint> together(List<KillPoint> all, int most) {
    List<KillPoint> chosen = new ArrayList<>();
    Iterator<KillPoint> left = all.iterator();
    while (left.hasNext() && chosen.size() < most) {
      KillPoint point = left.next();
      boolean fits =
          chosen.stream()
              .allMatch(
                  other ->
                      !(other.holdsOthers() && point.holdsOthers())
                          && (!other.sending() || point.step().isQuiet())
                          && (!point.sending() || other.step().isQuiet()));
      if (fits) {
        chosen.add(point);
        left.remove();
      }
    }
    chosen.sort(Comparator.comparing(KillPoint::holdsOthers));
    return chosen;
  }
}
