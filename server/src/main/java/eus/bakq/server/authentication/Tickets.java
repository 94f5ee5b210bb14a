package eus.bakq.server.authentication;

import eus.bakq.server.hsm.InfrastructureKeys;
import eus.bakq.server.hsm.MacKey;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignerId;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * What carries the opening of the seal from the password to the code, on the citizen's side only
 * (docs/sole-control.md section 4): AES-256-GCM under a key of which one half is the HSM's and the
 * other lies in a row that is erased. Bound to the interaction, the signer, the credential, the
 * frozen set, its expiry and the program's key. Safe for several threads.
 */
final class Tickets {
  /** 12 bytes of nonce, 32 of content, 16 of tag: the same whatever was judged. */
  static final int SIZE = 60;

  static final int SHARE_SIZE = 32;
  private static final int CONTENT_SIZE = 32;
  private static final int NONCE_SIZE = 12;
  private static final int TAG_BITS = 128;
  private static final UUID NOBODY = new UUID(0, 0);

  private final InfrastructureKeys keys;
  private final SecureRandom random;

  Tickets(InfrastructureKeys keys, SecureRandom random) {
    this.keys = keys;
    this.random = random;
  }

  /** The HSM's half of the key of this interaction's ticket. */
  SecretBytes hsmHalf(InteractionId interaction) {
    return SecretBytes.takeOver(
        keys.mac(
            MacKey.TICKET,
            Encoding.of("bakq/ticket-key/v1").id(interaction.value()).toByteArray()));
  }

  /** The ticket that carries {@code activationSecret}. */
  byte[] make(
      SecretBytes hsmHalf,
      byte[] share,
      Interaction interaction,
      Challenge challenge,
      SecretBytes activationSecret) {
    if (activationSecret.size() != CONTENT_SIZE) {
      throw new IllegalArgumentException("a ticket carries 32 bytes");
    }
    byte[] nonce = new byte[NONCE_SIZE];
    random.nextBytes(nonce);
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(Cipher.ENCRYPT_MODE, key(hsmHalf, share), new GCMParameterSpec(TAG_BITS, nonce));
      cipher.updateAAD(boundTo(interaction, challenge));
      byte[] encrypted = activationSecret.use(secret -> doFinal(cipher, secret));
      return ByteBuffer.allocate(SIZE).put(nonce).put(encrypted).array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES-256-GCM", e);
    }
  }

  /** What the ticket carries, or empty if it was not made for exactly this, or was altered. */
  Optional<SecretBytes> open(
      SecretBytes hsmHalf,
      byte[] share,
      Interaction interaction,
      Challenge challenge,
      byte[] ticket) {
    if (ticket.length != SIZE) {
      return Optional.empty();
    }
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(
          Cipher.DECRYPT_MODE,
          key(hsmHalf, share),
          new GCMParameterSpec(TAG_BITS, ticket, 0, NONCE_SIZE));
      cipher.updateAAD(boundTo(interaction, challenge));
      return Optional.of(
          SecretBytes.takeOver(cipher.doFinal(ticket, NONCE_SIZE, ticket.length - NONCE_SIZE)));
    } catch (AEADBadTagException e) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES-256-GCM", e);
    }
  }

  private static byte[] doFinal(Cipher cipher, byte[] input) {
    try {
      return cipher.doFinal(input);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM encrypts 32 bytes", e);
    }
  }

  private static SecretKey key(SecretBytes hsmHalf, byte[] share) throws GeneralSecurityException {
    byte[] both =
        hsmHalf.use(
            half -> ByteBuffer.allocate(half.length + share.length).put(half).put(share).array());
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveKey(
              "AES",
              HKDFParameterSpec.ofExtract()
                  .addIKM(both)
                  .thenExpand(Encoding.of("bakq/ticket/v1").toByteArray(), 32));
    } finally {
      Arrays.fill(both, (byte) 0);
    }
  }

  private static byte[] boundTo(Interaction interaction, Challenge challenge) {
    return Encoding.of("bakq/ticket/v1")
        .id(interaction.id().value())
        .id(challenge.signer().map(SignerId::value).orElse(NOBODY))
        .id(challenge.credential().map(CredentialId::value).orElse(NOBODY))
        .bytes(challenge.frozenSet())
        .time(challenge.expiresAt())
        .bytes(ProgramKey.parse(interaction.programKey()).thumbprint())
        .toByteArray();
  }

  /** Fresh randomness for the half that lies in the row. */
  byte[] freshShare() {
    byte[] share = new byte[SHARE_SIZE];
    random.nextBytes(share);
    return share;
  }

  /** What a ticket carries after a wrong password: nothing that opens anything. */
  SecretBytes freshDecoy() {
    byte[] decoy = new byte[CONTENT_SIZE];
    random.nextBytes(decoy);
    return SecretBytes.takeOver(decoy);
  }

  /** SHA-256 of a ticket as it was presented, which the program's proof names. */
  static Bytes hash(SecretBytes ticket) {
    return ticket.use(value -> Bytes.copyOf(Bytes.sha256(value)));
  }
}
