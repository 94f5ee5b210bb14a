package eus.bakq.demo;

import eus.bakq.fixtures.Pki;
import eus.bakq.fixtures.PkiIdentity;
import eus.bakq.fixtures.Postgres;
import eus.bakq.fixtures.PostgresDatabase;
import eus.bakq.fixtures.TimeStampAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a world is made of before a server runs in it: a folder, three tokens made by the ceremony,
 * a database, a PKI for the doors and everybody's certificates; and the server.yaml of each server
 * in it. Safe for several threads.
 */
final class WorldFiles {
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

  private static final String DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";

  private final Path folder;
  private final DemoTokens tokens;
  private final Postgres postgres;
  private final PostgresDatabase place;
  private final Pki pki;
  private final Map<String, PkiIdentity> callers;
  private final int publicPort;
  private final AtomicInteger citizens = new AtomicInteger(10_000_000);

  private WorldFiles(
      Path folder,
      DemoTokens tokens,
      Postgres postgres,
      PostgresDatabase place,
      Pki pki,
      Map<String, PkiIdentity> callers,
      int publicPort) {
    this.folder = folder;
    this.tokens = tokens;
    this.postgres = postgres;
    this.place = place;
    this.pki = pki;
    this.callers = callers;
    this.publicPort = publicPort;
  }

  /** A new world, with a database of its own in the PostgreSQL of this JVM. */
  static WorldFiles make() throws IOException {
    return make(Postgres.shared());
  }

  /** A new world, with a database of its own in {@code postgres}. */
  static WorldFiles make(Postgres postgres) throws IOException {
    Path folder =
        Files.createTempDirectory(Files.createDirectories(Path.of("target")), "world-")
            .toAbsolutePath();
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
    WorldFiles files =
        new WorldFiles(
            folder,
            DemoTokens.hold(folder),
            postgres,
            postgres.createDatabase("demo_" + UUID.randomUUID().toString().replace("-", "")),
            pki,
            callers,
            ServerPorts.free());
    PkiIdentity door = pki.server();
    Files.writeString(folder.resolve("authority.pem"), pki.authority().certificatePem());
    Files.writeString(folder.resolve("door.pem"), door.certificatePem());
    Files.writeString(folder.resolve("door.key"), door.privateKeyPem());
    return files;
  }

  /** Up to which level signatures are offered. */
  enum Levels {
    /** Without anybody who sets time stamps. */
    B_B,
    ALL
  }

  /** For how much at once a server has room. */
  enum Room {
    /** So little that a test reaches the bounds of streams. */
    NARROW(
        "{uploadsPerSede: 3, keptUploadsPerSede: 30, keptMebibytesPerSede: 30, downloadsPerSede: 2,"
            + " watchesPerSede: 6, longestTransfer: PT8S}",
        ""),
    /** For any number of calls that are held for however long. */
    WIDE(
        "{uploads: 256, uploadsPerSede: 256, keptUploadsPerSede: 10000, keptMebibytesPerSede: 1024,"
            + " downloads: 256, downloadsPerSede: 256, longestTransfer: PT10M}",
        ", bounds: {workers: 64, maxConcurrentCallsPerConnection: 64}");

    private final String streams;
    private final String signersDoor;

    Room(String streams, String signersDoor) {
      this.streams = streams;
      this.signersDoor = signersDoor;
    }
  }

