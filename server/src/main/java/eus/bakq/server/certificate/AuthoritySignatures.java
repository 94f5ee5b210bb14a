package eus.bakq.server.certificate;

import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.hsm.AuthorityKey;
import eus.bakq.server.vocabulary.Bytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.RuntimeOperatorException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the authority's key does: it signs certificates and revocation lists that were built here,
 * and each is verified before it is given out. Throws {@link UnavailableException} when the token
 * does not sign. Safe for several threads.
 */
final class AuthoritySignatures {
  private static final Logger LOG = LoggerFactory.getLogger(AuthoritySignatures.class);

  /** What signs once. */
  @FunctionalInterface
  private interface Signing<T> {
    T by(ContentSigner signer);
  }

  private volatile AuthorityKey key;

  AuthoritySignatures(AuthorityKey key) {
    requireAlgorithm(key.certificate().getPublicKey());
    this.key = key;
  }

  X509Certificate certificate() {
    return key.certificate();
  }

  X500Name name() {
    return X500Name.getInstance(key.certificate().getSubjectX500Principal().getEncoded());
  }

  byte[] keyIdentifier() {
    return SubjectKeyIdentifier.getInstance(
            ASN1OctetString.getInstance(
                    key.certificate().getExtensionValue(Extension.subjectKeyIdentifier.getId()))
                .getOctets())
        .getKeyIdentifier();
  }

  /** The certificate, read back and verified with the authority's public key. */
  X509Certificate sign(X509v3CertificateBuilder builder) {
    try {
      X509Certificate certificate = read(signed(builder::build).getEncoded());
      certificate.verify(key.certificate().getPublicKey());
      return certificate;
    } catch (IOException e) {
      throw new IllegalStateException("a certificate of our own making cannot be encoded", e);
    } catch (RuntimeOperatorException | ProviderException e) {
      throw UnavailableException.temporarily("the authority's token does not sign", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("what was issued does not verify", e);
    }
  }

  /** The list in DER, verified with the authority's public key. */
  Bytes sign(X509v2CRLBuilder builder) {
    try {
      byte[] list = signed(builder::build).getEncoded();
      X509CRL read =
          (X509CRL)
              CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(list));
      read.verify(key.certificate().getPublicKey());
      return Bytes.copyOf(list);
    } catch (IOException e) {
      throw new IllegalStateException("a list of our own making cannot be encoded", e);
    } catch (RuntimeOperatorException | ProviderException e) {
      throw UnavailableException.temporarily("the authority's token does not sign", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("what was issued does not verify", e);
    }
  }

  /**
   * A certificate in DER.
   *
   * @throws GeneralSecurityException if it is none
   */
  static X509Certificate read(byte[] encoded) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(encoded));
  }

  /**
   * Signs; if the token fails, once more with the key opened anew: what the first try may have made
   * went nowhere.
   */
  private <T> T signed(Signing<T> signing) {
    AuthorityKey used = key;
    try {
      return signing.by(signer(used));
    } catch (RuntimeOperatorException | ProviderException | OperatorCreationException e) {
      LOG.atWarn().setCause(e).log("the authority's token has failed once");
    }
    AuthorityKey renewed = used.renewal().renew(used);
    key = renewed;
    try {
      return signing.by(signer(renewed));
    } catch (OperatorCreationException e) {
      throw UnavailableException.temporarily("the authority's key cannot be used", e);
    }
  }

  private static ContentSigner signer(AuthorityKey key) throws OperatorCreationException {
    return new JcaContentSignerBuilder(requireAlgorithm(key.certificate().getPublicKey()))
        .setProvider(key.provider())
        .build(key.privateKey());
  }

  private static String requireAlgorithm(PublicKey authority) {
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
}
