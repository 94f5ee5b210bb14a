package eus.bakq.server.database;

import eus.bakq.server.failure.UnavailableException;

/**
 * How far one node trusts the database's history (docs/adr/0023). While it does not, {@link
 * Database#now} gives out no time, so that nothing is stamped, judged, signed, revived or told of a
 * certificate; what has happened is recorded all the same. Safe for several threads.
 */
public final class HistoryTrust {
  private volatile HistoryStanding standing = HistoryStanding.CONFIRMED;

  /** Trusts, until somebody finds otherwise. */
  public HistoryTrust() {}

  /** What was found last. */
  public HistoryStanding standing() {
    return standing;
  }

  /** Says what was found now. */
  public void found(HistoryStanding now) {
    standing = now;
  }

  /**
   * Returns if the history is trusted.
   *
   * @throws UnavailableException if it is not
   */
  public void require() {
    switch (standing) {
      case CONFIRMED -> {}
      case OLDER_THAN_ANCHOR ->
          throw UnavailableException.temporarily(
              "the database is older than an anchor of its record", null);
      case NOT_ANCHORED ->
          throw UnavailableException.temporarily("the record cannot be anchored now", null);
    }
  }
}
