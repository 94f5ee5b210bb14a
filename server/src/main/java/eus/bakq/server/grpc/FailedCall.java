package eus.bakq.server.grpc;

import eus.bakq.server.vocabulary.CallerName;
import java.util.Objects;
import java.util.Optional;

/**
 * A call that did not succeed.
 *
 * @param method full name of the method that was called
 * @param reason {@code ErrorInfo.reason} of its answer
 * @param fault whether it failed by us; else it was refused
 * @param caller present where callers have certificates, and it was known
 * @param correlationId the call's; 32 hexadecimal digits
 */
public record FailedCall(
    String method,
    String reason,
    boolean fault,
    Optional<CallerName> caller,
    String correlationId) {
  public FailedCall {
    Objects.requireNonNull(method);
    Objects.requireNonNull(reason);
    Objects.requireNonNull(caller);
    Objects.requireNonNull(correlationId);
  }
}
