package eus.bakq.server.credential;

import eus.bakq.server.vocabulary.Bytes;
import java.util.Objects;

/**
 * A wrapped key under its citizen's seal: what is stored.
 *
 * @param version of the seal's format
 * @param salt 32 bytes, fresh for each seal
 * @param nonce 12 bytes, fresh for each seal
 * @param ciphertext the wrapped key and a tag of 16 bytes
 */
public record SealedKey(int version, Bytes salt, Bytes nonce, Bytes ciphertext) {
  public SealedKey {
    Objects.requireNonNull(ciphertext);
    if (salt.size() != 32 || nonce.size() != 12) {
      throw new IllegalArgumentException("a seal has a salt of 32 bytes and a nonce of 12");
    }
  }
}
