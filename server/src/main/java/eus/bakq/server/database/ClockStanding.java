package eus.bakq.server.database;

/** What a node makes of its clock and the database's. */
public enum ClockStanding {
  /** They agree. */
  AGREES,
  /** They differ by more than the operators should know; nothing stops. */
  DIFFERS,
  /** This node's and the database's are too far apart: nothing is stamped or judged here. */
  TOO_FAR_APART,
  /** The database's made a jump that nothing else confirms: nothing is stamped or judged here. */
  DATABASE_JUMPED,
  /**
   * The database's is behind a time that was given out, further than may be stood still for:
   * nothing is stamped or judged here.
   */
  STANDS_STILL;

  /** Whether times can be had. */
  public boolean isServing() {
    return switch (this) {
      case AGREES, DIFFERS -> true;
      case TOO_FAR_APART, DATABASE_JUMPED, STANDS_STILL -> false;
    };
  }
}
