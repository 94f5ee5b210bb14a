package eus.bakq.server.database;

/** What a node makes of the database's history. */
public enum HistoryStanding {
  /** It has all that was anchored. */
  CONFIRMED,
  /**
   * It lacks a record that was anchored outside of it (DATABASE_OLDER_THAN_ANCHOR): it was set
   * back, cut off or rewritten, or is another one. Nothing is stamped or judged here.
   */
  OLDER_THAN_ANCHOR,
  /** The anchor cannot be kept in its file: nothing is stamped or judged here. */
  NOT_ANCHORED;

  /** Whether what the database says may be acted upon. */
  public boolean isServing() {
    return switch (this) {
      case CONFIRMED -> true;
      case OLDER_THAN_ANCHOR, NOT_ANCHORED -> false;
    };
  }
}
