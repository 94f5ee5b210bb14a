package eus.bakq.server.authentication;

/** Which wrong factors of a signer are counted, and locked, together (AUT-08). */
public enum LockRule {
  /**
   * All. The strictest: five guesses for everybody together. Whoever knows a DNI can use them up
   * and so lock the person out.
   */
  SINGLE,
  /**
   * Those of devices that are known to be the signer's, and those of all others: strangers lock out
   * strangers.
   */
  TWO
}
