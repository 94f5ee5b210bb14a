package eus.bakq.server.hsm;

import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.SignatureValue;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.RSAPublicKey;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.NullDigest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.engines.RSAEngine;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.signers.PSSSigner;
import org.bouncycastle.crypto.signers.RSADigestSigner;

/** Verifies in software, from the hash, what a token signed (KEY-15). */
public final class SignatureVerification {
  private SignatureVerification() {}

  /** Whether {@code value} is a signature over {@code dtbs} that {@code publicKey} verifies. */
  public static boolean verifies(
      PublicKey publicKey, DtbsRepresentation dtbs, SignatureValue value) {
    byte[] hash = dtbs.digest().toByteArray();
    byte[] signature = value.value().toByteArray();
    return dtbs.algorithm() == value.algorithm()
        && switch (dtbs.algorithm().scheme()) {
          case ECDSA_P256 -> ecdsa(publicKey, hash, signature);
          case RSA_3072_PSS ->
              pss((RSAPublicKey) publicKey, dtbs.algorithm().digest(), hash, signature);
          case RSA_3072_PKCS1 ->
              pkcs1((RSAPublicKey) publicKey, dtbs.algorithm().digest(), hash, signature);
        };
  }

  /** Whether {@code der} is a signature over {@code hash}; a malformed one is not. */
  static boolean ecdsa(PublicKey publicKey, byte[] hash, byte[] der) {
    try {
      Signature verifier = Signature.getInstance("NONEwithECDSA");
      verifier.initVerify(publicKey);
      verifier.update(hash);
      return verifies(verifier, der);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform verifies ECDSA", e);
    }
  }

  private static boolean verifies(Signature verifier, byte[] der) {
    try {
      return verifier.verify(der);
    } catch (SignatureException malformed) {
      return false;
    }
  }

  private static boolean pss(
      RSAPublicKey publicKey, DigestAlgorithm digest, byte[] hash, byte[] signature) {
    PSSSigner verifier =
        PSSSigner.createRawSigner(
            new RSAEngine(), software(digest), software(digest), digest.size(), (byte) 0xBC);
    verifier.init(false, parameters(publicKey));
    verifier.update(hash, 0, hash.length);
    return verifier.verifySignature(signature);
  }

  private static boolean pkcs1(
      RSAPublicKey publicKey, DigestAlgorithm digest, byte[] hash, byte[] signature) {
    RSADigestSigner verifier = new RSADigestSigner(new NullDigest(), identifier(digest));
    verifier.init(false, parameters(publicKey));
    verifier.update(hash, 0, hash.length);
    return verifier.verifySignature(signature);
  }

  private static Digest software(DigestAlgorithm digest) {
    return switch (digest) {
      case SHA256 -> new SHA256Digest();
      case SHA384 -> new SHA384Digest();
      case SHA512 -> new SHA512Digest();
    };
  }

  private static ASN1ObjectIdentifier identifier(DigestAlgorithm digest) {
    return switch (digest) {
      case SHA256 -> NISTObjectIdentifiers.id_sha256;
      case SHA384 -> NISTObjectIdentifiers.id_sha384;
      case SHA512 -> NISTObjectIdentifiers.id_sha512;
    };
  }

  /** The token made the modulus: to look for prime factors in it costs more than to verify. */
  private static RSAKeyParameters parameters(RSAPublicKey publicKey) {
    return new RSAKeyParameters(false, publicKey.getModulus(), publicKey.getPublicExponent(), true);
  }
}
