package eus.bakq.server.certificate;

import eus.bakq.server.document.SignatureValueCheck;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.hsm.AuthorityKey;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.Profile;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureValue;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.bc.BcX509ExtensionUtils;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.RuntimeOperatorException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The embedded authority. Its key signs only what was built here, from the account: a request
 * contributes its key and nothing else. Safe for several threads.
 */
public final class CertificationAuthority {
  private static final int SERIAL_BITS = 159;
  private static final Duration REVOCATION_LIST_VALIDITY = Duration.ofDays(1);

  private final AuthorityKey key;
  private final CertificateProfile profile;
  private final SecureRandom random;

  /**
   * @throws IllegalArgumentException if the authority's certificate is not one of an authority, or
   *     its name does not fit the environment (CRT-11)
   */
  public CertificationAuthority(AuthorityKey key, CertificateProfile profile, SecureRandom random) {
    requireAuthority(key.certificate(), profile.environment());
    this.key = key;
    this.profile = profile;
    this.random = random;
  }

  /**
   * Verifies the request's proof of possession, and that its subject equals {@code subject}
   * (ENR-13); issues by the profile of {@link CertificateProfileCheck}; reads the certificate back,
   * checks it against the profile and verifies it with the authority's public key. Does not record:
   * the caller records the hash before the certificate is used.
   *
   * @param purpose which says what the key may be used for (CRT-04)
   * @param now in the certificate to the second
   * @throws IllegalArgumentException if the request is not what the account says
   * @throws IllegalStateException if the authority's certificate ends before the new one would, or
   *     what was issued is not of the profile: it is then not given out
   * @throws UnavailableException if the HSM does not answer; a certificate may then have been
   *     signed, but none is given out
   */
  public IssuedCertificate issue(
      CertificationRequest request,
      CertificateSubject subject,
      CredentialPurpose purpose,
      Instant now) {
    PublicKey subjectKey = requireSound(request, subject);
    X509Certificate certificate = read(sign(certificate(subject, purpose, subjectKey, now)));
    List<String> findings =
        CertificateProfileCheck.findings(
            certificate, subject, purpose, subjectKey, key.certificate());
    if (!findings.isEmpty()) {
      throw new IllegalStateException("what was issued is not of the profile: " + findings);
    }
    verify(certificate);
    return new IssuedCertificate(certificate, List.of(key.certificate()));
  }

