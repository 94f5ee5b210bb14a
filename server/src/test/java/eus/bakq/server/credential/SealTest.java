package eus.bakq.server.credential;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.server.hsm.WrappedKey;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignerId;
import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.util.Properties;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * KEY-06, KEY-07, SAD-15: a seal opens with its citizen's secret and for its own credential, and
 * for nothing else.
 */
class SealTest {
  private static final Bytes SECRET =
      Bytes.fromHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  private static final SealBinding BINDING =
      binding(new SignerId(new UUID(0, 1)), 3, "wrap-2026-1");
  private static final WrappedKey KEY =
      new WrappedKey(
          "wrap-2026-1", 0x210A, Bytes.empty(), KeyAlgorithm.EC_P256, Bytes.copyOf(new byte[80]));

  private final Seal seal = new Seal(new SecureRandom());

  private static SealBinding binding(SignerId signer, int generation, String epoch) {
    return binding(signer, CredentialPurpose.SIGNATURE, generation, epoch);
  }

  private static SealBinding binding(
      SignerId signer, CredentialPurpose purpose, int generation, String epoch) {
    return new SealBinding(
        signer,
        new CredentialId(new UUID(0, 2)),
        purpose,
        Bytes.copyOf(new byte[32]),
        "bakq/password+sms/v1",
        generation,
        epoch,
        0x210A,
        Bytes.empty(),
        KeyAlgorithm.EC_P256);
  }

  private static SecretBytes secret() {
    return SecretBytes.takeOver(SECRET.toByteArray());
  }

  @Test
  void opensWithTheSecretAndTheBindingItWasClosedWith() {
    SealedKey sealed = seal.close(KEY, secret(), BINDING);

    assertThat(seal.open(sealed, secret(), BINDING)).contains(KEY);
  }

  @Test
  void doesNotOpenWithAnotherSecret() {
    SealedKey sealed = seal.close(KEY, secret(), BINDING);
    byte[] other = SECRET.toByteArray();
    other[31] ^= 1;

    assertThat(seal.open(sealed, SecretBytes.takeOver(other), BINDING)).isEmpty();
  }

  @Test
  void doesNotOpenForAnotherSignerPasswordOrEpoch() {
    SealedKey sealed = seal.close(KEY, secret(), BINDING);

    assertThat(seal.open(sealed, secret(), binding(new SignerId(new UUID(0, 9)), 3, "wrap-2026-1")))
        .isEmpty();
    assertThat(seal.open(sealed, secret(), binding(new SignerId(new UUID(0, 1)), 4, "wrap-2026-1")))
        .isEmpty();
    assertThat(seal.open(sealed, secret(), binding(new SignerId(new UUID(0, 1)), 3, "wrap-2027-1")))
        .isEmpty();
  }

  /** CRT-04: what signs documents never says who somebody is, and the other way round. */
  @Test
  void doesNotOpenForAnotherPurpose() {
    SignerId signer = BINDING.signer();
    SealBinding other = binding(signer, CredentialPurpose.AUTHENTICATION, 3, "wrap-2026-1");

    assertThat(seal.open(seal.close(KEY, secret(), BINDING), secret(), other)).isEmpty();
    assertThat(seal.open(seal.close(KEY, secret(), other), secret(), BINDING)).isEmpty();
    assertThat(seal.open(seal.close(KEY, secret(), other), secret(), other)).contains(KEY);
  }

  @Test
  void doesNotOpenWhenOneBitOfItWasChanged() {
    SealedKey sealed = seal.close(KEY, secret(), BINDING);
    for (int i = 0; i < sealed.ciphertext().size(); i++) {
      byte[] altered = sealed.ciphertext().toByteArray();
      altered[i] ^= 0x10;
      SealedKey other =
          new SealedKey(sealed.version(), sealed.salt(), sealed.nonce(), Bytes.copyOf(altered));

      assertThat(seal.open(other, secret(), BINDING)).as("byte %d", i).isEmpty();
    }
  }

  @Test
  void neverSealsTwiceAlike() {
    SealedKey first = seal.close(KEY, secret(), BINDING);
    SealedKey second = seal.close(KEY, secret(), BINDING);

    assertThat(first.salt()).isNotEqualTo(second.salt());
    assertThat(first.nonce()).isNotEqualTo(second.nonce());
    assertThat(first.ciphertext()).isNotEqualTo(second.ciphertext());
  }

  /**
   * The vector was computed by another program (OpenSSL and Python's hmac), from
   * docs/sole-control.md alone.
   */
  @Test
  void givesTheKnownAnswer() throws IOException {
    Properties vector = new Properties();
    try (InputStream in =
        SealTest.class.getResourceAsStream("/eus/bakq/fixtures/vectors/seal.properties")) {
      vector.load(in);
    }

    SealedKey sealed =
        Seal.close(
            KEY,
            secret(),
            BINDING,
            Bytes.fromHex(vector.getProperty("salt")),
            Bytes.fromHex(vector.getProperty("nonce")));

    assertThat(sealed.ciphertext().toHex()).isEqualTo(vector.getProperty("ciphertext"));
  }
}
