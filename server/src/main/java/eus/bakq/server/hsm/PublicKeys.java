package eus.bakq.server.hsm;

import static eus.bakq.pkcs11.AttributeType.CKA_EC_POINT;
import static eus.bakq.pkcs11.AttributeType.CKA_MODULUS;
import static eus.bakq.pkcs11.AttributeType.CKA_PUBLIC_EXPONENT;

import eus.bakq.pkcs11.ObjectHandle;
import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.Template;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** Public keys of a token, as Java knows them. */
final class PublicKeys {
  private PublicKeys() {}

  /** The public key of {@code algorithm} that is the object {@code handle}. */
  static PublicKey read(Pkcs11Session session, ObjectHandle handle, KeyAlgorithm algorithm)
      throws Pkcs11Exception {
    return switch (algorithm) {
      case EC_P256 -> p256(session.attributes(handle, List.of(CKA_EC_POINT)));
      case RSA_3072 -> rsa(session.attributes(handle, List.of(CKA_MODULUS, CKA_PUBLIC_EXPONENT)));
    };
  }

  /** The elliptic curve key of a SubjectPublicKeyInfo. */
  static PublicKey elliptic(byte[] subjectPublicKeyInfo) {
    try {
      return KeyFactory.getInstance("EC")
          .generatePublic(new X509EncodedKeySpec(subjectPublicKeyInfo));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not a public key on a curve", e);
    }
  }

  private static PublicKey p256(Template attributes) {
    ASN1OctetString point = ASN1OctetString.getInstance(attributes.octets(CKA_EC_POINT));
    SubjectPublicKeyInfo key =
        new SubjectPublicKeyInfo(
            new AlgorithmIdentifier(
                X9ObjectIdentifiers.id_ecPublicKey, SECObjectIdentifiers.secp256r1),
            point.getOctets());
    try {
      return elliptic(key.getEncoded());
    } catch (IOException e) {
      throw new IllegalStateException("a public key has a DER form", e);
    }
  }

  private static PublicKey rsa(Template attributes) {
    BigInteger modulus = new BigInteger(1, attributes.octets(CKA_MODULUS));
    BigInteger exponent = new BigInteger(1, attributes.octets(CKA_PUBLIC_EXPONENT));
    try {
      return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not an RSA public key", e);
    }
  }
}
