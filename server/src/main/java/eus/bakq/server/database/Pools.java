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

  private static final Duration IDLE_IN_TRANSACTION = Duration.ofSeconds(30);

  private Pools() {}

  /**
   * A pool of at most {@code size} connections, of which one was opened.
   *
   * @throws UnusableDatabaseException if none can be opened
   */
  static HikariDataSource open(
      DatabaseSettings settings, String user, Path passwordFile, int size, boolean autoCommit) {
    requirePassword(passwordFile);
    HikariConfig config = new HikariConfig();
    config.setPoolName(user);
    config.setJdbcUrl(settings.jdbcUrl());
    config.setUsername(user);
    config.setMaximumPoolSize(size);
    config.setAutoCommit(autoCommit);
    config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    config.setConnectionTimeout(settings.connectionWait().toMillis());
    config.setValidationTimeout(settings.connectionWait().toMillis());
    config.setInitializationFailTimeout(settings.connectionWait().toMillis());
    config.setConnectionInitSql(
        "SET statement_timeout = %d; SET lock_timeout = %d; SET idle_in_transaction_session_timeout = %d"
            .formatted(
                settings.statementTimeout().toMillis(),
                settings.lockTimeout().toMillis(),
                IDLE_IN_TRANSACTION.toMillis()));
    config.addDataSourceProperty(
        "authenticationPluginClassName", PasswordFileAuthentication.class.getName());
    config.addDataSourceProperty(
        PasswordFileAuthentication.FILE_PROPERTY, passwordFile.toAbsolutePath().toString());
    config.addDataSourceProperty("currentSchema", Migrations.SCHEMA);
    config.addDataSourceProperty("ApplicationName", "bakq");
    config.addDataSourceProperty("tcpKeepAlive", "true");
    config.addDataSourceProperty("connectTimeout", seconds(settings.connectionWait()));
    config.addDataSourceProperty("socketTimeout", seconds(settings.statementTimeout().plus(GRACE)));
    // The detail of an error quotes the values of the row, which may be personal.
    config.addDataSourceProperty("logServerErrorDetail", "false");
    try {
      return new HikariDataSource(config);
    } catch (HikariPool.PoolInitializationException e) {
      throw new UnusableDatabaseException(
          "The database cannot be reached as "
              + user
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
