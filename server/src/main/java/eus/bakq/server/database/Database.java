package eus.bakq.server.database;

import eus.bakq.server.failure.RefusedException;
import java.time.Instant;
import org.jdbi.v3.core.Handle;

/** The connection pool and the transactions. Owner of this stub: the database's author. */
public final class Database implements AutoCloseable {

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

  /**
   * Runs {@code work} in one READ COMMITTED transaction and commits; if it throws, rolls back.
   * Serialisation failures and deadlocks are tried again at most three times, so {@code work} may
   * run more than once: it must do nothing outside the database that may not be done twice.
   */
  public <T> T inTransaction(Work<T> work) throws RefusedException {
    throw new UnsupportedOperationException("stub");
  }

  /** As {@link #inTransaction}. */
  public void transact(Act act) throws RefusedException {
    throw new UnsupportedOperationException("stub");
  }

  /**
   * The time of the primary database, by which every expiry is stamped and judged; it never goes
   * back (high-water mark).
   */
  public static Instant now(Handle handle) {
    throw new UnsupportedOperationException("stub");
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException("stub");
  }
}
