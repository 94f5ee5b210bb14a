package eus.bakq.server.grpc;

import eus.bakq.server.failure.Refusal;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import java.util.Objects;
import java.util.Optional;

/**
 * A call that was refused for who made it, before any service saw it.
 *
 * @param listener whose door it came to
 * @param method full name of the method that was called
 * @param refusal {@code CALLER_UNKNOWN} or {@code CALLER_NOT_ALLOWED}
 * @param caller present if the certificate is registered
 * @param certificateSha256 SHA-256 of the client certificate in DER
 * @param correlationId the call's; 32 hexadecimal digits
 */
public record RefusedCall(
    Audience listener,
    String method,
    Refusal refusal,
    Optional<CallerName> caller,
    Optional<Bytes> certificateSha256,
    String correlationId) {
  public RefusedCall {
    Objects.requireNonNull(listener);
    Objects.requireNonNull(method);
    Objects.requireNonNull(refusal);
    Objects.requireNonNull(caller);
    Objects.requireNonNull(certificateSha256);
    Objects.requireNonNull(correlationId);
  }
}
