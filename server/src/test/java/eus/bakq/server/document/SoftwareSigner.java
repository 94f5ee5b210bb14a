package eus.bakq.server.document;

import eus.bakq.fixtures.Pki;
import eus.bakq.fixtures.PkiIdentity;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureScheme;
import eus.bakq.server.vocabulary.SignatureValue;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * Stands where the HSM stands: signs a hash, with software keys. One authority and one key of each
 * kind for all tests of documents, because making an RSA key takes seconds.
 */
final class SoftwareSigner {
  static final Pki PKI = Pki.create("authority of signers");
  private static final PkiIdentity EC = PKI.signerWithEcKey("Ane Etxeberria");
  private static final PkiIdentity RSA = PKI.signerWithRsaKey("Jon Garmendia");
  private static final BouncyCastleProvider BOUNCY_CASTLE = new BouncyCastleProvider();

  private SoftwareSigner() {}

  static List<X509Certificate> chain(SignatureAlgorithm algorithm) {
    return List.of(identity(algorithm).certificate());
  }

  static SignatureValue sign(DtbsRepresentation dtbs) {
    return sign(dtbs, identity(dtbs.algorithm()).privateKey());
  }

  static SignatureValue sign(DtbsRepresentation dtbs, PrivateKey key) {
    try {
      Signature signature = signature(dtbs.algorithm());
      signature.initSign(key);
      signature.update(
          dtbs.algorithm().scheme() == SignatureScheme.RSA_3072_PKCS1
              ? digestInfo(dtbs)
              : dtbs.digest().toByteArray());
      return new SignatureValue(dtbs.algorithm(), Bytes.copyOf(signature.sign()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Signature signature(SignatureAlgorithm algorithm) throws GeneralSecurityException {
    return switch (algorithm.scheme()) {
      case ECDSA_P256 -> Signature.getInstance("NONEwithECDSA");
      case RSA_3072_PKCS1 -> Signature.getInstance("NONEwithRSA", BOUNCY_CASTLE);
      case RSA_3072_PSS -> {
        Signature pss = Signature.getInstance("RAWRSASSA-PSS", BOUNCY_CASTLE);
        String digest = algorithm.digest().javaName();
        pss.setParameter(
            new PSSParameterSpec(
                digest, "MGF1", new MGF1ParameterSpec(digest), algorithm.digestSize(), 1));
        yield pss;
      }
    };
  }

  /** What PKCS#1 v1.5 signs: the hash, and which it is. */
  private static byte[] digestInfo(DtbsRepresentation dtbs) {
    String prefix =
        switch (dtbs.algorithm().digest()) {
          case SHA256 -> "3031300d060960864801650304020105000420";
          case SHA384 -> "3041300d060960864801650304020205000430";
          case SHA512 -> "3051300d060960864801650304020305000440";
        };
    return Bytes.fromHex(prefix + dtbs.digest().toHex()).toByteArray();
  }

  private static PkiIdentity identity(SignatureAlgorithm algorithm) {
    return switch (algorithm.keyAlgorithm()) {
      case EC_P256 -> EC;
      case RSA_3072 -> RSA;
    };
  }
}
