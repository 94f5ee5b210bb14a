package eus.bakq.server.database;

/**
 * The server must not start on this database: it would lose commits, gives the runtime too many
 * rights, is another profile's, or cannot be reached at all. The message says what is wrong and
 * what to do; it holds no secret.
 */
public final class UnusableDatabaseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnusableDatabaseException(String message) {
    super(message);
  }

  UnusableDatabaseException(String message, Throwable cause) {
    super(message, cause);
  }
}
