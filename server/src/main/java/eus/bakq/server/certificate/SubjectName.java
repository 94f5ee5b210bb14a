package eus.bakq.server.certificate;

import java.util.Locale;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;

/**
 * The distinguished name of a natural person, by EN 319 412-2 and the custom of Spanish
 * authorities: C, serialNumber, SN, GN, CN. The only place that knows how an account becomes a
 * name.
 */
final class SubjectName {
  /** ub-common-name of RFC 5280. */
  private static final int LONGEST_COMMON_NAME = 64;

  private SubjectName() {}

  static X500Name of(CertificateSubject subject) {
    return new X500NameBuilder(BCStyle.INSTANCE)
        .addRDN(BCStyle.C, "ES")
        .addRDN(BCStyle.SERIALNUMBER, subject.serialNumber())
        .addRDN(BCStyle.SURNAME, subject.surname())
        .addRDN(BCStyle.GIVENNAME, subject.givenName())
        .addRDN(BCStyle.CN, commonName(subject))
        .build();
  }

  /** {@code ANE ETXEBERRIA - 12345678Z}; a long name is cut, the identifier never. */
  private static String commonName(CertificateSubject subject) {
    String name = (subject.givenName() + " " + subject.surname()).toUpperCase(Locale.ROOT);
    String identifier = " - " + subject.identifier();
    int room = LONGEST_COMMON_NAME - identifier.length();
    int length = name.codePointCount(0, name.length());
    return (length <= room ? name : name.substring(0, name.offsetByCodePoints(0, room)).strip())
        + identifier;
  }
}
