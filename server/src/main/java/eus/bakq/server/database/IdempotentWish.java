package eus.bakq.server.database;

import eus.bakq.server.vocabulary.Bytes;
import java.util.Objects;
import java.util.UUID;

/**
 * What identifies a wish of a caller, so that repeating it has no second effect (API-06).
 *
 * @param method the full name of the gRPC method
 * @param requestId the caller's own, new for each wish
 * @param bodyMac HMAC by the HSM over the request's body without its secret fields: 32 bytes
 */
public record IdempotentWish(String method, UUID requestId, Bytes bodyMac) {
  public IdempotentWish {
    Objects.requireNonNull(method);
    Objects.requireNonNull(requestId);
    if (bodyMac.size() != 32) {
      throw new IllegalArgumentException("a body's MAC has 32 bytes");
    }
  }
}