  /**
   * What differs from server to server.
   *
   * @param codeDigits 6 to 8
   * @param jdbcUrl how the database is reached; empty: directly
   * @param database further lines of the database's section, each indented by two
   * @param modules the PKCS#11 library of each partition; empty: SoftHSM2 itself, and one partition
   * @param ports of the doors; empty: any free ones, and the world's own public one
   * @param levels whether levels above B-B are offered; a start takes longer with them
   * @param timeStamping the section of that name, without it; empty: the authority of this JVM
   * @param room for how much at once
   * @param further lines of server.yaml, whole sections
   */
  record Settings(
      int codeDigits,
      Optional<String> jdbcUrl,
      String database,
      List<Path> modules,
      Optional<ServerPorts> ports,
      Levels levels,
      Optional<String> timeStamping,
      Room room,
      String further) {
    static Settings usual() {
      return new Settings(
          6,
          Optional.empty(),
          "",
          List.of(),
          Optional.empty(),
          Levels.ALL,
          Optional.empty(),
          Room.NARROW,
          "");
    }

    Settings codeDigits(int digits) {
      return new Settings(
          digits, jdbcUrl, database, modules, ports, levels, timeStamping, room, further);
    }

    Settings jdbcUrl(String url) {
      return new Settings(
          codeDigits,
          Optional.of(url),
          database,
          modules,
          ports,
          levels,
          timeStamping,
          room,
          further);
    }

    Settings database(String lines) {
      return new Settings(
          codeDigits, jdbcUrl, lines, modules, ports, levels, timeStamping, room, further);
    }

    /** With a partition behind each library. */
    Settings modules(Path... libraries) {
      return new Settings(
          codeDigits,
          jdbcUrl,
          database,
          List.of(libraries),
          ports,
          levels,
          timeStamping,
          room,
          further);
    }

    Settings ports(ServerPorts chosen) {
      return new Settings(
          codeDigits,
          jdbcUrl,
          database,
          modules,
          Optional.of(chosen),
          levels,
          timeStamping,
          room,
          further);
    }

    Settings levels(Levels offered) {
      return new Settings(
          codeDigits, jdbcUrl, database, modules, ports, offered, timeStamping, room, further);
    }

    Settings timeStamping(String section) {
      return new Settings(
          codeDigits,
          jdbcUrl,
          database,
          modules,
          ports,
          levels,
          Optional.of(section),
          room,
          further);
    }

    Settings room(Room given) {
      return new Settings(
          codeDigits, jdbcUrl, database, modules, ports, levels, timeStamping, given, further);
    }

    Settings further(String sections) {
      return new Settings(
          codeDigits, jdbcUrl, database, modules, ports, levels, timeStamping, room, sections);
    }
  }

  /** Writes {@code name}.yaml for one server; the file. */
  Path write(String name, Settings settings) throws IOException {
    return Files.writeString(
        folder.resolve(name + ".yaml"),
        tokens.configuration(settings.modules())
            + databaseAndRules(settings)
            + "anchor: {file: "
            + Files.createDirectories(anchors()).resolve(name)
            + "}\n"
            + "listeners:\n"
            + listener("relyingParty", settings.ports().map(ServerPorts::relyingParty), true)
                .replace("}", ", bounds: {drain: PT4S}}")
            + listener("registration", settings.ports().map(ServerPorts::registration), true)
            + listener("signer", settings.ports().map(ServerPorts::signer), false)
                .replace("}", settings.room().signersDoor + "}")
            + listener("auditor", settings.ports().map(ServerPorts::auditor), true)
            + callerSections()
            // A process that will soon be killed need not get warm.
            + (settings.ports().isPresent() ? "documents: {warmUp: false}\n" : "")
            + settings.further());
  }

  private static String timeStamping(Settings settings) {
    return switch (settings.levels()) {
      case B_B -> "";
      case ALL ->
          "timeStamping: " + settings.timeStamping().orElseGet(WorldFiles::sharedTimeStamps) + "\n";
    };
  }

  private static String sharedTimeStamps() {
    TimeStampAuthority stamps = TimeStampAuthority.shared();
    return "{address: %s, authorities: %s, statusAddresses: [%s]}"
        .formatted(stamps.address(), stamps.rootFile(), stamps.address());
  }

  private String databaseAndRules(Settings settings) {
    return """
    database:
      jdbcUrl: %s
      ownerUser: %s
      ownerPasswordFile: %s
      runtimeUser: %s
      runtimePasswordFile: %s
    %spasswordHashing: {memoryKibibytes: 7168, iterations: 5}
    authentication: {lockAfter: 5, codeGap: PT0S, codeDigits: %d}
    signing: {authorisationAddress: https://firma.bakq.example/, longestCompletion: PT5M}
    streams: %s
    enrolment: {activationPage: https://bakq.example/activate, passwordChangesPerMinute: 1000}
    certificate:
      practiceStatement: https://bakq.example/cps
      disclosureEnglish: https://bakq.example/pds-en.pdf
      disclosureSpanish: https://bakq.example/pds-es.pdf
      publicAddress: http://127.0.0.1:%d
    smsHost: firma.bakq.example
    publicListener: {port: %d}
    %s"""
        .formatted(
            settings.jdbcUrl().orElse(place.jdbcUrl()),
            place.ownerUser(),
            place.ownerPasswordFile(),
            place.runtimeUser(),
            place.runtimePasswordFile(),
            settings.database(),
            settings.codeDigits(),
            settings.room().streams,
            publicPort,
            settings.ports().map(ServerPorts::publicPort).orElse(publicPort),
            timeStamping(settings));
  }

