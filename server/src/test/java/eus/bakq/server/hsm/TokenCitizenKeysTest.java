package eus.bakq.server.hsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.pkcs11.AttributeType;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.Template;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TokenCitizenKeysTest extends CitizenKeysContract {
  private TestCeremony ceremony;
  private Hsm hsm;

  @BeforeAll
  void open(@TempDir Path folder) throws Exception {
    ceremony = TestCeremony.hold(folder);
    hsm = Hsm.open(ceremony.settings(), new SecureRandom());
  }

  @AfterAll
  void close() {
    hsm.close();
  }

  @Override
  CitizenKeys keys() {
    return hsm.citizenKeys();
  }

  /** KEY-01. */
  @Test
  void leavesNoKeyInTheTokenWhateverTheOutcome() throws Exception {
    NewCitizenKey key = generate(SignatureAlgorithm.ECDSA_P256_SHA256);
    keys().sign(key.wrapped(), List.of(p256("one")));
    assertThatThrownBy(
            () -> keys().sign(withBlob(key.wrapped(), new byte[80]), List.of(p256("one"))))
        .isInstanceOf(UnusableKeyException.class);
    assertThatThrownBy(
            () ->
                keys()
                    .generate(
                        KeyAlgorithm.EC_P256,
                        publicKey -> {
                          throw new IllegalStateException("the caller's fault");
                        }))
        .hasMessage("the caller's fault");

    try (Pkcs11Session session = ceremony.attacker("custody")) {
      Template sessionObjects = Template.empty().with(AttributeType.CKA_TOKEN, false);
      assertThat(session.find(sessionObjects, 10)).isEmpty();
    }
  }

  @Test
  void wrapsUnderTheEpochOfTheTranscript() {
    WrappedKey wrapped = generate(SignatureAlgorithm.ECDSA_P256_SHA256).wrapped();

    assertThat(wrapped.epoch()).isEqualTo("wrap-2026-1");
    assertThat(wrapped.wrapMechanism()).isEqualTo(0x210AL);
    assertThat(wrapped.blob().size()).isEqualTo(80);
  }

  @Test
  void countsWhatItSigns() throws Exception {
    NewCitizenKey key = generate(SignatureAlgorithm.ECDSA_P256_SHA256);
    long before = hsm.counters().signatures();

    keys().sign(key.wrapped(), List.of(p256("one"), p256("two")));

    assertThat(hsm.counters().signatures()).isEqualTo(before + 2);
    assertThat(hsm.counters().generatedKeys()).isPositive();
  }
}
