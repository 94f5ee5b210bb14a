package eus.bakq.server.audit;

import eus.bakq.server.vocabulary.Bytes;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * What a check of the whole chain found.
 *
 * @param checked how many records fit, from the first on without a break
 * @param firstBadSequence the place of the first record that is missing, altered, or does not
 *     belong there; empty if all fit
 * @param headHash the hash of the last record that fits: 32 bytes, zero if there is none
 */
public record AuditVerification(long checked, OptionalLong firstBadSequence, Bytes headHash) {
  public AuditVerification {
    Objects.requireNonNull(firstBadSequence);
    Objects.requireNonNull(headHash);
  }

  public boolean whole() {
    return firstBadSequence.isEmpty();
  }
}
