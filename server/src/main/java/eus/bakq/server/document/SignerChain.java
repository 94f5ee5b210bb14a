package eus.bakq.server.document;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/** What every format requires of the signer's certificate and its issuers. */
final class SignerChain {
  private static final int LONGEST = 8;

  private SignerChain() {}

  /**
   * Requires 1 to 8 certificates, of which the first has a key for {@code algorithm} and is valid
   * at {@code signingTime}.
   *
   * @throws IllegalArgumentException if it is not so
   */
  static void requireUsable(
      List<X509Certificate> chain, SignatureAlgorithm algorithm, Instant signingTime) {
    if (chain.isEmpty() || chain.size() > LONGEST) {
      throw new IllegalArgumentException("a chain has 1 to " + LONGEST + " certificates");
    }
    PublicKey key = chain.getFirst().getPublicKey();
    boolean fits =
        algorithm.keyAlgorithm() == KeyAlgorithm.EC_P256
            ? key instanceof ECPublicKey
            : key instanceof RSAPublicKey;
    if (!fits) {
      throw new IllegalArgumentException("the certificate's key is not one for " + algorithm);
    }
    try {
      chain.getFirst().checkValidity(Date.from(signingTime));
    } catch (CertificateException e) {
      throw new IllegalArgumentException("the certificate is not valid at the signing time", e);
    }
  }

  /** SHA-256 of the signer's certificate in DER. */
  static Bytes sha256(List<X509Certificate> chain) {
    return Bytes.copyOf(encoded(chain.getFirst())).sha256();
  }

  /** The size in bytes of all certificates in DER. */
  static int size(List<X509Certificate> chain) {
    return chain.stream().mapToInt(certificate -> encoded(certificate).length).sum();
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a parsed certificate has an encoding", e);
    }
  }
}
