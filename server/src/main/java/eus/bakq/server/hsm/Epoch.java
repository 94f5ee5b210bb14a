package eus.bakq.server.hsm;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A time of issuance, with a wrapping key of its own, as both officers have signed it.
 *
 * @param id the label of its wrapping key, such as {@code wrap-2026-1}
 * @param begun when the key was made: at the ceremony, or by a later act of the two officers
 * @param ended when both officers signed that it has ended: since then nothing opens under it, and
 *     its wrapping key is gone or about to go
 */
public record Epoch(String id, Instant begun, Optional<Instant> ended) {
  public Epoch {
    Objects.requireNonNull(id);
    Objects.requireNonNull(begun);
    Objects.requireNonNull(ended);
  }

  /** Whether keys that were wrapped in it still open. */
  public boolean isOpen() {
    return ended.isEmpty();
  }
}
