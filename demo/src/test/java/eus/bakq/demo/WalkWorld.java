package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.FakeTime;
import eus.bakq.fixtures.Postgres;
import eus.bakq.server.SigningServer;
import eus.bakq.server.config.ConfigurationFile;
import eus.bakq.server.config.ServerConfiguration;
import eus.bakq.server.grpc.Audience;
import eus.bakq.server.vocabulary.Profile;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A server whose time a test moves, PostgreSQL's and its own together, and that it closes and
 * starts again on the same database and tokens. The citizens' phones and mailboxes outlive it. For
 * one thread.
 */
final class WalkWorld implements World, AutoCloseable {
  private final WorldFiles files;
  private final FakeTime databaseTime;
  private final MovableClock clock;
  private final ServerConfiguration configuration;
  private final DemoProfile profile;
  private final Conformance conformance = new Conformance();
  private final Channel signers =
      new Channel() {
        @Override
        public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
          return doors.channel(Audience.SIGNER, Optional.empty()).newCall(method, options);
        }

        @Override
        public String authority() {
          return "127.0.0.1";
        }
      };
  private SigningServer server;
  private Doors doors;

  private WalkWorld(
      WorldFiles files,
      FakeTime databaseTime,
      MovableClock clock,
      ServerConfiguration configuration) {
    this.files = files;
    this.databaseTime = databaseTime;
    this.clock = clock;
    this.configuration = configuration;
    this.profile = new DemoProfile(clock);
  }

  /** Starts everything. */
  static WalkWorld start() throws Exception {
    Path folder =
        Files.createTempDirectory(Files.createDirectories(Path.of("target")), "walk-")
            .toAbsolutePath();
    FakeTime time = FakeTime.in(folder.resolve("time"));
    WorldFiles files = WorldFiles.make(Postgres.start(folder.resolve("postgres"), 0, time));
    Path file =
        files.write("server", WorldFiles.Settings.usual().further(JumpingWorld.LOOKS_OFTEN));
    Files.writeString(
        file,
        Files.readString(file)
            .replace("codeGap: PT0S,", "codeGap: PT0S, codeLife: PT10M, interactionLife: PT15M,")
            .replace("signing: {", "signing: {requestLife: PT60M, retention: P30D, ")
            // Others do not live by this clock.
            .replaceFirst("(?m)^timeStamping: .*$", ""));
    WalkWorld world =
        new WalkWorld(files, time, new MovableClock(), ConfigurationFile.read(file, Profile.DEMO));
    world.open();
    return world;
  }

  private void open() throws Exception {
    server = SigningServer.start(configuration, profile);
    doors = new Doors(files, server::port, conformance);
  }

  /** Closes the server in order, and starts another. */
  void restart() throws Exception {
    doors.close();
    server.close();
    open();
  }

  /** Moves every clock but this machine's own, and waits until the server goes by them. */
  void pass(Duration duration) throws Exception {
    databaseTime.move(duration);
    clock.set(databaseTime.offset());
    awaitServing();
  }

  /**
   * A clock is set wrong, which the server notices, and is set right again: as if nothing had been.
   *
   * @param database whether it is PostgreSQL's; else the server's own
   */
  void jump(Duration by, boolean database) throws Exception {
    Duration right = databaseTime.offset();
    if (database) {
      databaseTime.set(right.plus(by));
    } else {
      clock.set(right.plus(by));
    }
    assertThat(Eventually.is(() -> health(Audience.SIGNER) == ServingStatus.NOT_SERVING)).isTrue();
    databaseTime.set(right);
    clock.set(right);
    awaitServing();
  }

  /** The time by those clocks. */
  Instant now() {
    return clock.instant();
  }

  Duration ahead() {
    return clock.offset();
  }

  @Override
  public WorldFiles files() {
    return files;
  }

  @Override
  public Channel channel(Audience audience, String caller) {
    return doors.channel(audience, Optional.of(caller));
  }

  /** Leads to whichever server there is, because conversations outlive servers. */
  @Override
  public Channel signerChannel() {
    return signers;
  }

  Conformance conformance() {
    return conformance;
  }

  @Override
  public void close() {
    doors.close();
    server.close();
    files.postgres().stop();
  }
}
