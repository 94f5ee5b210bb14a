package eus.bakq.server.database;

/**
 * The answer to a COMMIT was lost: the transaction may be in the database or not. On purpose none
 * of the four kinds of failure: {@link eus.bakq.server.failure.UnavailableException} promises that
 * nothing beyond the record was done, which cannot be said here. Whoever is about to release
 * something reads its rows back ({@link Database#inTransaction(Database.Work, Database.Work)} does
 * both); at a door it means "unavailable, repeat with the same request id", because every call that
 * writes is idempotent.
 */
public final class CommitUnknownException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean ended;

  CommitUnknownException(boolean ended, Throwable cause) {
    super("the answer to a commit was lost", cause);
    this.ended = ended;
  }

  /**
   * Whether the transaction has surely ended, so that what a new transaction reads is final. If
   * not, the database could not be asked within the bounds, and rows that are missing now may still
   * appear.
   */
  public boolean ended() {
    return ended;
  }
}
