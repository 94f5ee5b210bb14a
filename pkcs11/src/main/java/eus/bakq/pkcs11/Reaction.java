package eus.bakq.pkcs11;

/** What may be done about a call that failed. */
public enum Reaction {
  /** The session may be at fault: the same call may be made once more on a new one. */
  RETRY_ON_NEW_SESSION,
  /** Login and handles may be lost: open, log in and find the keys again, then repeat. */
  RECOVER,
  /**
   * The call itself is at fault, and will be at every repetition. A PIN least of all is tried
   * twice: tokens lock.
   */
  NEVER_RETRY
}
