package eus.bakq.server.failure;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A call that was understood and is refused. Checked, so that every caller decides what to record.
 * Carries no secret and no stack of ours to the outside: {@code grpc.ErrorStatus} is the only
 * mapping.
 */
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Refusal refusal;
  private final transient List<FieldViolation> violations;
  private final Duration retryAfter;

  public RefusedException(Refusal refusal) {
    this(refusal, List.of(), null);
  }

  private RefusedException(Refusal refusal, List<FieldViolation> violations, Duration retryAfter) {
    super(refusal.name());
    this.refusal = Objects.requireNonNull(refusal);
    this.violations = List.copyOf(violations);
    this.retryAfter = retryAfter;
  }

  /** A refusal that says which fields would have to change. */
  public static RefusedException naming(Refusal refusal, List<FieldViolation> violations) {
    return new RefusedException(refusal, violations, null);
  }

  /** A refusal that ends by waiting. */
  public static RefusedException until(Refusal refusal, Duration retryAfter) {
    return new RefusedException(refusal, List.of(), retryAfter);
  }

  public Refusal refusal() {
    return refusal;
  }

  public List<FieldViolation> violations() {
    return violations;
  }

  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
