package eus.bakq.server.certificate;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A certificate just issued, read back and checked.
 *
 * @param issuers in order up to the root
 */
public record IssuedCertificate(X509Certificate certificate, List<X509Certificate> issuers) {
  public IssuedCertificate {
    Objects.requireNonNull(certificate);
    issuers = List.copyOf(issuers);
  }

  /** The certificate, then its issuers without a self-signed root: what goes into a signature. */
  public List<X509Certificate> chainForSignatures() {
    List<X509Certificate> chain = new ArrayList<>();
    chain.add(certificate);
    for (X509Certificate issuer : issuers) {
      if (!issuer.getSubjectX500Principal().equals(issuer.getIssuerX500Principal())) {
        chain.add(issuer);
      }
    }
    return List.copyOf(chain);
  }
}
