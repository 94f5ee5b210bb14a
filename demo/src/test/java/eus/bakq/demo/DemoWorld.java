package eus.bakq.demo;

import eus.bakq.fixtures.Pki;
import eus.bakq.fixtures.PkiIdentity;
import eus.bakq.fixtures.Postgres;
import eus.bakq.fixtures.PostgresDatabase;
import eus.bakq.fixtures.TimeStampAuthority;
import eus.bakq.server.SigningServer;
import eus.bakq.server.config.ConfigurationFile;
import eus.bakq.server.config.InvalidConfigurationException;
import eus.bakq.server.config.ServerConfiguration;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.grpc.Audience;
import eus.bakq.server.vocabulary.Profile;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A whole server of the demo profile with everything around it: PostgreSQL, three tokens made by
 * the ceremony, a PKI for the doors, and callers that knock on them over TLS. Started from a
 * server.yaml like the one that {@code ./run} writes, with Argon2id at its lowest and no gap
 * between codes. Safe for several threads.
 */
final class DemoWorld implements AutoCloseable {
  static final String SEDE_A = "sede-a";
  static final String SEDE_B = "sede-b";

  /** A sede that may have one request open. */
  static final String SEDE_WITH_ONE_REQUEST = "sede-one";

  /** A sede that may call twice a minute. */
  static final String SEDE_WITH_TWO_CALLS = "sede-two";

  static final String OFFICER = "officer";
  static final String AUDITOR = "auditor";

  /** Has a certificate of the right authority that is in no register. */
  static final String STRANGER = "stranger";

  /** The officer's own DNI. */
  static final String OFFICERS_DNI = "00000000T";

  private static final int MOST_MESSAGE_BYTES = 12 * 1024 * 1024;
  private static final String DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";

  private final DemoTokens tokens;
  private final PostgresDatabase place;
  private final Pki pki;
  private final Map<String, PkiIdentity> callers;
  private final ServerConfiguration configuration;
  private final SigningServer server;
  private final Conformance conformance = new Conformance();
  private final Map<String, ManagedChannel> channels = new ConcurrentHashMap<>();
  private final AtomicInteger citizens = new AtomicInteger(10_000_000);
  private final AtomicReference<Outsider> outsider = new AtomicReference<>();

  private DemoWorld(
      DemoTokens tokens,
      PostgresDatabase place,
      Pki pki,
      Map<String, PkiIdentity> callers,
      ServerConfiguration configuration,
      SigningServer server) {
    this.tokens = tokens;
    this.place = place;
    this.pki = pki;
    this.callers = callers;
    this.configuration = configuration;
    this.server = server;
  }

  /**
   * Starts a world of its own.
   *
   * @param codeDigits 6 to 8
   * @param further lines of server.yaml, whole sections
   */
  static DemoWorld start(int codeDigits, String further)
      throws IOException, InvalidConfigurationException, RefusedException {
    Path folder =
        Files.createTempDirectory(Files.createDirectories(Path.of("target")), "world-")
            .toAbsolutePath();
    DemoTokens tokens = DemoTokens.hold(folder);
    PostgresDatabase place =
        Postgres.shared().createDatabase("demo_" + UUID.randomUUID().toString().replace("-", ""));
    Pki pki = Pki.create("doors");
    Map<String, PkiIdentity> callers =
        Stream.of(
                SEDE_A,
                SEDE_B,
                SEDE_WITH_ONE_REQUEST,
                SEDE_WITH_TWO_CALLS,
                OFFICER,
                AUDITOR,
                STRANGER)
            .collect(Collectors.toMap(name -> name, pki::client));
    Path file = folder.resolve("server.yaml");
    Files.writeString(
        file, tokens.configuration() + rest(folder, place, pki, callers, codeDigits) + further);
    ServerConfiguration configuration = ConfigurationFile.read(file, Profile.DEMO);
    return new DemoWorld(
        tokens,
        place,
        pki,
        callers,
        configuration,
        SigningServer.start(configuration, new DemoProfile()));
  }

