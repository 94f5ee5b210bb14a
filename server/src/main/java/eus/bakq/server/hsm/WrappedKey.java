package eus.bakq.server.hsm;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import java.util.Objects;

/**
 * A citizen's key as it leaves the HSM: encrypted under the wrapping key of an epoch. Never stored
 * as it is: {@code credential} seals the blob first. Whoever holds this and the custody token's PIN
 * can sign.
 *
 * @param epoch the label of the wrapping key, such as {@code wrap-2026-1}
 * @param wrapMechanism the PKCS#11 mechanism (CKM_…) that wrapped it; the same number means other
 *     bytes at another vendor
 * @param wrapParameter the mechanism's parameter; empty for none
 * @param blob 80 bytes for P-256, 1808 for RSA-3072, on SoftHSM2
 */
public record WrappedKey(
    String epoch, long wrapMechanism, Bytes wrapParameter, KeyAlgorithm algorithm, Bytes blob) {
  public WrappedKey {
    Objects.requireNonNull(epoch);
    Objects.requireNonNull(wrapParameter);
    Objects.requireNonNull(algorithm);
    if (blob.isEmpty() || blob.size() > 8192) {
      throw new IllegalArgumentException("a wrapped key has 1 to 8192 bytes");
    }
  }
}
