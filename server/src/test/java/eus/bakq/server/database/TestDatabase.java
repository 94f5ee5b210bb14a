package eus.bakq.server.database;

import eus.bakq.fixtures.Postgres;
import eus.bakq.fixtures.PostgresDatabase;
import eus.bakq.fixtures.PostgresWire;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Profile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.UUID;

/**
 * A fresh, migrated database of a real PostgreSQL for one test class, with the doors that attackers
 * of the tests use: the owner and the superuser.
 */
public final class TestDatabase implements AutoCloseable {
  private final PostgresDatabase place;
  private final DatabaseSettings settings;
  private final Database database;

  private TestDatabase(PostgresDatabase place, DatabaseSettings settings, Database database) {
    this.place = place;
    this.settings = settings;
    this.database = database;
  }

  public static TestDatabase open() {
    PostgresDatabase place = Postgres.shared().copyDatabase(Migrated.NAME, freshName());
    DatabaseSettings settings = settings(place);
    return new TestDatabase(place, settings, Database.open(settings, Profile.DEMO));
  }

  /** Migrated once in this JVM, and then copied. */
  private static final class Migrated {
    static final String NAME = migrate();

    private static String migrate() {
      String name = freshName();
      Migrations.run(settings(Postgres.shared().createDatabase(name)), Profile.DEMO);
      return name;
    }
  }

  private static String freshName() {
    return "test_" + UUID.randomUUID().toString().replace("-", "");
  }

  /** A database without tables. */
  static PostgresDatabase empty() {
    return Postgres.shared().createDatabase(freshName());
  }

  static DatabaseSettings settings(PostgresDatabase place) {
    return new DatabaseSettings(
        place.jdbcUrl(),
        place.runtimeUser(),
        place.runtimePasswordFile(),
        place.ownerUser(),
        place.ownerPasswordFile(),
        10,
        DatabaseSettings.DEFAULT_STATEMENT_TIMEOUT,
        DatabaseSettings.DEFAULT_LOCK_TIMEOUT,
        DatabaseSettings.DEFAULT_CONNECTION_WAIT);
  }

  /** As the running server has it. */
  public Database database() {
    return database;
  }

  public DatabaseSettings settings() {
    return settings;
  }

  /** As {@link #settings}, by {@code wire}, with few connections. */
  public DatabaseSettings settings(PostgresWire wire) {
    return new DatabaseSettings(
        wire.through(settings.jdbcUrl()),
        settings.runtimeUser(),
        settings.runtimePasswordFile(),
        settings.ownerUser(),
        settings.ownerPasswordFile(),
        2,
        settings.statementTimeout(),
        settings.lockTimeout(),
        settings.connectionWait());
  }

  /** A pool of its own, of which the history is trusted as far as {@code history} does. */
  public Database open(HistoryTrust history) {
    DatabaseClock clock =
        new DatabaseClock(Clock.systemUTC(), System::nanoTime, ClockSettings.standard());
    return Database.open(settings, Profile.DEMO, clock, history, _ -> {});
  }

  /** A wire to PostgreSQL, not cut yet. */
  public static PostgresWire wire() {
    try {
      return PostgresWire.to(Postgres.shared().port());
    } catch (IOException e) {
      throw new UncheckedIOException("no port is free", e);
    }
  }

  /** For work that refuses nothing. */
  public <T> T run(Database.Work<T> work) {
    try {
      return database.inTransaction(work);
    } catch (RefusedException e) {
      throw new AssertionError("refused", e);
    }
  }

  /** Runs {@code sql} as the server's own role, without the server. */
  public void asRuntime(String... sql) throws SQLException {
    try (Connection connection = connect(place.runtimeUser(), place.runtimePasswordFile())) {
      execute(connection, sql);
    }
  }

  /** Runs {@code sql} as the role that owns the tables. */
  public void asOwner(String... sql) throws SQLException {
    try (Connection connection = connect(place.ownerUser(), place.ownerPasswordFile())) {
      execute(connection, sql);
    }
  }

  /** Runs {@code sql} as the database administrator. */
  public void asSuperuser(String... sql) throws SQLException {
    try (Connection connection = Postgres.shared().connectAsSuperuser(name())) {
      execute(connection, sql);
    }
  }

  /** Empties the record, as no server and no owner can, for the next test of the class. */
  public void emptyRecord() throws SQLException {
    asSuperuser("SET session_replication_role = replica", "TRUNCATE audit_record");
  }

  private String name() {
    return place.jdbcUrl().substring(place.jdbcUrl().lastIndexOf('/') + 1);
  }

  private Connection connect(String user, Path passwordFile) throws SQLException {
    try {
      return DriverManager.getConnection(
          place.jdbcUrl(), user, Files.readString(passwordFile, StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException("a password file cannot be read", e);
    }
  }

  private static void execute(Connection connection, String... sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET search_path = bakq");
      for (String one : sql) {
        statement.execute(one);
      }
    }
  }

  @Override
  public void close() {
    database.close();
  }
}
