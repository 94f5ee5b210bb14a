package eus.bakq.server.certificate;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A certificate just issued.
 *
 * @param issuers in order up to the root
 */
public record IssuedCertificate(X509Certificate certificate, List<X509Certificate> issuers) {
  public IssuedCertificate {
    issuers = List.copyOf(issuers);
  }

  /** The certificate, then its issuers without a self-signed root: what goes into a signature. */
  public List<X509Certificate> chainForSignatures() {
    throw new UnsupportedOperationException("stub");
  }
}
