package eus.bakq.server.database;

import java.util.function.Consumer;
import org.jdbi.v3.core.config.JdbiConfig;

/** Carries to every handle of a pool who is to be told of failures of work. */
public final class FailureNotice implements JdbiConfig<FailureNotice> {
  private Consumer<RuntimeException> told = _ -> {};

  /** For Jdbi, which makes one for each pool. */
  public FailureNotice() {}

  private FailureNotice(FailureNotice other) {
    this.told = other.told;
  }

  void tell(Consumer<RuntimeException> listener) {
    told = listener;
  }

  void of(RuntimeException failure) {
    told.accept(failure);
  }

  @Override
  public FailureNotice createCopy() {
    return new FailureNotice(this);
  }
}
