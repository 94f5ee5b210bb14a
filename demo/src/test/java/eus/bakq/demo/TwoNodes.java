package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a world in which two processes serve over one database, the same for all of them; and
 * holds after each that nobody waited in a circle, that no node met a fault of its own, and that
 * the record is whole.
 */
final class TwoNodes implements ParameterResolver, AfterEachCallback {
  private static final Namespace NAMESPACE = Namespace.create(TwoNodes.class);

  /** What a node logs at ERROR when it does not know why; to be short of connections is a WARN. */
  private static final Pattern FAULT =
      Pattern.compile(" ERROR .*(by a fault of ours|could not be (settled|tidied))");

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == ProcessWorld.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return world(context);
  }

  /** What a test has stopped is started again for the next one. */
  private static void start(ProcessWorld world) throws Exception {
    for (ProcessWorld.Node node : world.nodes()) {
      if (!node.isAlive()) {
        node.start();
      }
    }
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    ProcessWorld world = world(context);
    start(world);
    for (ProcessWorld.Node node : world.nodes()) {
      node.conformance().requireNoViolation();
      assertThat(Files.readAllLines(node.log())).noneMatch(FAULT.asPredicate());
    }
    assertThat(deadlocks(world)).as("deadlocks").isZero();
    new WorldInvariants(world).require();
    assertThat(world.audit().verify().getFirstBadSequence()).isZero();
  }

  /** How many PostgreSQL has broken in this database. */
  static long deadlocks(World world) throws Exception {
    return world.count("select deadlocks from pg_stat_database where datname = current_database()");
  }

  private static ProcessWorld world(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .computeIfAbsent(ProcessWorld.class, key -> started(), ProcessWorld.class);
  }

  /** Both start at the same moment, on an empty database. */
  private static ProcessWorld started() {
    try {
      ProcessWorld world = ProcessWorld.on(WorldFiles.make());
      var _ = world.add(WorldFiles.Settings.usual());
      var _ = world.add(WorldFiles.Settings.usual());
      world.startTogether();
      return world;
    } catch (Exception e) {
      throw new IllegalStateException("the nodes do not start", e);
    }
  }

  /** Two nodes, the other one first for odd numbers. */
  static ProcessWorld.Node of(ProcessWorld world, int number) {
    List<ProcessWorld.Node> nodes = world.nodes();
    return nodes.get(number % nodes.size());
  }
}
