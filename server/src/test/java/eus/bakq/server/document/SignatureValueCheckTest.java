package eus.bakq.server.document;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureValue;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import org.junit.jupiter.api.Test;

class SignatureValueCheckTest {
  private static final byte[] MESSAGE = "message".getBytes(StandardCharsets.US_ASCII);
  private static final SignatureAlgorithm PSS = SignatureAlgorithm.RSA_3072_PSS_SHA256;

  /** SIG-02. */
  @Test
  void acceptsOnlyTheParametersThatTheAlgorithmSays() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(3072);
    KeyPair keys = generator.generateKeyPair();

    assertThat(
            verifies(
                keys, new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1)))
        .isTrue();
    assertThat(
            verifies(
                keys, new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 20, 1)))
        .isFalse();
    assertThat(
            verifies(keys, new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA1, 32, 1)))
        .isFalse();
  }

  @Test
  void aKeyOfAnotherKindOrAValueOfAnotherFormVerifiesNothing() {
    SignatureValue garbage = new SignatureValue(PSS, Bytes.copyOf(new byte[] {1, 2, 3}));
    SignatureValue notDer =
        new SignatureValue(SignatureAlgorithm.ECDSA_P256_SHA256, Bytes.copyOf(new byte[64]));

    assertThat(
            SignatureValueCheck.verifies(
                SoftwareSigner.chain(PSS).getFirst().getPublicKey(), MESSAGE, garbage))
        .isFalse();
    assertThat(
            SignatureValueCheck.verifies(
                SoftwareSigner.chain(PSS).getFirst().getPublicKey(), MESSAGE, notDer))
        .isFalse();
    assertThat(
            SignatureValueCheck.verifies(
                SoftwareSigner.chain(SignatureAlgorithm.ECDSA_P256_SHA256)
                    .getFirst()
                    .getPublicKey(),
                MESSAGE,
                notDer))
        .isFalse();
  }

  private static boolean verifies(KeyPair keys, PSSParameterSpec parameters) throws Exception {
    Signature signature = Signature.getInstance("RSASSA-PSS");
    signature.setParameter(parameters);
    signature.initSign(keys.getPrivate());
    signature.update(MESSAGE);
    return SignatureValueCheck.verifies(
        keys.getPublic(), MESSAGE, new SignatureValue(PSS, Bytes.copyOf(signature.sign())));
  }
}
