package eus.bakq.server.hsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.vocabulary.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.Signature;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;

/** What every {@link InfrastructureKeys} does: the token's, and the one in software. */
abstract class InfrastructureKeysContract {
  private static final byte[] INPUT = "what is authenticated".getBytes(StandardCharsets.UTF_8);

  /** The one under test; the same at each call. */
  abstract InfrastructureKeys keys();

  /** KEY-13: one key for each purpose. */
  @Test
  void hasAKeyOfItsOwnForEachPurpose() {
    Set<Bytes> macs = new HashSet<>();
    for (MacKey key : MacKey.values()) {
      byte[] mac = keys().mac(key, INPUT);
      assertThat(mac).hasSize(32).isEqualTo(keys().mac(key, INPUT));
      macs.add(Bytes.copyOf(mac));
    }
    assertThat(macs).hasSize(MacKey.values().length);
  }

  @Test
  void macsAnythingUpTo64KiB() {
    assertThat(keys().mac(MacKey.ROWS, new byte[0])).hasSize(32);
    assertThat(keys().mac(MacKey.ROWS, new byte[65_536])).hasSize(32);
    assertThatThrownBy(() -> keys().mac(MacKey.ROWS, new byte[65_537]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void givesRandomBytesOfTheSizeAskedFor() {
    assertThat(keys().random(1024)).hasSize(1024);
    assertThat(keys().random(32)).isNotEqualTo(keys().random(32));
    for (int wrong : List.of(0, 1025)) {
      assertThatThrownBy(() -> keys().random(wrong)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void signsAHashThatAnotherLibraryVerifies() throws Exception {
    for (SigningKey key : SigningKey.values()) {
      Bytes value = keys().sign(key, Bytes.copyOf(Bytes.sha256(INPUT)));

      Signature verifier = Signature.getInstance("SHA256withECDSA", new BouncyCastleProvider());
      verifier.initVerify(keys().publicKey(key));
      verifier.update(INPUT);
      assertThat(verifier.verify(value.toByteArray())).isTrue();
    }
  }

  @Test
  void signsNothingButAHash() {
    for (int wrong : List.of(0, 31, 33, 64)) {
      assertThatThrownBy(() -> keys().sign(SigningKey.OCSP, Bytes.copyOf(new byte[wrong])))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
