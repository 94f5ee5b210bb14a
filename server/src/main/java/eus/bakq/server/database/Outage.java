package eus.bakq.server.database;

import eus.bakq.server.failure.UnavailableException;
import org.slf4j.event.Level;

/** How loudly a job that is done again by itself says that it has failed. */
public final class Outage {
  private Outage() {}

  /**
   * WARN for what passes, such as a database or an HSM that does not answer: the next round will
   * do. ERROR for what somebody must look at.
   */
  public static Level level(Exception failure) {
    boolean passes =
        failure instanceof UnavailableException || failure instanceof CommitUnknownException;
    return passes ? Level.WARN : Level.ERROR;
  }
}
