package eus.bakq.server.hsm;

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
}
