package eus.bakq.server.database;

import java.util.Optional;
import org.jdbi.v3.core.config.JdbiConfig;

/**
 * Carries a node's {@link DatabaseClock} to every handle of its pool. Without one, as in tests and
 * migrations, the database's clock is believed.
 */
public final class TimeSource implements JdbiConfig<TimeSource> {
  private Optional<DatabaseClock> clock = Optional.empty();

  /** For Jdbi, which makes one for each pool. */
  public TimeSource() {}

  private TimeSource(TimeSource other) {
    this.clock = other.clock;
  }

  void trustOnly(DatabaseClock trusted) {
    clock = Optional.of(trusted);
  }

  Optional<DatabaseClock> clock() {
    return clock;
  }

  @Override
  public TimeSource createCopy() {
    return new TimeSource(this);
  }
}