  /**
   * A revocation list in DER that lists nothing, valid for a day: nothing can be revoked yet, and
   * who validates a signature must be able to see that.
   *
   * @throws UnavailableException if the HSM does not answer
   */
  public Bytes revocationList(Instant now) {
    Instant time = now.truncatedTo(ChronoUnit.SECONDS);
    X509v2CRLBuilder builder = new X509v2CRLBuilder(name(), Date.from(time));
    builder.setNextUpdate(Date.from(time.plus(REVOCATION_LIST_VALIDITY)));
    try {
      builder.addExtension(
          Extension.authorityKeyIdentifier, false, new AuthorityKeyIdentifier(keyIdentifier()));
      builder.addExtension(
          Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(time.getEpochSecond())));
      return Bytes.copyOf(builder.build(signer()).getEncoded());
    } catch (IOException e) {
      throw new IllegalStateException("a list of our own making cannot be encoded", e);
    } catch (RuntimeOperatorException | ProviderException e) {
      throw UnavailableException.temporarily("the authority's token does not sign", e);
    }
  }

  private X509v3CertificateBuilder certificate(
      CertificateSubject subject, CredentialPurpose purpose, PublicKey subjectKey, Instant now) {
    Instant authorityFrom = key.certificate().getNotBefore().toInstant();
    Instant backdated = now.truncatedTo(ChronoUnit.SECONDS).minus(profile.backdating());
    // Right after the ceremony there is less to go back than the profile says.
    Instant from = backdated.isBefore(authorityFrom) ? authorityFrom : backdated;
    // Both ends belong to the period.
    Instant to = from.plus(profile.validity()).minusSeconds(1).truncatedTo(ChronoUnit.SECONDS);
    if (to.isAfter(key.certificate().getNotAfter().toInstant()) || from.isAfter(now)) {
      throw new IllegalStateException("the authority's certificate does not last long enough");
    }
    SubjectPublicKeyInfo information = SubjectPublicKeyInfo.getInstance(subjectKey.getEncoded());
    X509v3CertificateBuilder builder =
        new X509v3CertificateBuilder(
            name(),
            new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1),
            Date.from(from),
            Date.from(to),
            SubjectName.of(subject),
            information);
    SubjectKeyIdentifier identifier =
        new BcX509ExtensionUtils().createSubjectKeyIdentifier(information);
    try {
      Extensions extensions =
          CertificateExtensions.of(profile, purpose, identifier, keyIdentifier());
      for (ASN1ObjectIdentifier type : extensions.getExtensionOIDs()) {
        builder.addExtension(extensions.getExtension(type));
      }
    } catch (CertIOException e) {
      throw new IllegalStateException("an extension of our own making cannot be encoded", e);
    }
    return builder;
  }

  private byte[] sign(X509v3CertificateBuilder builder) {
    try {
      return builder.build(signer()).getEncoded();
    } catch (IOException e) {
      throw new IllegalStateException("a certificate of our own making cannot be encoded", e);
    } catch (RuntimeOperatorException | ProviderException e) {
      throw UnavailableException.temporarily("the authority's token does not sign", e);
    }
  }

  private ContentSigner signer() {
    try {
      return new JcaContentSignerBuilder(signatureAlgorithm(key.certificate().getPublicKey()))
          .setProvider(key.provider())
          .build(key.privateKey());
    } catch (OperatorCreationException e) {
      throw UnavailableException.temporarily("the authority's key cannot be used", e);
    }
  }

  private static String signatureAlgorithm(PublicKey authority) {
    if (authority instanceof ECPublicKey ec) {
      int size = ec.getParams().getOrder().bitLength();
      if (size == 256) {
        return "SHA256withECDSA";
      }
      if (size == 384) {
        return "SHA384withECDSA";
      }
    }
    throw new IllegalArgumentException("the authority's key is EC on P-256 or P-384");
  }

  private void verify(X509Certificate certificate) {
    try {
      certificate.verify(key.certificate().getPublicKey());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("what was issued does not verify", e);
    }
  }

  private X500Name name() {
    return X500Name.getInstance(key.certificate().getSubjectX500Principal().getEncoded());
  }

  private byte[] keyIdentifier() {
    return SubjectKeyIdentifier.getInstance(
            ASN1OctetString.getInstance(
                    key.certificate().getExtensionValue(Extension.subjectKeyIdentifier.getId()))
                .getOctets())
        .getKeyIdentifier();
  }

  private static PublicKey requireSound(CertificationRequest request, CertificateSubject subject) {
    UnverifiedRequest unverified = parse(request);
    PublicKey subjectKey = requireKey(unverified.key());
    SignatureAlgorithm algorithm =
        Arrays.stream(SignatureAlgorithm.values())
            .filter(one -> CertificationRequests.identifier(one).equals(unverified.algorithm()))
            .findAny()
            .orElseThrow(
                () -> new IllegalArgumentException("the request is signed in an unknown way"));
    SignatureValue proof = new SignatureValue(algorithm, unverified.proof());
    // Built anew from the account and the key: another name, an attribute or another encoding makes
    // other bytes, and only the account's are accepted (ENR-13).
    if (!CertificationRequests.assemble(subject, subjectKey, proof)
        .encoded()
        .equals(request.encoded())) {
      throw new IllegalArgumentException("the request is not the account's (ENR-13)");
    }
    if (!SignatureValueCheck.verifies(
        subjectKey, CertificationRequests.signedPart(subject, subjectKey), proof)) {
      throw new IllegalArgumentException("the request does not prove possession of its key");
    }
    return subjectKey;
  }

  /** What a request says of itself. */
  private record UnverifiedRequest(
      SubjectPublicKeyInfo key, AlgorithmIdentifier algorithm, Bytes proof) {}

  private static UnverifiedRequest parse(CertificationRequest request) {
    try {
      var parsed =
          org.bouncycastle.asn1.pkcs.CertificationRequest.getInstance(
              request.encoded().toByteArray());
      return new UnverifiedRequest(
          parsed.getCertificationRequestInfo().getSubjectPublicKeyInfo(),
          parsed.getSignatureAlgorithm(),
          Bytes.copyOf(parsed.getSignature().getOctets()));
    } catch (RuntimeException e) {
      // Bouncy Castle has no one exception for a structure that is not one.
      throw new IllegalArgumentException("the request is not PKCS#10", e);
    }
  }

  private static PublicKey requireKey(SubjectPublicKeyInfo information) {
    PublicKey subjectKey;
    try {
      X509EncodedKeySpec encoded = new X509EncodedKeySpec(information.getEncoded());
      boolean ec =
          information.getAlgorithm().getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey);
      subjectKey = KeyFactory.getInstance(ec ? "EC" : "RSA").generatePublic(encoded);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException("the request's key cannot be read", e);
    }
    boolean accepted =
        switch (subjectKey) {
          case ECPublicKey ec -> isP256(ec);
          case RSAPublicKey rsa ->
              rsa.getModulus().bitLength() == 3072
                  && rsa.getPublicExponent().equals(BigInteger.valueOf(65537));
          default -> false;
        };
    if (!accepted) {
      throw new IllegalArgumentException("the key is not P-256 nor RSA with 3072 bits (KEY-02)");
    }
    return subjectKey;
  }

  /** By name, which is how the encoding says it: another curve of 256 bits is another curve. */
  private static boolean isP256(ECPublicKey ec) {
    byte[] encoded = ec.getEncoded();
    return encoded.length == 91
        && SubjectPublicKeyInfo.getInstance(encoded)
            .getAlgorithm()
            .getParameters()
            .equals(SECObjectIdentifiers.secp256r1);
  }

  private static void requireAuthority(X509Certificate certificate, Profile environment) {
    boolean[] usage = certificate.getKeyUsage();
    if (certificate.getBasicConstraints() < 0
        || usage == null
        || !usage[5]
        || certificate.getExtensionValue(Extension.subjectKeyIdentifier.getId()) == null) {
      throw new IllegalArgumentException("the authority's certificate is not one of an authority");
    }
    signatureAlgorithm(certificate.getPublicKey());
    String name = certificate.getSubjectX500Principal().getName();
    boolean test = name.contains("TEST");
    if (test != (environment == Profile.DEMO)) {
      throw new IllegalArgumentException(
          "an authority whose name says TEST is for the demo, and only for it (CRT-11)");
    }
    if (name.toLowerCase(Locale.ROOT).contains("izenpe")) {
      throw new IllegalArgumentException("the authority bears another provider's name (CRT-11)");
    }
  }

  private static X509Certificate read(byte[] encoded) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(encoded));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("what was issued cannot be read", e);
    }
  }
}
