package eus.bakq.server.certificate;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * Whom a certificate names (CRT-01, CRT-02).
 *
 * @param givenName 1 to 64 characters
 * @param surname one or both surnames, 1 to 64 characters
 * @param serialNumber in the semantics of ETSI EN 319 412-1: {@code IDCES-12345678Z}, also for an
 *     NIE
 */
public record CertificateSubject(String givenName, String surname, String serialNumber) {
  static final String SERIAL_NUMBER_PREFIX = "IDCES-";
  private static final Pattern SERIAL_NUMBER =
      Pattern.compile(SERIAL_NUMBER_PREFIX + "[0-9XYZ][0-9]{7}[A-Z]");

  public CertificateSubject {
    requireName(givenName);
    requireName(surname);
    if (!SERIAL_NUMBER.matcher(serialNumber).matches()) {
      throw new IllegalArgumentException("a serial number is IDCES- and a DNI or NIE (CRT-02)");
    }
  }

  private static void requireName(String name) {
    if (name.isBlank() || name.length() > 64 || name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("a name has 1 to 64 characters, none of control");
    }
  }

  /** Whether {@code certificate} names this subject, to the byte (ENR-13). */
  public boolean isNamedIn(X509Certificate certificate) {
    try {
      return Arrays.equals(
          certificate.getSubjectX500Principal().getEncoded(),
          SubjectName.of(this).getEncoded("DER"));
    } catch (IOException e) {
      throw new IllegalStateException("a name of our own making cannot be encoded", e);
    }
  }

  /** The DNI or NIE alone. */
  String identifier() {
    return serialNumber.substring(SERIAL_NUMBER_PREFIX.length());
  }

  /** Who it is stays out of logs. */
  @Override
  public String toString() {
    return "[subject]";
  }
}
