package eus.bakq.server.certificate;

import eus.bakq.server.credential.RegisteredCertificate;
import eus.bakq.server.document.SignatureValueCheck;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.hsm.AuthorityKey;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.Profile;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureValue;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
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
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The embedded authority. Its key signs only what was built here, from the account: a request
 * contributes its key and nothing else. Safe for several threads.
 */
public final class CertificationAuthority {
  /** How long a certificate of the OCSP responder lasts. */
  static final Duration RESPONDER_VALIDITY = Duration.ofDays(30);

  /** After what time a revocation list says that there is a newer one. */
  static final Duration REVOCATION_LIST_VALIDITY = Duration.ofDays(1);

  private static final int SERIAL_BITS = 159;

  private static final CertificateSubject NOBODY =
      new CertificateSubject("Nobody", "Nobody Nobody", "IDCES-00000000T");

  private final AuthoritySignatures signatures;
  private final CertificateProfile profile;
  private final SecureRandom random;

  /**
   * @throws IllegalArgumentException if the authority's certificate is not one of an authority, or
   *     its name does not fit the environment (CRT-11)
   */
  public CertificationAuthority(AuthorityKey key, CertificateProfile profile, SecureRandom random) {
    requireAuthority(key.certificate(), profile.environment());
    this.signatures = new AuthoritySignatures(key);
    this.profile = profile;
    this.random = random;
  }

  /** The authority's own certificate. */
  public X509Certificate certificate() {
    return signatures.certificate();
  }

  /** As the other {@code issue}, for as long as the profile says. */
  public IssuedCertificate issue(
      CertificationRequest request,
      CertificateSubject subject,
      CredentialPurpose purpose,
      Instant now) {
    return issue(request, subject, purpose, now, Instant.MAX);
  }

  /**
   * Verifies the request's proof of possession, and that its subject equals {@code subject}
   * (ENR-13); issues by the profile of {@link CertificateProfileCheck}; reads the certificate back,
   * checks it against the profile and verifies it with the authority's public key. Does not record:
   * the caller records the hash, and registers the certificate, before it is used.
   *
   * @param now in the certificate to the second
   * @param latestEnd when it ends if the profile gives it longer: the end of the key's algorithm
   *     (KEY-03)
   * @throws IllegalArgumentException if the request is not what the account says
   * @throws IllegalStateException if {@code latestEnd} has come, the authority's certificate ends
   *     before the new one would, or what was issued is not of the profile: it is then not given
   *     out
   * @throws UnavailableException if the HSM does not answer; a certificate may then have been
   *     signed, but none is given out
   */
  public IssuedCertificate issue(
      CertificationRequest request,
      CertificateSubject subject,
      CredentialPurpose purpose,
      Instant now,
      Instant latestEnd) {
    PublicKey subjectKey = requireSound(request, subject);
    Instant from = beginning(now, profile.backdating());
    Instant until = from.plus(profile.validity());
    if (!latestEnd.isAfter(now)) {
      throw new IllegalStateException("the key's algorithm has come to its end (KEY-03)");
    }
    X509v3CertificateBuilder builder =
        certificate(
            SubjectName.of(subject),
            subjectKey,
            from,
            latestEnd.isBefore(until) ? latestEnd : until);
    add(
        builder,
        CertificateExtensions.of(
            profile, purpose, keyIdentifier(subjectKey), signatures.keyIdentifier()));
    X509Certificate certificate = signatures.sign(builder);
    require(
        CertificateProfileCheck.findings(
            certificate,
            new CertificateProfileCheck.Expected(
                purpose,
                subject,
                subjectKey,
                signatures.certificate(),
                profile.environment(),
                profile.statusAddresses().base())));
    return new IssuedCertificate(certificate, List.of(signatures.certificate()));
  }

  /**
   * A certificate for the key that answers about status (RFC 6960 section 4.2.2.2), for 30 days, or
   * until the authority's own ends. Does not record: as {@link #issue(CertificationRequest,
   * CertificateSubject, CredentialPurpose, Instant)}, whose exceptions it throws too. There is no
   * request: the key is one that the transcript of the ceremony vouches for.
   *
   * @param responder EC on P-256
   */
  public X509Certificate issueResponder(PublicKey responder, Instant now) {
    Instant from = beginning(now, profile.backdating());
    Instant until = from.plus(RESPONDER_VALIDITY);
    Instant authorityUntil = signatures.certificate().getNotAfter().toInstant().plusSeconds(1);
    X509v3CertificateBuilder builder =
        certificate(
            ResponderProfile.name(signatures.name()),
            responder,
            from,
            until.isBefore(authorityUntil) ? until : authorityUntil);
    add(builder, ResponderProfile.extensions(keyIdentifier(responder), signatures.keyIdentifier()));
    X509Certificate certificate = signatures.sign(builder);
    require(ResponderProfileCheck.findings(certificate, responder, signatures.certificate()));
    return certificate;
  }

