package eus.bakq.server.database;

import com.zaxxer.hikari.HikariDataSource;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Profile;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Handles;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.transaction.TransactionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection pool of the runtime's role, and the transactions. Safe for several threads. What a
 * transaction did is durable when the call that ran it returns.
 */
public final class Database implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);

  private static final int MOST_REPETITIONS = 3;
  private static final long FIRST_PAUSE_MILLIS = 10;

  /** How often, and after which pauses, it is asked what became of a commit: about five seconds. */
  private static final int MOST_QUESTIONS = 20;

  private static final long QUESTION_PAUSE_MILLIS = 250;

  private final HikariDataSource pool;
  private final Jdbi jdbi;
  private final Consumer<RuntimeException> failures;

  /** What is done in one transaction. */
  @FunctionalInterface
  public interface Work<T> {
    T run(Handle handle) throws RefusedException;
  }

  /** What is done in one transaction, without a result. */
  @FunctionalInterface
  public interface Act {
    void run(Handle handle) throws RefusedException;
  }

  private Database(HikariDataSource pool, Consumer<RuntimeException> failures) {
    this.pool = pool;
    this.failures = failures;
    this.jdbi = Jdbi.create(pool);
    jdbi.getConfig(FailureNotice.class).tell(failures);
    // The pool rolls back what was not committed when a connection comes back to it.
    jdbi.getConfig(Handles.class).setForceEndTransactions(false);
    // Exceptions never show the values bound to a statement: they may be personal.
    jdbi.getConfig(StatementExceptions.class)
        .setMessageRendering(StatementExceptions.MessageRendering.NONE);
  }

  /**
   * Opens the pool and checks what it leads to; {@link Migrations#run} goes before.
   *
   * @throws UnusableDatabaseException if the database cannot be reached, does not keep its commits
   *     ({@code fsync}, {@code full_page_writes}, {@code synchronous_commit}), gives the runtime's
   *     role more than its rights, or was made for another profile
   */
  public static Database open(DatabaseSettings settings, Profile profile) {
    return open(settings, profile, Optional.empty(), new HistoryTrust(), _ -> {});
  }

  /**
   * As {@link #open(DatabaseSettings, Profile, DatabaseClock, HistoryTrust, Consumer)}, for who
   * trusts the database's history.
   */
  public static Database open(
      DatabaseSettings settings,
      Profile profile,
      DatabaseClock clock,
      Consumer<RuntimeException> failures) {
    return open(settings, profile, clock, new HistoryTrust(), failures);
  }

  /**
   * As {@link #open(DatabaseSettings, Profile)}, and gives out the database's time only as far as
   * {@code clock} and {@code history} trust it.
   *
   * @param failures is told of each failure of work, before it is thrown on; never waits and never
   *     throws
   * @throws UnusableDatabaseException also if this node's clock and the database's are further
   *     apart than {@link ClockSettings#stopAfter}
   */
  public static Database open(
      DatabaseSettings settings,
      Profile profile,
      DatabaseClock clock,
      HistoryTrust history,
      Consumer<RuntimeException> failures) {
    return open(settings, profile, Optional.of(clock), history, failures);
  }

  private static Database open(
      DatabaseSettings settings,
      Profile profile,
      Optional<DatabaseClock> clock,
      HistoryTrust history,
      Consumer<RuntimeException> failures) {
    Database database = new Database(Pools.openForRuntime(settings), failures);
    try {
      database.transact(
          handle -> {
            StartChecks.require(handle);
            Migrations.requireProfile(handle, profile);
            if (clock.isPresent()) {
              clock.get().begin(handle);
            }
          });
      clock.ifPresent(database.jdbi.getConfig(TimeSource.class)::trustOnly);
      database.jdbi.getConfig(TimeSource.class).trustOnly(history);
      return database;
    } catch (RefusedException e) {
      database.close();
      throw new IllegalStateException("the checks refuse nothing", e);
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /**
   * Runs {@code work} in one READ COMMITTED transaction and commits; if it throws, rolls back.
   * Serialisation failures and deadlocks are tried again at most three times, so {@code work} may
   * run more than once: it must do nothing outside the database that may not be done twice.
   *
   * @throws UnavailableException if the database does not answer, a lock or a connection is not to
   *     be had in time, or the disk is full; nothing was done
   * @throws CommitUnknownException if the answer to the COMMIT was lost, and the database does not
   *     say that it rolled back
   */
  public <T> T inTransaction(Work<T> work) throws RefusedException {
    for (int repetition = 0; ; repetition++) {
      try {
        return once(work);
      } catch (JdbiException e) {
        // Nothing was committed: all that once() throws in this form was rolled back.
        Optional<SQLException> cause = SqlFailures.sqlCause(e);
        if (cause.isEmpty()) {
          throw e;
        }
        switch (SqlFailures.kind(cause.get())) {
          case CONFLICT -> {
            if (repetition == MOST_REPETITIONS) {
              throw UnavailableException.temporarily("transactions stay in each other's way", e);
            }
            if (!paused(FIRST_PAUSE_MILLIS << (2 * repetition))) {
              throw UnavailableException.temporarily("the server is stopping", e);
            }
          }
          case UNAVAILABLE ->
              throw UnavailableException.temporarily("the database does not answer", e);
          case BUG -> throw e;
        }
      }
    }
  }

  /** As {@link #inTransaction(Work)}. */
  public void transact(Act act) throws RefusedException {
    inTransaction(
        handle -> {
          act.run(handle);
          return Optional.empty();
        });
  }

  /**
   * As {@link #inTransaction(Work)}, for work whose result is released: if the answer to the COMMIT
   * was lost, {@code readBack} looks on a new connection for what {@code work} wrote, once it is
   * sure that it either is there or never will be.
   *
   * @param readBack the result if it is in the database; empty if it is not
   * @throws UnavailableException also if {@code readBack} finds nothing: nothing was done
   * @throws CommitUnknownException if the database could not be asked within about five seconds
   */
  public <T> T inTransaction(Work<T> work, Work<Optional<T>> readBack) throws RefusedException {
    try {
      return inTransaction(work);
    } catch (CommitUnknownException e) {
      if (!e.ended()) {
        throw e;
      }
      return inTransaction(readBack)
          .orElseThrow(
              () -> UnavailableException.temporarily("the database lost a transaction", e));
    }
  }

  /**
   * The time of the primary database, in microseconds, by which every expiry is stamped and judged.
   * It never goes back behind a time given out more than a second ago, whatever happens to the
   * machine's clock: if that is set back, this time stands still until the clock catches up, for at
   * most {@link ClockSettings#stopAfter}.
   *
   * @throws UnavailableException if the clock has jumped, or does not agree with this node's
   *     ({@link DatabaseClock}); or if the database's history is not trusted ({@link HistoryTrust})
   */
  public static Instant now(Handle handle) {
    TimeSource source = handle.getConfig(TimeSource.class);
    source.history().require();
    return source.clock().map(clock -> clock.now(handle)).orElseGet(() -> believed(handle));
  }

  /**
   * The time for what has happened and is told, and for a node's signs of life, but for nothing of
   * a citizen's or a sede's that expires: as {@link #now}, but it is there whatever the clocks do.
   * While the database's clock is not trusted it goes on from where that was, by this node's
   * monotonic clock.
   */
  public static Instant timeOfRecord(Handle handle) {
    return handle
        .getConfig(TimeSource.class)
        .clock()
        .map(clock -> clock.timeOfRecord(handle))
        .orElseGet(() -> believed(handle));
  }

  /**
   * Tells whoever watches this database of a failure that the work of {@code handle} makes an
   * answer of, instead of throwing it on.
   */
  public static void notice(Handle handle, RuntimeException failure) {
    handle.getConfig(FailureNotice.class).of(failure);
  }

  private static Instant believed(Handle handle) {
    return ClockReading.take(handle, ClockReading.NO_LATEST, () -> 0).given();
  }

  @Override
  public void close() {
    pool.close();
  }

  private <T> T once(Work<T> work) throws RefusedException {
    Handle handle = jdbi.open();
    try {
      T result = work.run(handle);
      commit(handle);
      return result;
    } catch (RuntimeException e) {
      failures.accept(e);
      throw e;
    } finally {
      giveBack(handle);
    }
  }

  private void commit(Handle handle) {
    Optional<String> transaction =
        handle
            .createQuery("SELECT pg_current_xact_id_if_assigned()::text")
            .mapTo(String.class)
            .findOne();
    try {
      handle.getConnection().commit();
    } catch (SQLException e) {
      // A transaction without an id wrote nothing, so nothing can have been committed.
      if (SqlFailures.surelyRolledBack(e) || transaction.isEmpty()) {
        throw new TransactionException("not committed", e);
      }
      throw afterLostAnswer(transaction.get(), e);
    }
  }

  /**
   * Waits, within bounds, until the transaction has ended. Only "aborted" is taken at its word: if
   * the server crashed in between, the number of a lost transaction may have been given to another
   * one, which committed.
   */
  private RuntimeException afterLostAnswer(String transaction, SQLException lost) {
    for (int question = 0; question < MOST_QUESTIONS; question++) {
      Optional<String> status = statusOf(transaction);
      if (status.isPresent() && status.get().equals("aborted")) {
        return UnavailableException.temporarily("the database lost a transaction", lost);
      }
      if (status.isPresent() && !status.get().equals("in progress")) {
        return new CommitUnknownException(true, lost);
      }
      if (!paused(QUESTION_PAUSE_MILLIS)) {
        break;
      }
    }
    return new CommitUnknownException(false, lost);
  }

  /** {@code in progress}, {@code committed}, {@code aborted}; empty if there is no answer. */
  private Optional<String> statusOf(String transaction) {
    try (Handle handle = jdbi.open()) {
      return handle
          .createQuery("SELECT coalesce(pg_xact_status(CAST(:id AS xid8)), 'forgotten')")
          .bind("id", transaction)
          .mapTo(String.class)
          .findOne();
    } catch (JdbiException e) {
      LOG.atWarn().setCause(e).log("the database does not say what became of a commit");
      return Optional.empty();
    }
  }

  /** A handle that cannot be given back is no failure of its work: the pool discards it. */
  private static void giveBack(Handle handle) {
    try {
      handle.close();
    } catch (JdbiException e) {
      LOG.atWarn().setCause(e).log("a connection was discarded");
    }
  }

  /** Whether the pause was kept; false if this thread is to end. */
  private static boolean paused(long millis) {
    try {
      Thread.sleep(millis);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
