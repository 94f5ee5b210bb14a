package eus.bakq.server.hsm;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Bytes;
import org.junit.jupiter.api.Test;

/** The fake does what the token does, and fails on order. */
class SoftwareInfrastructureKeysTest extends InfrastructureKeysContract {
  private final SoftwareInfrastructureKeys keys = new SoftwareInfrastructureKeys();

  @Override
  InfrastructureKeys keys() {
    return keys;
  }

  @Test
  void failsOnOrder() {
    keys.setAnswering(false);

    assertThatThrownBy(() -> keys.sign(SigningKey.OCSP, Bytes.copyOf(new byte[32])))
        .isInstanceOf(UnavailableException.class);
    assertThatThrownBy(() -> keys.mac(MacKey.ROWS, new byte[1]))
        .isInstanceOf(UnavailableException.class);
  }
}
