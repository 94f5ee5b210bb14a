package eus.bakq.server.database;

import eus.bakq.server.vocabulary.Bytes;
import java.util.Objects;
import java.util.UUID;

/**
 * A caller's wish, as {@link IdempotentCalls} tells it from others.
 *
 * @param requestId the caller's own name for it, unique within (caller, method)
 * @param bodyMac HMAC of the request without its secret fields: 32 bytes
 */
public record IdempotentWish(UUID requestId, Bytes bodyMac) {
  public IdempotentWish {
    Objects.requireNonNull(requestId);
    if (bodyMac.size() != 32) {
      throw new IllegalArgumentException("the MAC of a request has 32 bytes");
    }
  }
}
