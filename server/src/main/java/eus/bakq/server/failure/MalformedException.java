package eus.bakq.server.failure;

import java.util.List;

/**
 * A request has fields that cannot be accepted, whatever the state of things. Thrown at the edge
 * only.
 */
public final class MalformedException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final transient List<FieldViolation> violations;

  public MalformedException(List<FieldViolation> violations) {
    super("malformed request: " + violations);
    this.violations = List.copyOf(violations);
  }

  public MalformedException(String field, String description) {
    this(List.of(new FieldViolation(field, description)));
  }

  /** The fields at fault; at least one. */
  public List<FieldViolation> violations() {
    return violations;
  }
}