  private static String rest(
      Path folder,
      PostgresDatabase place,
      Pki pki,
      Map<String, PkiIdentity> callers,
      int codeDigits)
      throws IOException {
    PkiIdentity door = pki.server();
    TimeStampAuthority stamps = TimeStampAuthority.shared();
    int publicPort = freePort(); // certificates name it, so it must be known before the start
    Files.writeString(folder.resolve("authority.pem"), pki.authority().certificatePem());
    Files.writeString(folder.resolve("door.pem"), door.certificatePem());
    Files.writeString(folder.resolve("door.key"), door.privateKeyPem());
    return """
        database:
          jdbcUrl: %s
          ownerUser: %s
          ownerPasswordFile: %s
          runtimeUser: %s
          runtimePasswordFile: %s
        passwordHashing: {memoryKibibytes: 7168, iterations: 5}
        authentication: {lockAfter: 5, codeGap: PT0S, codeDigits: %d}
        signing: {authorisationAddress: https://firma.bakq.example/}
        streams:
          uploadsPerSede: 3
          keptUploadsPerSede: 30
          keptMebibytesPerSede: 30
          downloadsPerSede: 2
          watchesPerSede: 6
          longestTransfer: PT8S
        enrolment: {activationPage: https://bakq.example/activate}
        certificate:
          practiceStatement: https://bakq.example/cps
          disclosureEnglish: https://bakq.example/pds-en.pdf
          disclosureSpanish: https://bakq.example/pds-es.pdf
          publicAddress: http://127.0.0.1:%d
        smsHost: firma.bakq.example
        publicListener: {port: %d}
        timeStamping: {address: %s, authorities: %s, statusAddresses: [%s]}
        listeners:
        """
            .formatted(
                place.jdbcUrl(),
                place.ownerUser(),
                place.ownerPasswordFile(),
                place.runtimeUser(),
                place.runtimePasswordFile(),
                codeDigits,
                publicPort,
                publicPort,
                stamps.address(),
                stamps.rootFile(),
                stamps.address())
        + listener("relyingParty", true)
        + listener("registration", true)
        + listener("signer", false)
        + listener("auditor", true)
        + "callers:\n"
        + caller(callers, SEDE_A, "SEDE", names("Sede A") + "quotas: {callsPerMinute: 100000}")
        + caller(callers, SEDE_B, "SEDE", names("Sede B") + "quotas: {callsPerMinute: 100000}")
        + caller(
            callers, SEDE_WITH_ONE_REQUEST, "SEDE", names("Sede One") + "quotas: {openRequests: 1}")
        + caller(
            callers, SEDE_WITH_TWO_CALLS, "SEDE", names("Sede Two") + "quotas: {callsPerMinute: 2}")
        + caller(
            callers,
            OFFICER,
            "REGISTRATION_OFFICER",
            "dni: " + OFFICERS_DNI + "\n    quotas: {callsPerMinute: 100000}")
        + caller(callers, AUDITOR, "AUDITOR", "quotas: {callsPerMinute: 100000}");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String listener(String name, boolean certificates) {
    return "  "
        + name
        + ": {port: 0, serverCertificate: door.pem, serverKey: door.key"
        + (certificates ? ", clientAuthority: authority.pem" : "")
        + "}\n";
  }

  private static String names(String name) {
    return "displayNames: {eu: %s, es: %s, en: %s}\n    ".formatted(name, name, name);
  }

  private static String caller(
      Map<String, PkiIdentity> callers, String name, String role, String further) {
    return """
          - name: %s
            role: %s
            certificateSha256: %s
            %s
        """
        .formatted(name, role, callers.get(name).fingerprint(), further);
  }

  /** The door of {@code audience} as {@code caller} reaches it, with that caller's certificate. */
  Channel channel(Audience audience, String caller) {
    return channel(audience, Optional.of(caller));
  }

  /** The door of citizens' programs, which asks for no certificate. */
  Channel signerChannel() {
    return channel(Audience.SIGNER, Optional.empty());
  }

  Channel channelWithoutCertificate(Audience audience) {
    return channel(audience, Optional.empty());
  }

  private Channel channel(Audience audience, Optional<String> caller) {
    ManagedChannel channel =
        channels.computeIfAbsent(
            audience + "/" + caller.orElse("nobody"), key -> open(audience, caller));
    return ClientInterceptors.intercept(channel, conformance);
  }

  private ManagedChannel open(Audience audience, Optional<String> caller) {
    try {
      SslContextBuilder tls =
          SslContextBuilder.forClient()
              .protocols("TLSv1.3")
              .trustManager(pki.authority().certificate());
      caller
          .map(callers::get)
          .ifPresent(identity -> tls.keyManager(identity.privateKey(), identity.certificate()));
      return NettyChannelBuilder.forAddress("127.0.0.1", server.port(audience))
          .sslContext(GrpcSslContexts.configure(tls, SslProvider.JDK).build())
          .maxInboundMessageSize(MOST_MESSAGE_BYTES)
          .build();
    } catch (IOException e) {
      throw new IllegalStateException("TLS cannot be set up", e);
    }
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

  Sede sede(String name) {
    return new Sede(channel(Audience.RELYING_PARTY, name));
  }

  Officer officer() {
    return new Officer(channel(Audience.REGISTRATION, OFFICER));
  }

  AuditTail audit() {
    return new AuditTail(channel(Audience.AUDITOR, AUDITOR));
  }

  /** Somebody new, registered and active. */
  Citizen activeCitizen() {
    Citizen citizen = registeredCitizen();
    citizen.activate();
    return citizen;
  }

  /** Somebody new, who has the activation link in the mailbox. */
  Citizen registeredCitizen() {
    Citizen citizen = newCitizen();
    citizen.register(officer());
    return citizen;
  }

  /** Somebody of whom the server knows nothing. */
  Citizen newCitizen() {
    int number = citizens.incrementAndGet();
    return new Citizen(this, number + DNI_LETTERS.substring(number % 23, number % 23 + 1));
  }

  /**
   * Somebody with the PINs. One for the whole world, because a process logs in to a token once for
   * all, and out of it once for all.
   */
  Outsider outsider() {
    return outsider.updateAndGet(present -> present == null ? Outsider.of(configuration) : present);
  }

  /**
   * Writes what a sede's program is given: where the door is, whom to believe, and the certificate
   * and key of {@code sede}.
   */
  Path connectionFile(Path folder, String sede) throws IOException {
    PkiIdentity identity = callers.get(sede);
    Files.writeString(folder.resolve("authority.pem"), pki.authority().certificatePem());
    Files.writeString(folder.resolve(sede + ".pem"), identity.certificatePem());
    Files.writeString(folder.resolve(sede + ".key"), identity.privateKeyPem());
    return Files.writeString(
        folder.resolve(sede + ".properties"),
        """
        # as ./run writes it
        authority = authority.pem
        sede.address = 127.0.0.1:%d
        sede.certificate = %s.pem
        sede.key = %s.key
        """
            .formatted(server.port(Audience.RELYING_PARTY), sede, sede));
  }

  /** SHA-256 of the certificate of {@code caller}, in hexadecimal. */
  String fingerprint(String caller) {
    return callers.get(caller).fingerprint();
  }

  DemoTokens tokens() {
    return tokens;
  }

  ServerConfiguration configuration() {
    return configuration;
  }

  Conformance conformance() {
    return conformance;
  }

  /** The database, as somebody who may do everything in it; the schema is set. */
  Connection superuser() throws SQLException {
    Connection connection =
        Postgres.shared()
            .connectAsSuperuser(place.jdbcUrl().substring(place.jdbcUrl().lastIndexOf('/') + 1));
    try (Statement statement = connection.createStatement()) {
      statement.execute("set search_path = bakq");
    }
    return connection;
  }

  /** What one statement counts, as the superuser. */
  long count(String sql) throws SQLException {
    try (Connection connection = superuser();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** Runs one statement as a superuser who lets no trigger stand in the way. */
  int tamper(String sql) throws SQLException {
    try (Connection connection = superuser();
        Statement statement = connection.createStatement()) {
      statement.execute("set session_replication_role = replica");
      return statement.executeUpdate(sql);
    }
  }

  @Override
  public void close() {
    channels.values().forEach(ManagedChannel::shutdownNow);
    server.close();
    Outsider present = outsider.get();
    if (present != null) {
      present.close();
    }
  }
}
