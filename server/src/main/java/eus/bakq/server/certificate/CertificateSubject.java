package eus.bakq.server.certificate;

import java.util.Objects;

/**
 * Whom a certificate names (CRT-01, CRT-02).
 *
 * @param serialNumber in the semantics of ETSI EN 319 412-1: {@code IDCES-12345678Z}
 */
public record CertificateSubject(String givenName, String surname, String serialNumber) {
  public CertificateSubject {
    Objects.requireNonNull(givenName);
    Objects.requireNonNull(surname);
    Objects.requireNonNull(serialNumber);
  }
}
