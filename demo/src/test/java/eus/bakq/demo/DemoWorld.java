package eus.bakq.demo;

import eus.bakq.fixtures.PkiIdentity;
import eus.bakq.server.SigningServer;
import eus.bakq.server.config.ConfigurationFile;
import eus.bakq.server.config.InvalidConfigurationException;
import eus.bakq.server.config.ProfileExtension;
import eus.bakq.server.config.ServerConfiguration;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.grpc.Audience;
import eus.bakq.server.vocabulary.Profile;
import io.grpc.Channel;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A whole server of the demo profile in this JVM, with everything around it: PostgreSQL, three
 * tokens made by the ceremony, a PKI for the doors, and callers that knock on them over TLS.
 * Started from a server.yaml like the one that {@code ./run} writes, with Argon2id at its lowest
 * and no gap between codes. Safe for several threads.
 */
final class DemoWorld implements World, AutoCloseable {
  static final String SEDE_A = WorldFiles.SEDE_A;
  static final String SEDE_B = WorldFiles.SEDE_B;
  static final String SEDE_WITH_ONE_REQUEST = WorldFiles.SEDE_WITH_ONE_REQUEST;
  static final String SEDE_WITH_TWO_CALLS = WorldFiles.SEDE_WITH_TWO_CALLS;
  static final String OFFICER = WorldFiles.OFFICER;
  static final String AUDITOR = WorldFiles.AUDITOR;
  static final String STRANGER = WorldFiles.STRANGER;
  static final String OFFICERS_DNI = WorldFiles.OFFICERS_DNI;

  private final WorldFiles files;
  private final ServerConfiguration configuration;
  private final SigningServer server;
  private final Conformance conformance = new Conformance();
  private final Tickets tickets = new Tickets();
  private final Doors doors;
  private final AtomicReference<Outsider> outsider = new AtomicReference<>();

  private DemoWorld(WorldFiles files, ServerConfiguration configuration, SigningServer server) {
    this.files = files;
    this.configuration = configuration;
    this.server = server;
    this.doors = new Doors(files, server::port, conformance, tickets);
  }

  /**
   * Starts a world of its own.
   *
   * @param codeDigits 6 to 8
   * @param further lines of server.yaml, whole sections
   */
  static DemoWorld start(int codeDigits, String further)
      throws IOException, InvalidConfigurationException, RefusedException {
    return start(
        WorldFiles.make(), WorldFiles.Settings.usual().codeDigits(codeDigits).further(further));
  }

  /** Starts a server in this JVM on {@code files}. */
  static DemoWorld start(WorldFiles files, WorldFiles.Settings settings)
      throws IOException, InvalidConfigurationException, RefusedException {
    return start(files, settings, new DemoProfile());
  }

  /** Starts a server in this JVM on {@code files}, with what {@code profile} adds. */
  static DemoWorld start(WorldFiles files, WorldFiles.Settings settings, ProfileExtension profile)
      throws IOException, InvalidConfigurationException, RefusedException {
    ServerConfiguration configuration =
        ConfigurationFile.read(files.write("server", settings), Profile.DEMO);
    return new DemoWorld(files, configuration, SigningServer.start(configuration, profile));
  }

  @Override
  public WorldFiles files() {
    return files;
  }

  @Override
  public Channel channel(Audience audience, String caller) {
    return doors.channel(audience, Optional.of(caller));
  }

  @Override
  public Channel signerChannel() {
    return doors.channel(Audience.SIGNER, Optional.empty());
  }

  /** The door of {@code audience} as somebody reaches it who has {@code identity}. */
  Channel channel(Audience audience, PkiIdentity identity) {
    return doors.channel(audience, identity);
  }

  /** Where the door of {@code audience} is, on this machine. */
  int port(Audience audience) {
    return server.port(audience);
  }

  Channel channelWithoutCertificate(Audience audience) {
    return doors.channel(audience, Optional.empty());
  }

  /** An address of the public listener, as certificates name it. */
  URI publicAddress(String path) {
    return URI.create(configuration.certificate().statusAddresses().base() + path);
  }

  /** What the public is told at {@code path}. */
  byte[] fetchPublic(String path) throws IOException {
    try (InputStream in = publicAddress(path).toURL().openStream()) {
      return in.readAllBytes();
    }
  }

  /**
   * Somebody with the PINs. One for the whole world, because a process logs in to a token once for
   * all, and out of it once for all.
   */
  Outsider outsider() {
    return outsider.updateAndGet(present -> present == null ? Outsider.of(configuration) : present);
  }

  /** What a sede's program is given, written into {@code folder}. */
  Path connectionFile(Path folder, String sede) throws IOException {
    return files.connectionFile(folder, sede, server.port(Audience.RELYING_PARTY));
  }

  /** SHA-256 of the certificate of {@code caller}, in hexadecimal. */
  String fingerprint(String caller) {
    return files.caller(caller).fingerprint();
  }

  ServerConfiguration configuration() {
    return configuration;
  }

  Conformance conformance() {
    return conformance;
  }

  /** What its citizens' programs were given. */
  Tickets tickets() {
    return tickets;
  }

  @Override
  public void close() {
    doors.close();
    server.close();
    Outsider present = outsider.get();
    if (present != null) {
      present.close();
    }
  }
}
