package eus.bakq.server.certificate;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureValue;
import java.io.IOException;
import java.security.PublicKey;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.CertificationRequestInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSASSAPSSparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * Makes PKCS#10 requests in two steps, around a key that only the HSM can use. Both steps build the
 * same bytes from the same arguments, so nothing has to be kept in between.
 */
public final class CertificationRequests {
  private static final ASN1Set NO_ATTRIBUTES = new DERSet();

  private CertificationRequests() {}

  /**
   * The hash of the request's information for {@code subject} and {@code key}, to be signed by that
   * key.
   */
  public static DtbsRepresentation toBeSigned(
      CertificateSubject subject, PublicKey key, SignatureAlgorithm algorithm) {
    return new DtbsRepresentation(
        algorithm, Bytes.copyOf(signedPart(subject, key)).digest(algorithm.digest()));
  }

  /** The request with its signature, which is not verified here. */
  public static CertificationRequest assemble(
      CertificateSubject subject, PublicKey key, SignatureValue proof) {
    return new CertificationRequest(
        Bytes.copyOf(
            encode(
                new org.bouncycastle.asn1.pkcs.CertificationRequest(
                    information(subject, key),
                    identifier(proof.algorithm()),
                    new DERBitString(proof.value().toByteArray())))));
  }

  /** What the proof is over, in DER. */
  static byte[] signedPart(CertificateSubject subject, PublicKey key) {
    return encode(information(subject, key));
  }

  /** How X.509 and PKCS#10 name {@code algorithm}, with its whole parameters. */
  static AlgorithmIdentifier identifier(SignatureAlgorithm algorithm) {
    return switch (algorithm) {
      case ECDSA_P256_SHA256 -> new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
      case ECDSA_P256_SHA384 -> new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA384);
      case ECDSA_P256_SHA512 -> new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA512);
      case RSA_3072_PKCS1_SHA256 -> pkcs1(PKCSObjectIdentifiers.sha256WithRSAEncryption);
      case RSA_3072_PKCS1_SHA384 -> pkcs1(PKCSObjectIdentifiers.sha384WithRSAEncryption);
      case RSA_3072_PKCS1_SHA512 -> pkcs1(PKCSObjectIdentifiers.sha512WithRSAEncryption);
      case RSA_3072_PSS_SHA256 -> pss(NISTObjectIdentifiers.id_sha256, algorithm.digestSize());
      case RSA_3072_PSS_SHA384 -> pss(NISTObjectIdentifiers.id_sha384, algorithm.digestSize());
      case RSA_3072_PSS_SHA512 -> pss(NISTObjectIdentifiers.id_sha512, algorithm.digestSize());
    };
  }

  private static AlgorithmIdentifier pkcs1(ASN1ObjectIdentifier type) {
    return new AlgorithmIdentifier(type, DERNull.INSTANCE);
  }

  private static AlgorithmIdentifier pss(ASN1ObjectIdentifier digest, int saltSize) {
    AlgorithmIdentifier hash = new AlgorithmIdentifier(digest, DERNull.INSTANCE);
    return new AlgorithmIdentifier(
        PKCSObjectIdentifiers.id_RSASSA_PSS,
        new RSASSAPSSparams(
            hash,
            new AlgorithmIdentifier(PKCSObjectIdentifiers.id_mgf1, hash),
            new ASN1Integer(saltSize),
            RSASSAPSSparams.DEFAULT_TRAILER_FIELD));
  }

  private static CertificationRequestInfo information(CertificateSubject subject, PublicKey key) {
    return new CertificationRequestInfo(
        SubjectName.of(subject), SubjectPublicKeyInfo.getInstance(key.getEncoded()), NO_ATTRIBUTES);
  }

  private static byte[] encode(ASN1Object object) {
    try {
      return object.getEncoded(ASN1Encoding.DER);
    } catch (IOException e) {
      throw new IllegalStateException("a structure of our own making cannot be encoded", e);
    }
  }
}
