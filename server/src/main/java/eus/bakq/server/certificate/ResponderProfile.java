package eus.bakq.server.certificate;

import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;

/**
 * The certificate of the OCSP responder: delegated by the authority (RFC 6960 section 4.2.2.2), and
 * believed without asking for its own status (4.2.2.2.1), which is why it lasts a month only.
 */
final class ResponderProfile {
  private static final String COMMON_NAME = "OCSP responder";

  private ResponderProfile() {}

  /** The authority's name with another common name, so that TEST stays where it was. */
  static X500Name name(X500Name authority) {
    X500NameBuilder builder = new X500NameBuilder(BCStyle.INSTANCE);
    boolean test = authority.toString().contains("TEST");
    for (RDN rdn : authority.getRDNs()) {
      if (!rdn.getFirst().getType().equals(BCStyle.CN)) {
        builder.addMultiValuedRDN(rdn.getTypesAndValues());
      }
    }
    return builder.addRDN(BCStyle.CN, (test ? "TEST " : "") + COMMON_NAME).build();
  }

  static Extensions extensions(SubjectKeyIdentifier subjectKey, byte[] issuerKeyIdentifier) {
    ExtensionsGenerator extensions = new ExtensionsGenerator();
    CertificateExtensions.add(
        extensions, Extension.basicConstraints, true, new BasicConstraints(false));
    CertificateExtensions.add(
        extensions, Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    CertificateExtensions.add(
        extensions,
        Extension.extendedKeyUsage,
        true,
        new ExtendedKeyUsage(KeyPurposeId.id_kp_OCSPSigning));
    CertificateExtensions.add(
        extensions, OCSPObjectIdentifiers.id_pkix_ocsp_nocheck, false, DERNull.INSTANCE);
    CertificateExtensions.add(extensions, Extension.subjectKeyIdentifier, false, subjectKey);
    CertificateExtensions.add(
        extensions,
        Extension.authorityKeyIdentifier,
        false,
        new AuthorityKeyIdentifier(issuerKeyIdentifier));
    return extensions.generate();
  }
}
