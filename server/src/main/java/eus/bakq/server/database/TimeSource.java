package eus.bakq.server.database;

import java.util.Optional;
import org.jdbi.v3.core.config.JdbiConfig;

/**
 * Carries a node's {@link DatabaseClock} and {@link HistoryTrust} to every handle of its pool.
 * Without them, as in tests and migrations, the database is believed.
 */
public final class TimeSource implements JdbiConfig<TimeSource> {
  private Optional<DatabaseClock> clock = Optional.empty();
  private HistoryTrust history = new HistoryTrust();

  /** For Jdbi, which makes one for each pool. */
  public TimeSource() {}

  private TimeSource(TimeSource other) {
    this.clock = other.clock;
    this.history = other.history;
  }

  void trustOnly(DatabaseClock trusted) {
    clock = Optional.of(trusted);
  }

  Optional<DatabaseClock> clock() {
    return clock;
  }

  void trustOnly(HistoryTrust trusted) {
    history = trusted;
  }

  HistoryTrust history() {
    return history;
  }

  @Override
  public TimeSource createCopy() {
    return new TimeSource(this);
  }
}
