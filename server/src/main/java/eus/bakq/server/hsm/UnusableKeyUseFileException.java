package eus.bakq.server.hsm;

/** The file of a partition's counts cannot be used; the message says why, and nothing of it. */
public final class UnusableKeyUseFileException extends Exception {
  private static final long serialVersionUID = 1L;

  UnusableKeyUseFileException(String message) {
    super(message);
  }

  UnusableKeyUseFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
