package eus.bakq.server.failure;

import java.time.Duration;
import java.util.Objects;

/**
 * Something that a call needs does not answer now. Nothing is known to have been done beyond what
 * is recorded; repeating the same call is safe.
 */
public final class UnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Which of the two the caller is told: a fault that will pass, or too much work at once. */
  public enum Kind {
    TEMPORARILY_UNAVAILABLE,
    OVERLOADED
  }

  private final Kind kind;
  private final Duration retryAfter;

  /**
   * @param message for the operator's log only; constant, without values
   */
  public UnavailableException(Kind kind, Duration retryAfter, String message, Throwable cause) {
    super(message, cause);
    this.kind = Objects.requireNonNull(kind);
    this.retryAfter = Objects.requireNonNull(retryAfter);
  }

  /** A part that is needed does not answer; to be tried again after two seconds. */
  public static UnavailableException temporarily(String message, Throwable cause) {
    return new UnavailableException(
        Kind.TEMPORARILY_UNAVAILABLE, Duration.ofSeconds(2), message, cause);
  }

  /** There is more to do than can be done well. */
  public static UnavailableException overloaded(Duration retryAfter, String message) {
    return new UnavailableException(Kind.OVERLOADED, retryAfter, message, null);
  }

  public Kind kind() {
    return kind;
  }

  public Duration retryAfter() {
    return retryAfter;
  }
}
