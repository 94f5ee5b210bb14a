package eus.bakq.server.sam;

import eus.bakq.server.vocabulary.Bytes;

/**
 * Signature activation data as somebody presents them: nothing of it is believed before {@link
 * ActivationVerifier} has judged it.
 *
 * @param encoded at most 64 KiB
 * @param mac by the record token's SAD key: 32 bytes
 */
public record UnverifiedActivationData(Bytes encoded, Bytes mac) {
  static final int MOST_BYTES = 64 * 1024;
  private static final int MAC_SIZE = 32;

  public UnverifiedActivationData {
    if (encoded.size() > MOST_BYTES || mac.size() != MAC_SIZE) {
      throw new IllegalArgumentException(
          "activation data have at most 64 KiB, and a MAC of 32 bytes");
    }
  }
}
