package eus.bakq.server.credential;

import eus.bakq.server.hsm.WrappedKey;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.SecretBytes;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * The citizen's own layer over a wrapped key (docs/sole-control.md section 3): AES-256-GCM under
 * HKDF-SHA-256 of {@code S}, which comes of the password and of a key in the HSM. Each derived key
 * seals exactly one message. Safe for several threads.
 */
public final class Seal {
  /** The only format there is. There is no format without a seal. */
  static final int VERSION = 1;

  private static final int TAG_BITS = 128;

  private final SecureRandom random;

  public Seal(SecureRandom random) {
    this.random = random;
  }

  /**
   * Seals {@code key} so that only {@code activationSecret} opens it, and only for {@code binding}.
   */
  public SealedKey close(WrappedKey key, SecretBytes activationSecret, SealBinding binding) {
    byte[] salt = new byte[32];
    byte[] nonce = new byte[12];
    random.nextBytes(salt);
    random.nextBytes(nonce);
    return close(key, activationSecret, binding, Bytes.copyOf(salt), Bytes.copyOf(nonce));
  }

  /** With given randomness, for known-answer tests. */
  static SealedKey close(
      WrappedKey key, SecretBytes activationSecret, SealBinding binding, Bytes salt, Bytes nonce) {
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(
          Cipher.ENCRYPT_MODE,
          derive(activationSecret, salt, binding),
          new GCMParameterSpec(TAG_BITS, nonce.toByteArray()));
      cipher.updateAAD(binding.authenticatedData(VERSION));
      return new SealedKey(
          VERSION, salt, nonce, Bytes.copyOf(cipher.doFinal(key.blob().toByteArray())));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES-256-GCM and HKDF", e);
    }
  }

  /**
   * The wrapped key, or empty if {@code activationSecret} or {@code binding} are not those it was
   * sealed with.
   */
  public Optional<WrappedKey> open(
      SealedKey sealed, SecretBytes activationSecret, SealBinding binding) {
    if (sealed.version() != VERSION) {
      return Optional.empty();
    }
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(
          Cipher.DECRYPT_MODE,
          derive(activationSecret, sealed.salt(), binding),
          new GCMParameterSpec(TAG_BITS, sealed.nonce().toByteArray()));
      cipher.updateAAD(binding.authenticatedData(sealed.version()));
      byte[] blob = cipher.doFinal(sealed.ciphertext().toByteArray());
      return Optional.of(
          new WrappedKey(
              binding.epoch(),
              binding.wrapMechanism(),
              binding.wrapParameter(),
              binding.algorithm(),
              Bytes.copyOf(blob)));
    } catch (AEADBadTagException e) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES-256-GCM and HKDF", e);
    }
  }

  private static SecretKey derive(SecretBytes activationSecret, Bytes salt, SealBinding binding)
      throws GeneralSecurityException {
    byte[] info =
        Encoding.of("bakq/seal-key/v1")
            .id(binding.credential().value())
            .number(VERSION)
            .toByteArray();
    KDF hkdf = KDF.getInstance("HKDF-SHA256");
    HKDFParameterSpec parameters =
        activationSecret.use(
            secret ->
                HKDFParameterSpec.ofExtract()
                    .addIKM(secret)
                    .addSalt(salt.toByteArray())
                    .thenExpand(info, 32));
    return hkdf.deriveKey("AES", parameters);
  }
}
