package eus.bakq.hsmconfig;

import eus.bakq.hsmconfig.KeyPlan.CertificatePlan;
import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.Mechanism;
import eus.bakq.pkcs11.ObjectHandle;
import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;

/** Makes the self-signed certificate of the authority, which its key signs in the token. */
final class AuthorityCertificate {
  private final Pkcs11Session session;
  private final Clock clock;
  private final SecureRandom random;

  AuthorityCertificate(Pkcs11Session session, Clock clock, SecureRandom random) {
    this.session = session;
    this.clock = clock;
    this.random = random;
  }

  /** CA:TRUE with path length 0, keyCertSign and cRLSign, signed with ECDSA and SHA-384. */
  X509CertificateHolder make(
      CertificatePlan plan, SubjectPublicKeyInfo publicKey, ObjectHandle privateKey)
      throws IOException, GeneralSecurityException, Pkcs11Exception {
    X500Name name = new X500Name(plan.subject());
    Instant from = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Instant until = from.atOffset(ZoneOffset.UTC).plusYears(plan.years()).toInstant();
    X509v3CertificateBuilder builder =
        new X509v3CertificateBuilder(
            name, serialNumber(), Date.from(from), Date.from(until), name, publicKey);
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
    builder.addExtension(
        Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    builder.addExtension(
        Extension.subjectKeyIdentifier, false, new SubjectKeyIdentifier(keyIdentifier(publicKey)));
    TokenSigner signer = new TokenSigner();
    // Built twice over the same bytes: first to learn what is to be signed, then with its value.
    builder.build(signer);
    signer.value = sign(privateKey, signer.content.toByteArray());
    return builder.build(signer);
  }

  private byte[] sign(ObjectHandle key, byte[] content)
      throws IOException, GeneralSecurityException, Pkcs11Exception {
    byte[] hash = MessageDigest.getInstance("SHA-384").digest(content);
    return EllipticCurves.derSignature(session.sign(Mechanism.of(Constant.CKM_ECDSA), key, hash));
  }

  /** 159 random bits: positive, at most 20 bytes. */
  private BigInteger serialNumber() {
    return new BigInteger(159, random).setBit(158);
  }

  /** RFC 7093, method 1: the first 20 bytes of the SHA-256 of the public key's bits. */
  private static byte[] keyIdentifier(SubjectPublicKeyInfo publicKey)
      throws GeneralSecurityException {
    byte[] hash =
        MessageDigest.getInstance("SHA-256").digest(publicKey.getPublicKeyData().getOctets());
    return Arrays.copyOf(hash, 20);
  }

  /** Gathers what is to be signed, and hands out a value that was computed elsewhere. */
  private static final class TokenSigner implements ContentSigner {
    private ByteArrayOutputStream content = new ByteArrayOutputStream();
    private byte[] value = new byte[1];

    @Override
    public AlgorithmIdentifier getAlgorithmIdentifier() {
      return new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA384);
    }

    @Override
    public OutputStream getOutputStream() {
      content = new ByteArrayOutputStream();
      return content;
    }

    @Override
    public byte[] getSignature() {
      return value;
    }
  }
}
