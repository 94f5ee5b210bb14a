package eus.bakq.server.document;

import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureValue;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;

/**
 * Verifies signature values with the platform's own providers: other code than what made them. For
 * RSASSA-PSS the parameters are the ones that {@link SignatureAlgorithm} says and no others.
 */
public final class SignatureValueCheck {
  private SignatureValueCheck() {}

  /**
   * Whether {@code value} is a signature over {@code message} with the private half of {@code key}.
   * False also for a value of a wrong form and for a key of another kind.
   */
  public static boolean verifies(PublicKey key, byte[] message, SignatureValue value) {
    try {
      Signature signature = signature(value.algorithm());
      signature.initVerify(key);
      signature.update(message);
      return signature.verify(value.value().toByteArray());
    } catch (InvalidKeyException | SignatureException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the platform lacks " + value.algorithm(), e);
    }
  }

  private static Signature signature(SignatureAlgorithm algorithm) throws GeneralSecurityException {
    String digest = algorithm.digest().name();
    return switch (algorithm.scheme()) {
      case ECDSA_P256 -> Signature.getInstance(digest + "withECDSA");
      case RSA_3072_PKCS1 -> Signature.getInstance(digest + "withRSA");
      case RSA_3072_PSS -> pss(algorithm.digest());
    };
  }

  private static Signature pss(DigestAlgorithm digest) throws GeneralSecurityException {
    Signature signature = Signature.getInstance("RSASSA-PSS");
    signature.setParameter(
        new PSSParameterSpec(
            digest.javaName(),
            "MGF1",
            new MGF1ParameterSpec(digest.javaName()),
            digest.size(),
            PSSParameterSpec.TRAILER_FIELD_BC));
    return signature;
  }
}
