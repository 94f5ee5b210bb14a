package eus.bakq.hsmconfig;

import static eus.bakq.pkcs11.AttributeType.CKA_EC_PARAMS;
import static eus.bakq.pkcs11.AttributeType.CKA_EC_POINT;

import eus.bakq.pkcs11.Template;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** From PKCS#11's forms of elliptic curve values to those of X.509. */
final class EllipticCurves {
  private EllipticCurves() {}

  /** The SubjectPublicKeyInfo of a public key object's attributes. */
  static SubjectPublicKeyInfo publicKey(Template attributes) throws IOException {
    ASN1Primitive curve = ASN1Primitive.fromByteArray(attributes.octets(CKA_EC_PARAMS));
    ASN1OctetString point = ASN1OctetString.getInstance(attributes.octets(CKA_EC_POINT));
    return new SubjectPublicKeyInfo(
        new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve), point.getOctets());
  }

  /** The DER form of a signature that is r and s, of equal size, one after the other. */
  static byte[] derSignature(byte[] raw) throws IOException {
    int half = raw.length / 2;
    return new DERSequence(
            new ASN1Integer[] {
              new ASN1Integer(new BigInteger(1, Arrays.copyOf(raw, half))),
              new ASN1Integer(new BigInteger(1, Arrays.copyOfRange(raw, half, raw.length)))
            })
        .getEncoded();
  }
}
