package eus.bakq.server.signing;

import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureScheme;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The certificate that stands in for that of somebody who has none, so that preparing the documents
 * is the same work for everybody. Made anew at each start; its private key is forgotten at once,
 * and nothing is ever signed with it.
 */
public final class StandIn {
  private final List<X509Certificate> chain;

  private StandIn(List<X509Certificate> chain) {
    this.chain = chain;
  }

  /** Makes one. */
  public static StandIn make(SecureRandom random, Instant now) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      KeyPair pair = generator.generateKeyPair();
      X500Name nobody = new X500Name("CN=Nobody,O=BakQ");
      X509Certificate certificate =
          new JcaX509CertificateConverter()
              .getCertificate(
                  new JcaX509v3CertificateBuilder(
                          nobody,
                          new BigInteger(127, random).setBit(126),
                          Date.from(now.minus(Duration.ofDays(1))),
                          Date.from(now.plus(Duration.ofDays(3650))),
                          nobody,
                          pair.getPublic())
                      .build(
                          new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
      return new StandIn(List.of(certificate));
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("every Java platform makes P-256 certificates", e);
    }
  }

  List<X509Certificate> chain() {
    return chain;
  }

  SignatureAlgorithm algorithm(DigestAlgorithm digest) {
    return SignatureAlgorithm.of(SignatureScheme.ECDSA_P256, digest);
  }
}
