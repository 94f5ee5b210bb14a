package eus.bakq.demo;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Random calls of a citizen, a sede and an officer, jumps of time and restarts, through the doors
 * of a real server; every answer is the model's, and after every step the invariants of
 * requirements 3.C, 3.D and 3.E hold: OTP-03, OTP-04, OTP-05, OTP-06, SAD-03, SAD-05, SAD-08,
 * SAD-21, KEY-04, KEY-10. How many walks there are, and how long, is said by the properties {@code
 * jqwik.tries.default} and {@code bakq.walk.steps}; a walk that fails is made shorter and printed,
 * with the seed that makes it again.
 */
class RandomWalkTest {
  private static WalkWorld world;

  @BeforeContainer
  static void start() throws Exception {
    world = WalkWorld.start();
  }

  @AfterContainer
  static void close() {
    world.close();
  }

  @Property(edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.BOUNDED)
  @Label("OTP-03, OTP-04, OTP-05, OTP-06, SAD-05, SAD-08, SAD-21, KEY-10: whatever is done")
  void everyWalkIsTheModels(@ForAll boolean active, @ForAll("steps") List<WalkStep> steps)
      throws Exception {
    Walk walk = Walk.begin(world);
    if (active) {
      walk.activate();
    }
    for (WalkStep step : steps) {
      walk.take(step);
    }
    walk.end();
  }

  @Provide
  Arbitrary<List<WalkStep>> steps() {
    // Each kind as often as its weight says; first those that a walk is shrunk to.
    List<WalkStep.Kind> kinds =
        Arrays.stream(WalkStep.Kind.values())
            .flatMap(kind -> Collections.nCopies(kind.weight(), kind).stream())
            .toList();
    int steps = Integer.getInteger("bakq.walk.steps", 25);
    return Combinators.combine(Arbitraries.of(kinds), Arbitraries.integers().between(0, 7))
        .as(WalkStep::new)
        .list()
        .ofMinSize(steps / 2)
        .ofMaxSize(steps);
  }
}
