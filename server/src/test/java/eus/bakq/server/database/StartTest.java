package eus.bakq.server.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.fixtures.PostgresDatabase;
import eus.bakq.server.vocabulary.Profile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartTest {
  private static final Map<String, String> DURABLE =
      Map.of(
          "fsync", "on",
          "full_page_writes", "on",
          "synchronous_commit", "on",
          "synchronous_standby_names", "");

  @TempDir Path folder;

  @Test
  void refusesADatabaseThatWouldLoseCommits() {
    assertThat(StartChecks.durabilityProblems(DURABLE, 0)).isEmpty();
    assertThat(StartChecks.durabilityProblems(with("synchronous_commit", "remote_apply"), 0))
        .isEmpty();
    assertThat(StartChecks.durabilityProblems(with("fsync", "off"), 0))
        .singleElement()
        .asString()
        .contains("fsync", "set it to on");
    assertThat(StartChecks.durabilityProblems(with("full_page_writes", "off"), 0)).hasSize(1);
    assertThat(StartChecks.durabilityProblems(with("synchronous_commit", "off"), 0)).hasSize(1);
    assertThat(StartChecks.durabilityProblems(with("synchronous_commit", "local"), 0)).hasSize(1);
    assertThat(StartChecks.durabilityProblems(DURABLE, 1))
        .singleElement()
        .asString()
        .contains("name the standbys");
    assertThat(StartChecks.durabilityProblems(Map.of(), 0)).hasSize(3);
  }

  @Test
  void refusesARoleWhoseCommitsAreNotDurable() throws Exception {
    try (TestDatabase test = TestDatabase.open()) {
      String name = test.settings().jdbcUrl().replaceFirst(".*/", "");
      test.asSuperuser(
          "ALTER ROLE bakq_runtime IN DATABASE " + name + " SET synchronous_commit = 'local'");

      assertThatThrownBy(() -> Database.open(test.settings(), Profile.DEMO))
          .isInstanceOf(UnusableDatabaseException.class)
          .hasMessageContaining("synchronous_commit is local");
    }
  }

  @Test
  void refusesToRunAsARoleThatCouldRewriteHistory() throws Exception {
    try (TestDatabase test = TestDatabase.open()) {
      DatabaseSettings swapped =
          DatabaseSettings.of(
              test.settings().jdbcUrl(),
              test.settings().ownerUser(),
              test.settings().ownerPasswordFile(),
              test.settings().runtimeUser(),
              test.settings().runtimePasswordFile());

      assertThatThrownBy(() -> Database.open(swapped, Profile.DEMO))
          .isInstanceOf(UnusableDatabaseException.class)
          .hasMessageContaining("connect as bakq_runtime");
    }
  }

  @Test
  void refusesASchemaThatIsNotOfThisRelease() throws Exception {
    try (TestDatabase test = TestDatabase.open()) {
      Migrations.runIfNeeded(test.settings(), Profile.DEMO);
      test.asOwner("UPDATE flyway_schema_history SET checksum = 1 WHERE version = '0007'");

      assertThatThrownBy(() -> Migrations.runIfNeeded(test.settings(), Profile.DEMO))
          .isInstanceOf(UnusableDatabaseException.class)
          .hasMessageContaining("by another hand");
    }
  }

  @Test
  void refusesTheDatabaseOfAnotherProfile() {
    try (TestDatabase test = TestDatabase.open()) {
      assertThatThrownBy(() -> Database.open(test.settings(), Profile.PRODUCTION))
          .isInstanceOf(UnusableDatabaseException.class)
          .hasMessageContaining("made for the profile DEMO");
      assertThatThrownBy(() -> Migrations.run(test.settings(), Profile.PRODUCTION))
          .isInstanceOf(UnusableDatabaseException.class)
          .hasMessageContaining("made for the profile DEMO");
    }
  }

  @Test
  void aProductionDatabaseRefusesTheDemo() {
    DatabaseSettings settings = TestDatabase.settings(TestDatabase.empty());
    Migrations.run(settings, Profile.PRODUCTION);

    assertThatThrownBy(() -> Database.open(settings, Profile.DEMO))
        .isInstanceOf(UnusableDatabaseException.class)
        .hasMessageContaining("made for the profile PRODUCTION");
  }

  @Test
  void migratesTwiceWithoutHarmAndRefusesAnEmptyDatabase() {
    DatabaseSettings settings = TestDatabase.settings(TestDatabase.empty());

    assertThatThrownBy(() -> Database.open(settings, Profile.DEMO))
        .isInstanceOf(UnusableDatabaseException.class)
        .hasMessageContaining("run the migrations first");
    Migrations.run(settings, Profile.DEMO);
    Migrations.run(settings, Profile.DEMO);
    Database.open(settings, Profile.DEMO).close();
  }

  /** Whoever has the owner's password can rewrite the record: a running server needs it not. */
  @Test
  void readsTheOwnersPasswordOnlyWhileThereIsSomethingToMigrate() {
    DatabaseSettings fresh = TestDatabase.settings(TestDatabase.empty());
    DatabaseSettings withoutOwner =
        DatabaseSettings.of(
            fresh.jdbcUrl(),
            fresh.runtimeUser(),
            fresh.runtimePasswordFile(),
            fresh.ownerUser(),
            fresh.ownerPasswordFile().resolveSibling("not-here"));

    assertThatThrownBy(() -> Migrations.runIfNeeded(withoutOwner, Profile.DEMO))
        .isInstanceOf(UnusableDatabaseException.class)
        .hasMessageContaining("--migrate");
    Migrations.runIfNeeded(fresh, Profile.DEMO);
    Migrations.runIfNeeded(withoutOwner, Profile.DEMO);
    Database.open(withoutOwner, Profile.DEMO).close();
  }

  @Test
  void theRuntimeOwnsNothingAndCannotForgeTheInstance() throws Exception {
    try (TestDatabase test = TestDatabase.open()) {
      long owned =
          test.run(
              handle ->
                  handle
                      .createQuery(
                          "SELECT count(*) FROM pg_class WHERE relowner = 'bakq_runtime'::regrole")
                      .mapTo(long.class)
                      .one());
      assertThat(owned).isZero();
      for (String sql :
          new String[] {
            "UPDATE instance SET profile = 'PRODUCTION'",
            "DELETE FROM instance",
            "CREATE TABLE bakq.mine (a int)",
            "DROP TABLE clock_mark",
            "INSERT INTO clock_mark VALUES (1, now())",
            "DELETE FROM flyway_schema_history",
            "UPDATE flyway_schema_history SET success = false"
          }) {
        assertThatThrownBy(() -> test.asRuntime(sql))
            .as(sql)
            .hasMessageMatching("(?s).*(permission denied|must be owner).*");
      }
    }
  }

  @Test
  void refusesAWrongPasswordAndAPasswordFileThatIsOpenToOthers() throws Exception {
    PostgresDatabase place = TestDatabase.empty();
    Path file = folder.resolve("password");
    Files.writeString(file, "wrong-secret\n");
    DatabaseSettings settings =
        DatabaseSettings.of(
            place.jdbcUrl(),
            place.runtimeUser(),
            file,
            place.ownerUser(),
            place.ownerPasswordFile());

    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> Database.open(settings, Profile.DEMO))
        .isInstanceOf(UnusableDatabaseException.class)
        .rootCause()
        .hasMessageContaining("open to others");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertThatThrownBy(() -> Database.open(settings, Profile.DEMO))
        .isInstanceOf(UnusableDatabaseException.class)
        .hasMessageContaining("password file")
        .satisfies(e -> assertThat(e.getCause().toString()).doesNotContain("wrong-secret"));
    Files.writeString(file, "");
    assertThatThrownBy(() -> Database.open(settings, Profile.DEMO))
        .rootCause()
        .hasMessageContaining("is empty");
  }

  @Test
  void theAddressHoldsNoPasswordAndNoOptions() {
    for (String url :
        new String[] {
          "jdbc:postgresql://localhost/bakq?password=secret",
          "jdbc:postgresql://localhost/bakq?sslmode=require&options=-c%20fsync=off",
          "jdbc:postgresql://localhost/bakq?user=postgres",
          "jdbc:h2:mem:bakq"
        }) {
      assertThatThrownBy(() -> settings(url, 16, 3000)).as(url).hasMessageContaining("jdbcUrl is");
    }
    String good =
        "jdbc:postgresql://db.example:5432/bakq?sslmode=verify-full&sslrootcert=/etc/ca.pem";
    assertThat(settings(good, 16, 3000).jdbcUrl()).isEqualTo(good);
    assertThatThrownBy(() -> settings(good, 65, 3000)).hasMessage("poolSize is 2 to 64");
    assertThatThrownBy(() -> settings(good, 16, 10_001)).hasMessageContaining("lockTimeout");
    assertThatThrownBy(() -> settings(good, 16, 49)).hasMessageContaining("lockTimeout is 50 ms");
  }

  private static DatabaseSettings settings(String url, int pool, long lockMillis) {
    return new DatabaseSettings(
        url,
        "bakq_runtime",
        Path.of("a"),
        "bakq_owner",
        Path.of("b"),
        pool,
        Duration.ofSeconds(10),
        Duration.ofMillis(lockMillis),
        Duration.ofSeconds(2));
  }

  private static Map<String, String> with(String name, String value) {
    Map<String, String> settings = new java.util.HashMap<>(DURABLE);
    settings.put(name, value);
    return settings;
  }
}
