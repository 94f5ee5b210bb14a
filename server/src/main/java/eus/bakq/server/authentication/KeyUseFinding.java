package eus.bakq.server.authentication;

/** How uses of the keys of passwords stand to what the record tells of them. */
public enum KeyUseFinding {
  /** The record explains them. */
  EXPLAINED,
  /** The tokens were used more often than the record tells: somebody guesses (docs/adr/0028). */
  SURPLUS,
  /** The record tells of uses that the tokens did not count: one of the two is not true. */
  DEFICIT,
  /** A count or its time is less than it was, or has changed at the same time. */
  WENT_BACK,
  /**
   * Nothing to compare with: another beginning, other partitions, or no record of the last time.
   */
  BEGUN_ANEW,
  /** The counts are too old, or those of the partitions too far apart; nothing was compared. */
  STALE,
  /** A file is not there, too large, not of the form or of the future; nothing was compared. */
  UNREADABLE
}
