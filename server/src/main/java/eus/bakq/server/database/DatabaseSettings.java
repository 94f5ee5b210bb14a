package eus.bakq.server.database;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Where the database is and how long anything may wait for it.
 *
 * @param jdbcUrl {@code jdbc:postgresql://host:port/name}, with parameters about TLS only. Who can
 *     write it can put another database in its place, with other citizens' numbers in it; what is
 *     under a row MAC or sealed is then refused
 * @param runtimeUser the role of the running server; has the rights of {@code bakq_runtime}
 * @param runtimePasswordFile holds its password, mode 0600 or 0400. Who reads it can do what the
 *     server can, short of what needs the HSM
 * @param ownerUser the role that runs migrations; {@code bakq_owner} or a member of it
 * @param ownerPasswordFile holds its password. Who reads it can change tables and records; need be
 *     there only while migrations run ({@code --migrate}, or a start that finds some to run)
 * @param poolSize connections at most, 2 to 64; default 16
 * @param statementTimeout for one statement, 100 ms to 60 s; default 10 s. A transaction in which
 *     nothing is asked is ended after three times as much, and 30 s at least
 * @param lockTimeout for the lock on one row, 50 ms to 30 s and no longer than a statement; default
 *     3 s
 * @param connectionWait for a free connection, 250 ms to 30 s; default 2 s
 */
public record DatabaseSettings(
    String jdbcUrl,
    String runtimeUser,
    Path runtimePasswordFile,
    String ownerUser,
    Path ownerPasswordFile,
    int poolSize,
    Duration statementTimeout,
    Duration lockTimeout,
    Duration connectionWait) {
  public static final int DEFAULT_POOL_SIZE = 16;
  public static final Duration DEFAULT_STATEMENT_TIMEOUT = Duration.ofSeconds(10);
  public static final Duration DEFAULT_LOCK_TIMEOUT = Duration.ofSeconds(3);
  public static final Duration DEFAULT_CONNECTION_WAIT = Duration.ofSeconds(2);

  /** TLS is the only matter that the address decides; users, passwords and options are ours. */
  private static final Pattern URL =
      Pattern.compile(
          "jdbc:postgresql://[A-Za-z0-9.:,\\[\\]_-]{1,200}/[a-z][a-z0-9_]{0,62}"
              + "(\\?(ssl[a-z]*|targetServerType)=[A-Za-z0-9./_-]{1,200}"
              + "(&(ssl[a-z]*|targetServerType)=[A-Za-z0-9./_-]{1,200}){0,9})?");

  private static final Pattern ROLE = Pattern.compile("[a-z][a-z0-9_]{0,62}");

  public DatabaseSettings {
    if (!URL.matcher(jdbcUrl).matches()) {
      throw new IllegalArgumentException(
          "jdbcUrl is jdbc:postgresql://host:port/name, with parameters ssl… and targetServerType only");
    }
    if (!ROLE.matcher(runtimeUser).matches() || !ROLE.matcher(ownerUser).matches()) {
      throw new IllegalArgumentException("a role has lower-case letters, digits and underscores");
    }
    if (runtimeUser.equals(ownerUser)) {
      throw new IllegalArgumentException("runtimeUser and ownerUser are two different roles");
    }
    Objects.requireNonNull(runtimePasswordFile);
    Objects.requireNonNull(ownerPasswordFile);
    if (poolSize < 2 || poolSize > 64) {
      throw new IllegalArgumentException("poolSize is 2 to 64");
    }
    requireBetween("statementTimeout", statementTimeout, 100, 60_000);
    requireBetween("lockTimeout", lockTimeout, 50, 30_000);
    requireBetween("connectionWait", connectionWait, 250, 30_000);
    if (lockTimeout.compareTo(statementTimeout) > 0) {
      throw new IllegalArgumentException("lockTimeout is no longer than statementTimeout");
    }
  }

  /** Settings with the default size and waits. */
  public static DatabaseSettings of(
      String jdbcUrl,
      String runtimeUser,
      Path runtimePasswordFile,
      String ownerUser,
      Path ownerPasswordFile) {
    return new DatabaseSettings(
        jdbcUrl,
        runtimeUser,
        runtimePasswordFile,
        ownerUser,
        ownerPasswordFile,
        DEFAULT_POOL_SIZE,
        DEFAULT_STATEMENT_TIMEOUT,
        DEFAULT_LOCK_TIMEOUT,
        DEFAULT_CONNECTION_WAIT);
  }

  private static void requireBetween(String name, Duration value, long least, long most) {
    if (value.toMillis() < least || value.toMillis() > most) {
      throw new IllegalArgumentException(name + " is " + least + " ms to " + most + " ms");
    }
  }
}
