package eus.bakq.server.certificate;

import java.time.Instant;

/** The embedded authority. Owner of this stub: the documents' author. Safe for several threads. */
public final class CertificationAuthority {
  /**
   * Verifies the request's proof of possession, and that its subject equals {@code subject}
   * (ENR-13); issues by the profile of requirements 3.F. Does not record: the caller records the
   * hash before the certificate is used.
   *
   * @throws IllegalArgumentException if the request is not what the account says
   */
  public IssuedCertificate issue(
      CertificationRequest request, CertificateSubject subject, Instant now) {
    throw new UnsupportedOperationException("stub");
  }
}
