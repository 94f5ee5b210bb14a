package eus.bakq.demo;

import eus.bakq.fixtures.FakeTime;
import eus.bakq.fixtures.Postgres;
import eus.bakq.server.grpc.Audience;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * A world in which the machines of the database and of the server have clocks that a test moves,
 * and in which the server looks at them ten times a second. Its PostgreSQL is one for all such
 * worlds of this JVM, so one of them lives at a time. For one thread.
 */
final class JumpingWorld implements AutoCloseable {
  /** A jump is believed within half a second. */
  static final String LOOKS_OFTEN = "clock: {lookEvery: PT0.1S}\n";

  private final FakeTime database;
  private final MovableClock node = new MovableClock();
  private final WorldFiles files;
  private DemoWorld world;
  private Duration passed = Duration.ZERO;

  private JumpingWorld(FakeTime database, WorldFiles files) {
    this.database = database;
    this.files = files;
  }

  /**
   * Starts one, all clocks agreeing.
   *
   * @param further lines of server.yaml, whole sections
   */
  static JumpingWorld start(String further) throws Exception {
    return start(WorldFiles.Settings.usual().further(further));
  }

  /** As {@link #start(String)}. */
  static JumpingWorld start(WorldFiles.Settings settings) throws Exception {
    JumpingWorld jumping = new JumpingWorld(Machine.TIME, WorldFiles.make(Machine.POSTGRES));
    jumping.database.set(Duration.ZERO);
    jumping.open(settings);
    return jumping;
  }

  /** The database's machine. */
  private static final class Machine {
    static final FakeTime TIME;
    static final Postgres POSTGRES;

    static {
      try {
        Path folder =
            Files.createTempDirectory(Files.createDirectories(Path.of("target")), "machine-")
                .toAbsolutePath();
        TIME = FakeTime.in(folder);
        POSTGRES = Postgres.start(folder.resolve("postgres"), 0, TIME);
      } catch (IOException e) {
        throw new IllegalStateException("a machine with a clock of its own does not start", e);
      }
      Runtime.getRuntime().addShutdownHook(new Thread(POSTGRES::stop, "machine-stop"));
    }
  }

  private void open(WorldFiles.Settings settings) throws Exception {
    world =
        DemoWorld.start(
            files, settings.further(LOOKS_OFTEN + settings.further()), new DemoProfile(node));
  }

  DemoWorld world() {
    return world;
  }

  /** The time that the server should go by. */
  Instant now() {
    return Instant.now().plus(passed);
  }

  /** By how much {@link #timePasses} has made it later. */
  Duration passed() {
    return passed;
  }

  /** The clock of the database's machine is set: ahead of what it should be, or behind. */
  void databaseJumps(Duration by) {
    database.set(passed.plus(by));
  }

  /** The clock of the server's machine is set. */
  void nodeJumps(Duration by) {
    node.set(passed.plus(by));
  }

  void bothJump(Duration by) {
    databaseJumps(by);
    nodeJumps(by);
  }

  /** All clocks are right again, and the server serves. */
  void clocksReturn() throws Exception {
    bothJump(Duration.ZERO);
    awaitServing();
  }

  /** It gets later: all clocks show it, and the server goes by it when this returns. */
  Duration timePasses(Duration by) throws Exception {
    passed = passed.plus(by);
    clocksReturn();
    return passed;
  }

  /** Stops the server, and starts another on the same database. */
  void restart() throws Exception {
    world.close();
    open(WorldFiles.Settings.usual());
  }

  void awaitServing() throws Exception {
    world.awaitServing();
  }

  /** What health says of the door of {@code audience}. */
  ServingStatus health(Audience audience) {
    return world.health(audience);
  }

  @Override
  public void close() {
    world.close();
  }
}
