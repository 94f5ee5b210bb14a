package eus.bakq.server.signing;

import eus.bakq.server.hsm.InfrastructureKeys;
import eus.bakq.server.hsm.MacKey;
import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.SignatureRequestId;
import eus.bakq.server.vocabulary.UploadId;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * Documents at rest: AES-256-GCM under a key that only the HSM can derive for the request, or for
 * the upload of one caller (PRV-04). Each part is bound to where it belongs, its place and its
 * role, so that none can be put in another's place. Safe for several threads.
 */
final class DocumentVault {
  private static final int NONCE_SIZE = 12;
  private static final int TAG_BITS = 128;

  /** What a part is. */
  enum Role {
    ORIGINAL,
    PREPARED,
    VALUE,
    SIGNED,
    UPLOAD
  }

  /** The parts of one request, or one upload; holds its key. */
  final class Box {
    private final UUID owner;
    private final SecretKey key;

    private Box(UUID owner, SecretKey key) {
      this.owner = owner;
      this.key = key;
    }

    byte[] close(int ordinal, Role role, Bytes plain) {
      byte[] nonce = new byte[NONCE_SIZE];
      random.nextBytes(nonce);
      try {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(boundTo(ordinal, role));
        byte[] encrypted = cipher.doFinal(plain.toByteArray());
        return ByteBuffer.allocate(NONCE_SIZE + encrypted.length).put(nonce).put(encrypted).array();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every Java platform has AES-256-GCM", e);
      }
    }

    /** AlteredRowException if the part was altered: the database is not to be trusted then. */
    Bytes open(int ordinal, Role role, byte[] encrypted) {
      try {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(
            Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, encrypted, 0, NONCE_SIZE));
        cipher.updateAAD(boundTo(ordinal, role));
        return Bytes.copyOf(cipher.doFinal(encrypted, NONCE_SIZE, encrypted.length - NONCE_SIZE));
      } catch (GeneralSecurityException | IllegalArgumentException e) {
        throw new AlteredRowException("documents", owner.toString(), e);
      }
    }

    private byte[] boundTo(int ordinal, Role role) {
      return Encoding.of("bakq/document/v1")
          .id(owner)
          .number(ordinal)
          .text(role.name())
          .toByteArray();
    }
  }

  private final InfrastructureKeys keys;
  private final SecureRandom random;

  DocumentVault(InfrastructureKeys keys, SecureRandom random) {
    this.keys = keys;
    this.random = random;
  }

  /** One HMAC in the HSM. */
  Box box(SignatureRequestId request) {
    return box(request.value(), Encoding.of("bakq/documents/v1").id(request.value()));
  }

  /** The box of what {@code caller} uploaded as {@code upload}; one HMAC in the HSM. */
  Box box(UploadId upload, CallerName caller) {
    return box(
        upload.value(),
        Encoding.of("bakq/uploaded-document/v1").id(upload.value()).text(caller.value()));
  }

  private Box box(UUID owner, Encoding boundTo) {
    byte[] secret = keys.mac(MacKey.DOCUMENTS, boundTo.toByteArray());
    try {
      SecretKey key =
          KDF.getInstance("HKDF-SHA256")
              .deriveKey(
                  "AES",
                  HKDFParameterSpec.ofExtract()
                      .addIKM(secret)
                      .thenExpand(Encoding.of("bakq/document-key/v1").toByteArray(), 32));
      return new Box(owner, key);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HKDF-SHA256", e);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }
}
