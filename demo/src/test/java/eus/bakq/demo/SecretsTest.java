package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.demo.search.Form;
import eus.bakq.demo.search.FormSearch;
import eus.bakq.demo.search.Found;
import eus.bakq.demo.search.HeapDump;
import eus.bakq.demo.search.SecretForms;
import eus.bakq.fixtures.SoftHsm;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * After a whole walk with mistakes in it, with one code still good, by a server of its own that was
 * killed at the end: no secret is in any table, in any file of PostgreSQL (the write-ahead log
 * among them), in any file of the tokens, in any log, nor in the process's heap, in none of the
 * forms in which programs write secrets. Places where they have to be are named here, each with its
 * reason, and nothing that is named is missing.
 *
 * <p>Not searched: memory outside the heap, which the tokens' library, TLS and libsodium use; and
 * the heap while a call is under way, when secrets have to be there (docs/threat-model.md, U18).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecretsTest {
  private static final Set<String> SENT =
      Set.of(
          "activation link",
          "activation link as sent",
          "temporary password as sent",
          "code of the activation",
          "code of a signature",
          "code of what the sede withdrew",
          "code of what the citizen refused",
          "code that expired",
          "code that is still good",
          "code of a change of password");

  /** Where files may hold a secret. */
  private static final Map<String, String> IN_FILES =
      Map.of(
          "PIN of custody in world/hsm/custody.pin",
          "what the server reads it from",
          "PIN of authority in world/hsm/authority.pin",
          "what the server reads it from",
          "PIN of record in world/hsm/record.pin",
          "what the server reads it from",
          "password of the database's owner in postgres/secrets/bakq_owner.password",
          "what the server reads it from at its start",
          "password of the database's runtime in postgres/secrets/bakq_runtime.password",
          "what the server reads it from",
          SecretWalk.DOOR_KEY + ", its end in world/door.key",
          "what the server reads it from");

  /** Of the only secret that the server always has in its memory: each handshake signs with it. */
  private static final String NEEDED = SecretWalk.DOOR_KEY;

  /**
   * Who in the heap may hold another secret: the demo's phones and mailboxes show what was sent.
   */
  private static final String IN_HEAP = "VisibleMessages$Delivered.message";

  private ProcessWorld world;
  private SecretWalk walk;
  private FormSearch search;
  private FormSearch control;
  private Path dump;
  private final Map<String, byte[]> tables = new LinkedHashMap<>();
  private final Map<String, byte[]> process = new LinkedHashMap<>();
  private final Map<String, Path> roots = new LinkedHashMap<>();

  @BeforeAll
  void walk(@TempDir Path elsewhere) throws Exception {
    WorldFiles files = WorldFiles.make();
    world = ProcessWorld.on(files);
    Path temporary = Files.createDirectory(files.folder().resolve("tmp"));
    ProcessWorld.Node node =
        world
            .add(WorldFiles.Settings.usual().codeDigits(8))
            .start(
                new ServerProcess.Launch(
                    List.of(
                        "-Dlogback.configurationFile=" + talkative(files.folder()),
                        "-Djava.io.tmpdir=" + temporary),
                    Map.of()));
    walk = SecretWalk.through(world);
    search = new FormSearch(walk.secrets().forms());
    SecretForms known = new SecretForms();
    known.text("address", walk.citizen().email());
    control = new FormSearch(known.forms());

    dump = dumpHeap(node.process().pid(), elsewhere.resolve("heap.hprof"));
    for (String file : List.of("environ", "cmdline")) {
      process.put(file, Files.readAllBytes(Path.of("/proc/" + node.process().pid(), file)));
    }
    node.kill();
    try (StolenDatabase database = StolenDatabase.of(world)) {
      for (String table : database.tables()) {
        tables.put(table, String.join("\n", database.rows(table)).getBytes(StandardCharsets.UTF_8));
      }
    }
    roots.put("world", files.folder());
    roots.put("tokens", SoftHsm.shared().tokenFolder());
    roots.put("postgres", writtenDown().getParent());
  }

  /** Says all that ours and the libraries say that see secrets, but for the frames of gRPC. */
  private static Path talkative(Path folder) throws IOException {
    return Files.writeString(
        folder.resolve("talkative.xml"),
        """
        <configuration>
          <appender name="console" class="ch.qos.logback.core.ConsoleAppender">
            <encoder><pattern>%d %-5level %logger{20} %msg %kvp%n%ex{full}</pattern></encoder>
          </appender>
          <logger name="eus.bakq" level="TRACE"/>
          <logger name="com.zaxxer.hikari" level="TRACE"/>
          <logger name="org.jdbi" level="TRACE"/>
          <logger name="org.flywaydb" level="DEBUG"/>
          <root level="INFO"><appender-ref ref="console"/></root>
        </configuration>
        """);
  }

  /** Of live objects: collects what is not used first. */
  private static Path dumpHeap(long pid, Path file) throws Exception {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(pid),
                "GC.heap_dump",
                file.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(jcmd.waitFor(3, TimeUnit.MINUTES)).isTrue();
    assertThat(file).as(said).exists();
    return file;
  }

  /** PostgreSQL's folder of data, with everything in it that was only in memory. */
  private Path writtenDown() throws Exception {
    try (Connection connection = world.superuser();
        Statement statement = connection.createStatement()) {
      statement.execute("checkpoint");
      try (ResultSet row = statement.executeQuery("select current_setting('data_directory')")) {
        row.next();
        return Path.of(row.getString(1));
      }
    }
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  @DisplayName("OTP-08, SAD-10: no table holds a secret")
  void noTableHoldsASecret() throws IOException {
    assertThat(tables).hasSizeGreaterThan(10);
    assertThat(tables.keySet())
        .contains("outbox_message", "interaction", "interaction_share", "password");
    assertThat(inTable(control, "signer")).isNotEmpty();

    List<Found> found = new ArrayList<>();
    for (String table : tables.keySet()) {
      found.addAll(inTable(search, table));
    }
    assertThat(found).isEmpty();
  }

  private List<Found> inTable(FormSearch forms, String table) throws IOException {
    return forms.in(table, new ByteArrayInputStream(tables.get(table)));
  }

  @Test
  @DisplayName(
      "OTP-08, SAD-10: no file of database, tokens, logs and temporary ones holds a secret")
  void noFileHoldsASecretThatIsNotMeantTo() throws IOException {
    List<Found> found = inFiles(search);
    Set<String> places =
        found.stream()
            .map(one -> one.secret() + " in " + one.place())
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(places).containsExactlyInAnyOrderElementsOf(IN_FILES.keySet());

    // That the search reads tables and write-ahead log, and that the log is one.
    Set<String> known = inFiles(control).stream().map(Found::place).collect(Collectors.toSet());
    assertThat(known)
        .anyMatch(place -> place.startsWith("postgres/data/base/"))
        .anyMatch(place -> place.startsWith("postgres/data/pg_wal/"));
    assertThat(Files.readString(world.node(0).log()))
        .contains("The server is ready.", "com.zaxxer.hikari", "DEBUG");
  }

  @Test
  @DisplayName("OTP-08: environment and command line of the process hold no secret")
  void whatOthersSeeOfTheProcessHoldsNoSecret() throws IOException {
    assertThat(new String(process.get("cmdline"), StandardCharsets.UTF_8)).contains("--profile");
    assertThat(process.get("environ")).isNotEmpty();
    for (Map.Entry<String, byte[]> each : process.entrySet()) {
      assertThat(search.in(each.getKey(), new ByteArrayInputStream(each.getValue()))).isEmpty();
    }
  }

  @Test
  @DisplayName(
      "KEY-18, SAD-10: after all of it no live object holds a secret, but the demo's phones, and the"
          + " TLS key")
  void noLiveObjectHoldsASecret() throws IOException {
    List<Found> all = search.in(dump);
    List<Found> found = all.stream().filter(one -> !one.secret().startsWith(NEEDED)).toList();
    assertThat(all).hasSizeGreaterThan(found.size());
    try (HeapDump heap = HeapDump.open(dump)) {
      Map<Found, List<String>> holders = heap.holders(found);
      assertThat(holders).hasSameSizeAs(found);
      assertThat(holders).allSatisfy((secret, way) -> assertThat(way).contains(IN_HEAP));
    }
    assertThat(found.stream().map(Found::secret).collect(Collectors.toSet())).isEqualTo(SENT);
  }

  @Test
  @DisplayName("LOG-02: the log holds nothing personal either")
  void theLogHoldsNothingPersonal() throws IOException {
    SecretForms personal = new SecretForms();
    personal.text("DNI", walk.citizen().dni());
    personal.text("address", walk.citizen().email());
    personal.text("number", walk.citizen().mobile());
    personal.text("name", "Etxeberria");

    assertThat(new FormSearch(personal.forms()).in(world.node(0).log())).isEmpty();
  }

  /** In a file, as it would stand there. */
  @Test
  @DisplayName("what is there is found: each of these secrets in each of the forms")
  void findsWhatIsThere(@TempDir Path folder) throws IOException {
    List<Form> forms = walk.secrets().forms();
    Path file = Files.write(folder.resolve("leak"), SecretForms.planted(forms, (byte) ' '));

    Set<Form> found = new HashSet<>();
    search.in(file).forEach(one -> found.add(one.form()));

    assertThat(found).containsExactlyInAnyOrderElementsOf(forms);
    assertThat(forms.stream().map(Form::secret).distinct()).hasSizeGreaterThan(25);
  }

  private List<Found> inFiles(FormSearch forms) throws IOException {
    List<Found> found = new ArrayList<>();
    for (Map.Entry<String, Path> root : roots.entrySet()) {
      List<Path> files;
      try (Stream<Path> walked = Files.walk(root.getValue())) {
        files = walked.filter(Files::isRegularFile).toList();
      }
      for (Path file : files) {
        String place = root.getKey() + "/" + root.getValue().relativize(file);
        try (var in = Files.newInputStream(file)) {
          found.addAll(forms.in(place, in));
        } catch (NoSuchFileException e) {
          // PostgreSQL runs, and removes what it needs no more: then it is not there to be read.
          assertThat(place).startsWith("postgres/data/");
        }
      }
    }
    return found;
  }
}
