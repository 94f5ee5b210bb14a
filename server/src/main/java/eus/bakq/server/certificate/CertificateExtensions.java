package eus.bakq.server.certificate;

import eus.bakq.server.vocabulary.CredentialPurpose;
import java.io.IOException;
import java.net.URI;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CertificatePolicies;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.PolicyInformation;
import org.bouncycastle.asn1.x509.PolicyQualifierInfo;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.X509ObjectIdentifiers;
import org.bouncycastle.asn1.x509.qualified.QCStatement;
import org.bouncycastle.asn1.x509.qualified.SemanticsInformation;

/**
 * The extensions of a citizen's certificate, by EN 319 412-2 and, of those that sign, EN 319 412-5.
 * Written apart from {@link CertificateProfileCheck}, which reads them back.
 */
final class CertificateExtensions {
  private static final String QC_COMPLIANCE = "0.4.0.1862.1.1";
  private static final String QC_PDS = "0.4.0.1862.1.5";
  private static final String QC_TYPE = "0.4.0.1862.1.6";
  private static final String QC_TYPE_ESIGN = "0.4.0.1862.1.6.1";
  private static final String PKIX_QC_SYNTAX_V2 = "1.3.6.1.5.5.7.11.2";
  private static final String SEMANTICS_NATURAL = "0.4.0.194121.1.1";
  private static final String NCP = "0.4.0.2042.1.1";

  private CertificateExtensions() {}

  static Extensions of(
      CertificateProfile profile,
      CredentialPurpose purpose,
      SubjectKeyIdentifier subjectKey,
      byte[] issuerKeyIdentifier) {
    ExtensionsGenerator extensions = new ExtensionsGenerator();
    add(extensions, Extension.basicConstraints, true, new BasicConstraints(false));
    add(extensions, Extension.keyUsage, true, usage(purpose));
    if (purpose == CredentialPurpose.AUTHENTICATION) {
      add(
          extensions,
          Extension.extendedKeyUsage,
          false,
          new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth));
    }
    add(extensions, Extension.subjectKeyIdentifier, false, subjectKey);
    add(
        extensions,
        Extension.authorityKeyIdentifier,
        false,
        new AuthorityKeyIdentifier(issuerKeyIdentifier));
    add(extensions, Extension.certificatePolicies, false, policies(profile, purpose));
    add(extensions, Extension.qCStatements, false, statements(profile, purpose));
    StatusAddresses addresses = profile.statusAddresses();
    add(extensions, Extension.authorityInfoAccess, false, access(addresses));
    add(extensions, Extension.cRLDistributionPoints, false, lists(addresses));
    return extensions.generate();
  }

  /** A key commits to content or logs in, and never does both (CRT-04). */
  private static KeyUsage usage(CredentialPurpose purpose) {
    return switch (purpose) {
      case SIGNATURE -> new KeyUsage(KeyUsage.nonRepudiation);
      case AUTHENTICATION -> new KeyUsage(KeyUsage.digitalSignature);
    };
  }

  private static CertificatePolicies policies(
      CertificateProfile profile, CredentialPurpose purpose) {
    String policy =
        switch (purpose) {
          case SIGNATURE -> profile.policy();
          case AUTHENTICATION -> NCP;
        };
    return new CertificatePolicies(
        new PolicyInformation(
            new ASN1ObjectIdentifier(policy),
            new DERSequence(new PolicyQualifierInfo(profile.practiceStatement().toASCIIString()))));
  }

  private static AuthorityInformationAccess access(StatusAddresses addresses) {
    return new AuthorityInformationAccess(
        new AccessDescription[] {
          new AccessDescription(X509ObjectIdentifiers.ocspAccessMethod, name(addresses.ocsp())),
          new AccessDescription(X509ObjectIdentifiers.crlAccessMethod, name(addresses.authority()))
        });
  }

  private static CRLDistPoint lists(StatusAddresses addresses) {
    return new CRLDistPoint(
        new DistributionPoint[] {
          new DistributionPoint(
              new DistributionPointName(new GeneralNames(name(addresses.revocationList()))),
              null,
              null)
        });
  }

  private static GeneralName name(URI address) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, address.toASCIIString());
  }

  /** What only a qualified certificate for signatures says is not in the other one (CRT-05). */
  private static DERSequence statements(CertificateProfile profile, CredentialPurpose purpose) {
    return switch (purpose) {
      case SIGNATURE -> statements(profile);
      case AUTHENTICATION -> sequence(semantics());
    };
  }

  private static DERSequence statements(CertificateProfile profile) {
    return sequence(
        new QCStatement(new ASN1ObjectIdentifier(QC_COMPLIANCE)),
        new QCStatement(
            new ASN1ObjectIdentifier(QC_TYPE),
            new DERSequence(new ASN1ObjectIdentifier(QC_TYPE_ESIGN))),
        new QCStatement(
            new ASN1ObjectIdentifier(QC_PDS),
            sequence(
                disclosure(profile.disclosureEnglish().toASCIIString(), "en"),
                disclosure(profile.disclosureSpanish().toASCIIString(), "es"))),
        semantics());
  }

  private static QCStatement semantics() {
    return new QCStatement(
        new ASN1ObjectIdentifier(PKIX_QC_SYNTAX_V2),
        new SemanticsInformation(new ASN1ObjectIdentifier(SEMANTICS_NATURAL)));
  }

  private static DERSequence disclosure(String address, String language) {
    return sequence(new DERIA5String(address), new DERPrintableString(language));
  }

  private static DERSequence sequence(ASN1Encodable... elements) {
    return new DERSequence(elements);
  }

  static void add(
      ExtensionsGenerator extensions,
      ASN1ObjectIdentifier type,
      boolean critical,
      ASN1Encodable value) {
    try {
      extensions.addExtension(type, critical, value);
    } catch (IOException e) {
      throw new IllegalStateException("an extension of our own making cannot be encoded", e);
    }
  }
}
