package eus.bakq.server.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/** Opens pools of connections, as the runtime or as the owner. */
final class Pools {
  /** How much longer than a statement may take is waited for its answer on a dead wire. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  /** How long a transaction stays open in which nobody asks anything: this, */
  private static final Duration SHORTEST_IDLE = Duration.ofSeconds(30);

  /** or as long as so many statements may take, if that is longer. */
  private static final int IDLE_STATEMENTS = 3;

  /** A migration may rewrite a table, while the connection with Flyway's lock is idle. */
  private static final Duration LONGEST_MIGRATION = Duration.ofMinutes(30);

  /** Flyway holds one connection for its lock and works on another. */
  private static final int OWNER_CONNECTIONS = 3;

  /** As many as Flyway takes at once. */
  private static final int RUNTIME_CONNECTIONS_FOR_LOOKING = 2;

  private Pools() {}

  /**
   * The runtime's pool, without auto-commit: what is not committed is rolled back when a connection
   * comes back. One connection was opened.
   *
   * @throws UnusableDatabaseException if none can be opened
   */
  static HikariDataSource openForRuntime(DatabaseSettings settings) {
    HikariConfig config =
        config(
            settings,
            settings.runtimeUser(),
            settings.runtimePasswordFile(),
            settings.statementTimeout(),
            idleInTransaction(settings));
    config.setMaximumPoolSize(settings.poolSize());
    config.setAutoCommit(false);
    return open(config);
  }

  /**
   * As {@link #openForRuntime}, with two connections, and each statement a transaction of its own:
   * for looking at the schema.
   *
   * @throws UnusableDatabaseException if it cannot be opened
   */
  static HikariDataSource openOneForRuntime(DatabaseSettings settings) {
    HikariConfig config =
        config(
            settings,
            settings.runtimeUser(),
            settings.runtimePasswordFile(),
            settings.statementTimeout(),
            idleInTransaction(settings));
    config.setMaximumPoolSize(RUNTIME_CONNECTIONS_FOR_LOOKING);
    return open(config);
  }

  /**
   * The owner's pool, for migrations.
   *
   * @throws UnusableDatabaseException if no connection can be opened
   */
  static HikariDataSource openForOwner(DatabaseSettings settings) {
    HikariConfig config =
        config(
            settings,
            settings.ownerUser(),
            settings.ownerPasswordFile(),
            LONGEST_MIGRATION,
            LONGEST_MIGRATION);
    config.setMaximumPoolSize(OWNER_CONNECTIONS);
    return open(config);
  }

  private static Duration idleInTransaction(DatabaseSettings settings) {
    Duration statements = settings.statementTimeout().multipliedBy(IDLE_STATEMENTS);
    return statements.compareTo(SHORTEST_IDLE) > 0 ? statements : SHORTEST_IDLE;
  }

  private static HikariConfig config(
      DatabaseSettings settings,
      String user,
      Path passwordFile,
      Duration statementTimeout,
      Duration idleInTransaction) {
    requirePassword(passwordFile);
    HikariConfig config = new HikariConfig();
    config.setPoolName(user);
    config.setJdbcUrl(settings.jdbcUrl());
    config.setUsername(user);
    config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    config.setConnectionTimeout(settings.connectionWait().toMillis());
    config.setValidationTimeout(settings.connectionWait().toMillis());
    config.setInitializationFailTimeout(settings.connectionWait().toMillis());
    config.setConnectionInitSql(
        "SET statement_timeout = %d; SET lock_timeout = %d; SET idle_in_transaction_session_timeout = %d"
            .formatted(
                statementTimeout.toMillis(),
                settings.lockTimeout().toMillis(),
                idleInTransaction.toMillis()));
    // Commits that; or else a new connection waits within a transaction until PostgreSQL ends it,
    // and the first that is rolled back takes the limits with it.
    config.setIsolateInternalQueries(true);
    config.addDataSourceProperty(
        "authenticationPluginClassName", PasswordFileAuthentication.class.getName());
    config.addDataSourceProperty(
        PasswordFileAuthentication.FILE_PROPERTY, passwordFile.toAbsolutePath().toString());
    config.addDataSourceProperty("currentSchema", Migrations.SCHEMA);
    config.addDataSourceProperty("ApplicationName", "bakq");
    config.addDataSourceProperty("tcpKeepAlive", "true");
    config.addDataSourceProperty("connectTimeout", seconds(settings.connectionWait()));
    config.addDataSourceProperty("socketTimeout", seconds(statementTimeout.plus(GRACE)));
    // The detail of an error quotes the values of the row, which may be personal.
    config.addDataSourceProperty("logServerErrorDetail", "false");
    return config;
  }

  private static HikariDataSource open(HikariConfig config) {
    try {
      return new HikariDataSource(config);
    } catch (HikariPool.PoolInitializationException e) {
      throw new UnusableDatabaseException(
          "The database cannot be reached as "
              + config.getUsername()
              + ": check jdbcUrl, that PostgreSQL runs, and the password file.",
          e);
    }
  }

  private static void requirePassword(Path passwordFile) {
    try {
      Arrays.fill(PasswordFile.read(passwordFile), '\0');
    } catch (IOException e) {
      throw new UnusableDatabaseException("The database's password cannot be read.", e);
    }
  }

  /** At least one: to the driver 0 means to wait for ever. */
  private static String seconds(Duration duration) {
    return Long.toString(Math.max(1, duration.toSeconds()));
  }
}
