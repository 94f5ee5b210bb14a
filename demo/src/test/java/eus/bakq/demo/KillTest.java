package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
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
 * <p>{@code -Dbakq.kill.seed=S} takes the points of another run; {@code -Dbakq.kill.deaths=N} kills
 * N times, with one walk in each death, at all points in turn, those of {@code
 * -Dbakq.kill.steps=A,B} only if some are named.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KillTest {
  private static final Logger LOG = LoggerFactory.getLogger(KillTest.class);

  /** In ./test. */
  private static final int CUTS = 300;

  private static final int DEATHS = 44;
  private static final int RANDOM_DEATHS = 4;
  private static final int LANES = 2;

  private final long seed = Long.getLong("bakq.kill.seed", new SecureRandom().nextInt(1 << 30));
  private final int wanted = Integer.getInteger("bakq.kill.deaths", 0);
  private final Set<KillStep> steps = steps(System.getProperty("bakq.kill.steps", ""));
  private final AtomicInteger judged = new AtomicInteger();
  private final List<KillWorld> lanes = new ArrayList<>();
  private final Map<KillStep, List<KillPoint>> points = new EnumMap<>(KillStep.class);

  @BeforeAll
  void watchTheWalk() throws Exception {
    for (int lane = 0; lane < LANES; lane++) {
      lanes.add(KillWorld.start(lane + 1, this::goesOn));
    }
    KillWorld first = lanes.getFirst();
    Set<String> noise = first.noise();
    for (KillStep step : steps) {
      points.put(step, first.watch(step, noise));
    }
    LOG.atInfo()
        .addKeyValue("seed", seed)
        .addKeyValue("points", points.values().stream().mapToInt(List::size).sum())
        .log("the walk was watched");
  }

  /** In ./test one walk of four is taken to its end after it was cut and judged. */
  private boolean goesOn() {
    return wanted > 0 || judged.incrementAndGet() % 4 == 0;
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
    int planned = deaths.size();
    try (ExecutorService threads = Executors.newFixedThreadPool(LANES)) {
      List<Future<?>> done = new ArrayList<>();
      for (int lane = 0; lane < LANES; lane++) {
        KillWorld world = lanes.get(lane);
        Random random = new Random(seed + lane);
        done.add(
            threads.submit(
                () -> {
                  run(world, deaths, random);
                  return world;
                }));
      }
      for (Future<?> one : done) {
        one.get();
      }
    }
    int died = lanes.stream().mapToInt(KillWorld::deaths).sum();
    int cut = lanes.stream().mapToInt(KillWorld::cuts).sum();
    List<KillPoint> missed = lanes.stream().flatMap(lane -> lane.missed().stream()).toList();
    LOG.atInfo()
        .addKeyValue("seed", seed)
        .addKeyValue("deaths", died)
        .addKeyValue("cuts", cut)
        .addKeyValue("missed", missed)
        .log("killed");
    assertThat(died).isEqualTo(planned + LANES * (RANDOM_DEATHS / LANES));
    assertThat(cut).isGreaterThanOrEqualTo(wanted == 0 ? CUTS : wanted - missed.size());
    // Those that depend on chance, such as a mark of the clock that another has just advanced.
    assertThat(missed).hasSizeLessThan(Math.max(5, cut / 20));
    for (KillWorld lane : lanes) {
      lane.requireAtRest();
    }
  }

  private void run(KillWorld world, Deque<List<KillPoint>> deaths, Random random) throws Exception {
    for (List<KillPoint> death = next(deaths); !death.isEmpty(); death = next(deaths)) {
      world.death(death);
    }
    for (int i = 0; i < RANDOM_DEATHS / LANES; i++) {
      List<KillStep> some = new ArrayList<>(steps);
      Collections.shuffle(some, random);
      world.randomDeath(some.subList(0, Math.min(3, some.size())), random);
    }
  }

  private static List<KillPoint> next(Deque<List<KillPoint>> deaths) {
    synchronized (deaths) {
      return deaths.isEmpty() ? List.of() : deaths.removeFirst();
    }
  }

  /**
   * Which points die together. In ./test every COMMIT is there, before and after, and others as the
   * seed has it.
   */
  private Deque<List<KillPoint>> plan() {
    List<KillPoint> all = new ArrayList<>();
    points.values().forEach(all::addAll);
    Collections.shuffle(all, new Random(seed));
    if (wanted > 0) {
      Deque<List<KillPoint>> deaths = new ArrayDeque<>();
      for (int i = 0; i < wanted; i++) {
        deaths.add(List.of(all.get(i % all.size())));
      }
      return deaths;
    }
    all.sort((a, b) -> Boolean.compare(b.exchange().isCommit(), a.exchange().isCommit()));
    Deque<List<KillPoint>> deaths = new ArrayDeque<>();
    int most = Math.ceilDiv(CUTS + CUTS / 10, DEATHS - RANDOM_DEATHS);
    while (deaths.size() < DEATHS - RANDOM_DEATHS) {
      deaths.add(together(all, most));
    }
    return deaths;
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
