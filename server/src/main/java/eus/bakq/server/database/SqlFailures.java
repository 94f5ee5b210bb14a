package eus.bakq.server.database;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;
import java.util.Set;

/** What an SQL error means, by its SQLSTATE; the only place that knows these codes. */
final class SqlFailures {
  /** What is to be done about an error. */
  enum Kind {
    /** Rolled back because of another transaction: the same work may succeed now. */
    CONFLICT,
    /** The database, the way to it or a lock was not to be had in time. */
    UNAVAILABLE,
    /** Ours: wrong SQL, a broken constraint. */
    BUG
  }

  private static final Set<String> CONFLICTS = Set.of("40001", "40P01");

  /**
   * Lock timeout; statement timeout; server stopping, crashed, starting; idle in transaction; an
   * epoch that was closed while this node still makes keys in it (V0020).
   */
  private static final Set<String> UNAVAILABLE =
      Set.of(
          "55P03", "57014", "57P01", "57P02", "57P03", "57P05", "25P03", "25P04", "25006", "BQ001");

  /** Answers to COMMIT that say for certain that nothing was committed. */
  private static final Set<String> SURELY_ROLLED_BACK = Set.of("40001", "40P01", "40002", "25P02");

  /** Longer chains of causes are not ours. */
  private static final int MOST_CAUSES = 16;

  private SqlFailures() {}

  /** The SQL error behind {@code failure}, if there is one. */
  static Optional<SQLException> sqlCause(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MOST_CAUSES; depth++) {
      if (cause instanceof SQLException sql) {
        return Optional.of(sql);
      }
      cause = cause.getCause();
    }
    return Optional.empty();
  }

  static Kind kind(SQLException failure) {
    if (failure instanceof SQLTransientConnectionException) {
      return Kind.UNAVAILABLE; // the pool: no connection in time
    }
    String state = String.valueOf(failure.getSQLState());
    if (CONFLICTS.contains(state)) {
      return Kind.CONFLICT;
    }
    // Classes 08 (connection), 53 (memory, disk, connections), 58 (system).
    boolean unavailable =
        UNAVAILABLE.contains(state)
            || state.startsWith("08")
            || state.startsWith("53")
            || state.startsWith("58");
    return unavailable ? Kind.UNAVAILABLE : Kind.BUG;
  }

  /**
   * Whether this answer to a COMMIT says that the transaction was rolled back. Everything else,
   * above all a lost connection, says nothing.
   */
  static boolean surelyRolledBack(SQLException failure) {
    String state = String.valueOf(failure.getSQLState());
    return SURELY_ROLLED_BACK.contains(state) || state.startsWith("23");
  }
}
