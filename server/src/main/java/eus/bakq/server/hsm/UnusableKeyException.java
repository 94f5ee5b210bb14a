package eus.bakq.server.hsm;

/**
 * A wrapped key does not open in this HSM: altered, of an epoch that has ended, or of another
 * token. Repeating does not help.
 */
public final class UnusableKeyException extends Exception {
  private static final long serialVersionUID = 1L;

  public UnusableKeyException(String message, Throwable cause) {
    super(message, cause);
  }
}
