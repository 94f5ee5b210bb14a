package eus.bakq.server.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** KEY-02, KEY-03. */
class AlgorithmPolicyTest {
  private static final Instant END = AlgorithmPolicy.end("2029-01-01");
  private static final Instant LATER = AlgorithmPolicy.end("2031-06-15");

  @Test
  void anAlgorithmEndsWhenItsDayBegins() {
    AlgorithmPolicy policy = with(SignatureScheme.RSA_3072_PKCS1, END);

    assertThat(policy.allows(SignatureAlgorithm.RSA_3072_PKCS1_SHA512, END.minusSeconds(1)))
        .isTrue();
    assertThat(policy.allows(SignatureAlgorithm.RSA_3072_PKCS1_SHA512, END)).isFalse();
    assertThat(policy.allows(SignatureAlgorithm.RSA_3072_PSS_SHA512, END)).isTrue();
  }

  @Test
  void anAlgorithmEndsWithItsHashToo() {
    AlgorithmPolicy policy = with(DigestAlgorithm.SHA256, END);

    assertThat(policy.allows(SignatureAlgorithm.ECDSA_P256_SHA256, END)).isFalse();
    assertThat(policy.allows(SignatureAlgorithm.ECDSA_P256_SHA384, END)).isTrue();
  }

  @Test
  void aKeyEndsWithTheLastOfItsAlgorithms() {
    assertThat(with(SignatureScheme.RSA_3072_PKCS1, END).lastEnd(KeyAlgorithm.RSA_3072)).isEmpty();
    assertThat(with(SignatureScheme.ECDSA_P256, END).lastEnd(KeyAlgorithm.EC_P256)).contains(END);

    Map<DigestAlgorithm, Instant> digests = new EnumMap<>(AlgorithmPolicy.everything().digests());
    digests.put(DigestAlgorithm.SHA256, END);
    digests.put(DigestAlgorithm.SHA384, END);
    digests.put(DigestAlgorithm.SHA512, LATER);
    assertThat(
            new AlgorithmPolicy(AlgorithmPolicy.everything().schemes(), digests)
                .lastEnd(KeyAlgorithm.EC_P256))
        .contains(LATER);
  }

  @Test
  void anEndIsADayOrNone() {
    assertThat(AlgorithmPolicy.end("none")).isEqualTo(AlgorithmPolicy.NO_END);
    assertThat(END).isEqualTo(Instant.parse("2029-01-01T00:00:00Z"));
    assertThatThrownBy(() -> AlgorithmPolicy.end("never")).hasMessageContaining("2029-01-01");
  }

  @Test
  void nothingIsForgotten() {
    assertThatThrownBy(() -> new AlgorithmPolicy(Map.of(), AlgorithmPolicy.everything().digests()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static AlgorithmPolicy with(SignatureScheme scheme, Instant end) {
    Map<SignatureScheme, Instant> schemes = new EnumMap<>(AlgorithmPolicy.everything().schemes());
    schemes.put(scheme, end);
    return new AlgorithmPolicy(schemes, AlgorithmPolicy.everything().digests());
  }

  private static AlgorithmPolicy with(DigestAlgorithm digest, Instant end) {
    Map<DigestAlgorithm, Instant> digests = new EnumMap<>(AlgorithmPolicy.everything().digests());
    digests.put(digest, end);
    return new AlgorithmPolicy(AlgorithmPolicy.everything().schemes(), digests);
  }
}
