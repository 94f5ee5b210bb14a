package eus.bakq.server.document;

import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.spi.x509.revocation.ocsp.OCSPToken;
import eu.europa.esig.dss.spi.x509.tsp.KeyEntityTSPSource;
import eus.bakq.server.vocabulary.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.Req;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * An authority, a signer and a time-stamping unit for {@link DocumentWarmUp}: software keys that
 * exist for this moment only and are trusted by nobody else. Everything that levels above B-B need
 * is made in this process.
 */
final class WarmUpAuthority {
  private static final String SIGNATURE = "SHA256withECDSA";
  private static final String POLICY = "0.4.0.2023.1.1";
  private static final Duration BACKDATING = Duration.ofMinutes(1);
  private static final Duration VALIDITY = Duration.ofHours(1);

  private record Pair(PrivateKey key, X509Certificate certificate) {}

  private final Pair root;
  private final Pair signer;
  private final Pair unit;
  private final Clock clock;

  private WarmUpAuthority(Pair root, Pair signer, Pair unit, Clock clock) {
    this.root = root;
    this.signer = signer;
    this.unit = unit;
    this.clock = clock;
  }

  static WarmUpAuthority make(SecureRandom random, Clock clock) throws GeneralSecurityException {
    try {
      Instant now = clock.instant();
      X500Name name = new X500Name("CN=TEST warm-up");
      KeyPair keys = keys(random);
      JcaX509v3CertificateBuilder builder = builder(name, name, BigInteger.ONE, keys, now);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      Pair root = new Pair(keys.getPrivate(), sign(builder, keys.getPrivate()));

      keys = keys(random);
      builder = builder(name, new X500Name("CN=TEST signer"), BigInteger.TWO, keys, now);
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.nonRepudiation));
      Pair signer = new Pair(keys.getPrivate(), sign(builder, root.key()));

      keys = keys(random);
      builder = builder(name, new X500Name("CN=TEST unit"), BigInteger.TEN, keys, now);
      builder.addExtension(
          Extension.extendedKeyUsage, true, new ExtendedKeyUsage(KeyPurposeId.id_kp_timeStamping));
      Pair unit = new Pair(keys.getPrivate(), sign(builder, root.key()));
      return new WarmUpAuthority(root, signer, unit, clock);
    } catch (IOException | OperatorCreationException e) {
      throw new GeneralSecurityException("the platform makes no certificates", e);
    }
  }

  X509Certificate signer() {
    return signer.certificate();
  }

  PrivateKey signerKey() {
    return signer.key();
  }

  CompletionSources sources() {
    KeyEntityTSPSource stamps =
        new KeyEntityTSPSource(
            unit.key(), unit.certificate(), List.of(unit.certificate(), root.certificate()));
    stamps.setTsaPolicy(POLICY);
    stamps.setAcceptedDigestAlgorithms(Set.of(DigestAlgorithm.SHA256));
    return new CompletionSources(
        stamps, this::status, (certificate, issuer) -> null, List.of(root.certificate()), () -> {});
  }

  private OCSPToken status(CertificateToken certificate, CertificateToken issuer) {
    Bytes answer = respond(CertificateStatuses.request(certificate, issuer));
    return CertificateStatuses.parse(answer, certificate, issuer).orElseThrow();
  }

  private Bytes respond(byte[] request) {
    try {
      Date now = Date.from(clock.instant());
      X509CertificateHolder issuer = new JcaX509CertificateHolder(root.certificate());
      BasicOCSPRespBuilder builder = new BasicOCSPRespBuilder(new RespID(issuer.getSubject()));
      for (Req one : new OCSPReq(request).getRequestList()) {
        builder.addResponse(one.getCertID(), CertificateStatus.GOOD);
      }
      return Bytes.copyOf(
          new OCSPRespBuilder()
              .build(
                  OCSPRespBuilder.SUCCESSFUL,
                  builder.build(signer(root.key()), new X509CertificateHolder[] {issuer}, now))
              .getEncoded());
    } catch (IOException | OCSPException | OperatorCreationException | GeneralSecurityException e) {
      throw new IllegalStateException("the platform makes no OCSP answers", e);
    }
  }

  private static KeyPair keys(SecureRandom random) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    return generator.generateKeyPair();
  }

  private static JcaX509v3CertificateBuilder builder(
      X500Name issuer, X500Name subject, BigInteger serial, KeyPair keys, Instant now) {
    return new JcaX509v3CertificateBuilder(
        issuer,
        serial,
        Date.from(now.minus(BACKDATING)),
        Date.from(now.plus(VALIDITY)),
        subject,
        keys.getPublic());
  }

  private static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter().getCertificate(builder.build(signer(key)));
  }

  private static ContentSigner signer(PrivateKey key) throws OperatorCreationException {
    return new JcaContentSignerBuilder(SIGNATURE).build(key);
  }
}
