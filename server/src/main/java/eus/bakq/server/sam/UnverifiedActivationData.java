package eus.bakq.server.sam;

import eus.bakq.server.vocabulary.Bytes;
import java.util.Objects;

/**
 * Signature activation data as somebody presents them: nothing of it is believed before {@link
 * ActivationVerifier} has judged it.
 *
 * @param encoded at most 64 KiB
 * @param mac by the record token's SAD key: 32 bytes
 */
public record UnverifiedActivationData(Bytes encoded, Bytes mac) {
  public UnverifiedActivationData {
    Objects.requireNonNull(encoded);
    Objects.requireNonNull(mac);
  }
}
