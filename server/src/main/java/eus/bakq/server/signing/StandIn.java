package eus.bakq.server.signing;

import eus.bakq.server.certificate.CertificationAuthority;
import eus.bakq.server.certificate.IssuedCertificate;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureScheme;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * The certificate that stands in for that of somebody who has none, so that preparing the documents
 * is the same work for everybody: as large as a citizen's, and read from its encoding each time, as
 * theirs are. Made anew at each start; its private key is forgotten at once, and nothing is ever
 * signed with it.
 */
public final class StandIn {
  private final Bytes certificate;
  private final Bytes issuer;

  private StandIn(Bytes certificate, Bytes issuer) {
    this.certificate = certificate;
    this.issuer = issuer;
  }

  /** Makes one that looks as if {@code authority} had issued it. */
  public static StandIn make(CertificationAuthority authority, Instant now) {
    return new StandIn(encoded(authority.standIn(now)), encoded(authority.certificate()));
  }

  /** As a credential's chain for signatures: without a self-signed root. */
  List<X509Certificate> chain() {
    return new IssuedCertificate(read(certificate), List.of(read(issuer))).chainForSignatures();
  }

  SignatureAlgorithm algorithm(DigestAlgorithm digest) {
    return SignatureAlgorithm.of(SignatureScheme.ECDSA_P256, digest);
  }

  private static Bytes encoded(X509Certificate certificate) {
    try {
      return Bytes.copyOf(certificate.getEncoded());
    } catch (CertificateException e) {
      throw new IllegalStateException("a parsed certificate has an encoding", e);
    }
  }

  private static X509Certificate read(Bytes encoded) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(encoded.toByteArray()));
    } catch (CertificateException e) {
      throw new IllegalStateException("a certificate of our own making can be read", e);
    }
  }
}
