package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.PostgresWire;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The connection to PostgreSQL is lost at the statements of a citizen's whole life, before they
 * arrive or once they were carried out: at each COMMIT on both sides, and at others by chance.
 *
 * <p>{@code -Dbakq.cuts=all} cuts each statement of each call on both sides; {@code -Dbakq.seed=N}
 * repeats a run's choice.
 */
class CutConnectionTest {
  private static final Duration IDLE = Duration.ofSeconds(6);

  private static PostgresWire wire;
  private static DemoWorld world;

  @BeforeAll
  static void open() throws Exception {
    WorldFiles files = WorldFiles.make();
    wire = PostgresWire.to(files.postgres().port());
    world =
        DemoWorld.start(
            files,
            WorldFiles.Settings.usual()
                .jdbcUrl(wire.through(files.place().jdbcUrl()))
                .further(PATIENT));
  }

  /** Messages that were claimed when the connection went are claimed again after five seconds. */
  static final String PATIENT =
      """
      messages: {pollInterval: PT0.1S, lease: PT5S, firstPause: PT0.1S}
      """;

  @AfterAll
  static void close() throws Exception {
    world.close();
    wire.close();
  }

  @Test
  @DisplayName(
      "SAD-05, SAM-07, AUT-05, API-05, KEY-10: whichever statement the connection is lost at, nothing is"
          + " lost, nothing is twice, and every answer is typed")
  void survivesACutAtAnyStatement() throws Exception {
    long seed = Long.getLong("bakq.seed", new Random().nextLong());
    boolean all = System.getProperty("bakq.cuts", "").equals("all");
    WalkCuts cuts = new WalkCuts(wire);
    cuts.leaveAlone(PatientChange.AFTER);
    cuts.commitsOnlyIn(PatientChange.CALLS);
    new PatientWalk(world, call -> {}).run(); // so that nothing is there for the first time
    PatientChange change = new PatientChange(world);
    change.run(call -> {});
    SignatureWaiting waiting = SignatureWaiting.begin(world);
    wire.forgetPassed();
    Thread.sleep(IDLE);
    cuts.learnBackground();
    new PatientWalk(world, cuts::learn).run();
    change.run(cuts::learn);
    cuts.prepare(new Random(seed), all);
    int wanted = cuts.left();
    int commits = cuts.commitsLeft();
    LogTail log = LogTail.begin();

    int walks = 0;
    int unavailable = 0;
    while (cuts.left() > 0) {
      PatientWalk walk = new PatientWalk(world, cuts::cutIn);
      try {
        if (cuts.left() > cuts.leftIn(PatientChange.CALLS)) {
          walk.run();
        }
        if (cuts.leftIn(PatientChange.CALLS) > 0) {
          change.run(cuts::cutIn);
        }
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("walk " + walks + " of seed " + seed, e);
      }
      cuts.endWalk();
      walks++;
      unavailable += walk.unavailable();
    }
    waiting.end();

    // What depends on chance, such as which of two threads sends a message, may not come again.
    assertThat(cuts.unmet()).as("seed %d", seed).hasSizeLessThan(wanted / 5);
    assertThat(cuts.unmetCommits()).as("seed %d", seed).hasSizeLessThan(commits / 8);
    assertThat(wanted).isGreaterThan(100);
    assertThat(cuts.metInBackground()).isPositive();
    assertThat(unavailable).isPositive();
    assertThat(log.errors()).as("seed %d", seed).isEmpty();
    new WorldInvariants(world).requireAtRest();
    world.conformance().requireNoViolation();
  }
}
