package eus.bakq.server.hsm;

/**
 * One partition's token does not do what it is asked now. Another one may: nothing outlives the
 * session in which it was tried.
 */
final class TokenAwayException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param message for the operator's log only; constant, without values
   */
  TokenAwayException(String message, Throwable cause) {
    super(message, cause);
  }
}