  /**
   * What stands in for the certificate of somebody who has none (AUT-11): of the same profile, as
   * large but for the names, valid as long as the authority's. The keys that it names and that
   * signed it were made for it and are forgotten: it verifies with nothing, and nobody can use it.
   */
  public X509Certificate standIn(Instant now) {
    try {
      PublicKey nobodys = throwAwayKeys("secp256r1").getPublic();
      X509v3CertificateBuilder builder =
          certificate(
              SubjectName.of(NOBODY),
              nobodys,
              beginning(now, profile.backdating()),
              signatures.certificate().getNotAfter().toInstant().plusSeconds(1));
      add(
          builder,
          CertificateExtensions.of(
              profile,
              CredentialPurpose.SIGNATURE,
              keyIdentifier(nobodys),
              signatures.keyIdentifier()));
      return AuthoritySignatures.read(
          builder
              .build(
                  new JcaContentSignerBuilder("SHA384withECDSA")
                      .build(throwAwayKeys("secp384r1").getPrivate()))
              .getEncoded());
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException("every Java platform makes EC keys and certificates", e);
    }
  }

  private KeyPair throwAwayKeys(String curve) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(curve), random);
    return generator.generateKeyPair();
  }

  /**
   * A whole revocation list in DER (RFC 5280 section 5), to be renewed within a day. Does not
   * record and does not number: {@link RevocationLists} does.
   *
   * @param number greater than that of every list before
   * @param notGood what it tells
   * @throws UnavailableException if the HSM does not answer
   */
  public Bytes revocationList(long number, List<RegisteredCertificate> notGood, Instant now) {
    Instant time = now.truncatedTo(ChronoUnit.SECONDS);
    X509v2CRLBuilder builder = new X509v2CRLBuilder(signatures.name(), Date.from(time));
    builder.setNextUpdate(Date.from(time.plus(REVOCATION_LIST_VALIDITY)));
    for (RegisteredCertificate one : notGood) {
      builder.addCRLEntry(one.serial(), Date.from(one.since()), one.reasonCode().orElseThrow());
    }
    try {
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          new AuthorityKeyIdentifier(signatures.keyIdentifier()));
      builder.addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(number)));
    } catch (CertIOException e) {
      throw new IllegalStateException("an extension of our own making cannot be encoded", e);
    }
    return signatures.sign(builder);
  }

  private Instant beginning(Instant now, Duration backdating) {
    Instant authorityFrom = signatures.certificate().getNotBefore().toInstant();
    Instant backdated = now.truncatedTo(ChronoUnit.SECONDS).minus(backdating);
    // Right after the ceremony there is less to go back than the profile says.
    return backdated.isBefore(authorityFrom) ? authorityFrom : backdated;
  }

  /**
   * @param until the first moment that it is not valid at
   */
  private X509v3CertificateBuilder certificate(
      X500Name subject, PublicKey subjectKey, Instant from, Instant until) {
    // Both ends belong to the period.
    Instant to = until.minusSeconds(1).truncatedTo(ChronoUnit.SECONDS);
    if (to.isAfter(signatures.certificate().getNotAfter().toInstant()) || !to.isAfter(from)) {
      throw new IllegalStateException("the authority's certificate does not last long enough");
    }
    return new X509v3CertificateBuilder(
        signatures.name(),
        new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1),
        Date.from(from),
        Date.from(to),
        subject,
        SubjectPublicKeyInfo.getInstance(subjectKey.getEncoded()));
  }

  private static SubjectKeyIdentifier keyIdentifier(PublicKey key) {
    return new BcX509ExtensionUtils()
        .createSubjectKeyIdentifier(SubjectPublicKeyInfo.getInstance(key.getEncoded()));
  }

  private static void add(X509v3CertificateBuilder builder, Extensions extensions) {
    try {
      for (ASN1ObjectIdentifier type : extensions.getExtensionOIDs()) {
        builder.addExtension(extensions.getExtension(type));
      }
    } catch (CertIOException e) {
      throw new IllegalStateException("an extension of our own making cannot be encoded", e);
    }
  }

  private static void require(List<String> findings) {
    if (!findings.isEmpty()) {
      throw new IllegalStateException("what was issued is not of the profile: " + findings);
    }
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
}