  private String callerSections() {
    return "callers:\n"
        + caller(SEDE_A, "SEDE", names("Sede A") + "quotas: {callsPerMinute: 100000}")
        + caller(SEDE_B, "SEDE", names("Sede B") + "quotas: {callsPerMinute: 100000}")
        + caller(SEDE_WITH_ONE_REQUEST, "SEDE", names("Sede One") + "quotas: {openRequests: 1}")
        + caller(SEDE_WITH_TWO_CALLS, "SEDE", names("Sede Two") + "quotas: {callsPerMinute: 2}")
        + caller(
            OFFICER,
            "REGISTRATION_OFFICER",
            "dni: " + OFFICERS_DNI + "\n    quotas: {callsPerMinute: 100000}")
        + caller(AUDITOR, "AUDITOR", "quotas: {callsPerMinute: 100000}");
  }

  private static String listener(String name, Optional<Integer> port, boolean certificates) {
    return "  "
        + name
        + ": {port: "
        + port.orElse(0)
        + ", serverCertificate: door.pem, serverKey: door.key"
        + (certificates ? ", clientAuthority: authority.pem" : "")
        + "}\n";
  }

  private static String names(String name) {
    return "displayNames: {eu: %s, es: %s, en: %s}\n    ".formatted(name, name, name);
  }

  private String caller(String name, String role, String further) {
    return """
          - name: %s
            role: %s
            certificateSha256: %s
            %s
        """
        .formatted(name, role, callers.get(name).fingerprint(), further);
  }

  /**
   * Writes what a sede's program is given: where the door is, whom to believe, and the certificate
   * and key of {@code sede}.
   */
  Path connectionFile(Path into, String sede, int port) throws IOException {
    PkiIdentity identity = callers.get(sede);
    Files.writeString(into.resolve("authority.pem"), pki.authority().certificatePem());
    Files.writeString(into.resolve(sede + ".pem"), identity.certificatePem());
    Files.writeString(into.resolve(sede + ".key"), identity.privateKeyPem());
    return Files.writeString(
        into.resolve(sede + ".properties"),
        """
        # as ./run writes it
        authority = authority.pem
        sede.address = 127.0.0.1:%d
        sede.certificate = %s.pem
        sede.key = %s.key
        """
            .formatted(port, sede, sede));
  }

  /**
   * Where each server keeps its anchor: on the disk of the database, in memory if that is, since a
   * disk that stalls for some seconds has releases refused.
   */
  Path anchors() {
    return postgres.folder().resolve("anchors").resolve(folder.getFileName());
  }

  /** Where everything of this world is, logs of its servers included. */
  Path folder() {
    return folder;
  }

  DemoTokens tokens() {
    return tokens;
  }

  Postgres postgres() {
    return postgres;
  }

  PostgresDatabase place() {
    return place;
  }

  Pki pki() {
    return pki;
  }

  PkiIdentity caller(String name) {
    return callers.get(name);
  }

  /** A valid DNI that was not given out before. */
  String newDni() {
    int number = citizens.incrementAndGet();
    return number + DNI_LETTERS.substring(number % 23, number % 23 + 1);
  }

  /** The database, as somebody who may do everything in it; the schema is set. */
  Connection superuser() throws SQLException {
    Connection connection =
        postgres.connectAsSuperuser(
            place.jdbcUrl().substring(place.jdbcUrl().lastIndexOf('/') + 1));
    try (Statement statement = connection.createStatement()) {
      statement.execute("set search_path = bakq");
    }
    return connection;
  }
}
