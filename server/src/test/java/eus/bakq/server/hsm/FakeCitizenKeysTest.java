package eus.bakq.server.hsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FakeCitizenKeysTest extends CitizenKeysContract {
  private final FakeCitizenKeys fake = new FakeCitizenKeys();

  @Override
  CitizenKeys keys() {
    return fake;
  }

  @Test
  void failsBeforeOrAfterItHasSigned() {
    WrappedKey key = generate(SignatureAlgorithm.ECDSA_P256_SHA256).wrapped();
    int before = fake.signatures();

    fake.failNext(FakeCitizenKeys.Failure.BEFORE_SIGNING);
    assertThatThrownBy(() -> fake.sign(key, List.of(p256("one"))))
        .isInstanceOf(UnavailableException.class);
    assertThat(fake.signatures()).isEqualTo(before);

    fake.failNext(FakeCitizenKeys.Failure.AFTER_SIGNING);
    assertThatThrownBy(() -> fake.sign(key, List.of(p256("one"))))
        .isInstanceOf(UnavailableException.class);
    assertThat(fake.signatures()).isEqualTo(before + 1);
  }

  @ParameterizedTest
  @EnumSource(names = {"BEFORE_SIGNING", "AFTER_SIGNING"})
  void failsOnlyOnce(FakeCitizenKeys.Failure failure) throws Exception {
    WrappedKey key = generate(SignatureAlgorithm.ECDSA_P256_SHA256).wrapped();
    fake.failNext(failure);
    assertThatThrownBy(() -> fake.sign(key, List.of(p256("one"))))
        .isInstanceOf(UnavailableException.class);

    assertThat(fake.sign(key, List.of(p256("one"))).values()).hasSize(1);
  }
}
