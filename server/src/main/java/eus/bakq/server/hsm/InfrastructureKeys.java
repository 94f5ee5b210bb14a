package eus.bakq.server.hsm;

import eus.bakq.server.vocabulary.Bytes;
import java.security.PublicKey;

/**
 * The HSM's own keys. Safe for several threads; throws {@link
 * eus.bakq.server.failure.UnavailableException} as {@link CitizenKeys}.
 */
public interface InfrastructureKeys {
  /**
   * HMAC-SHA-256 of {@code input}: 32 bytes, which belong to the caller. {@code input} may be
   * secret: it is not kept.
   *
   * @param input at most 64 KiB
   */
  byte[] mac(MacKey key, byte[] input);

  /** {@code size} bytes from the record token's random generator; at most 1024. */
  byte[] random(int size);

  /**
   * The ECDSA signature of {@code key} over {@code hash}: in DER, verified with the public key of
   * the transcript before it is handed out.
   *
   * @param hash SHA-256 of what is signed: 32 bytes
   */
  Bytes sign(SigningKey key, Bytes hash);

  /** The public key that verifies what {@code key} signs. */
  PublicKey publicKey(SigningKey key);
}
