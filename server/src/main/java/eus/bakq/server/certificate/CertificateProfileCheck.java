package eus.bakq.server.certificate;

import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.Profile;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1PrintableString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CertificatePolicies;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.PolicyInformation;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.qualified.QCStatement;

/**
 * Reads a certificate and says in what it departs from the profile of citizens' certificates. It
 * knows the rules as numbers of its own, not those that the authority wrote with.
 */
public final class CertificateProfileCheck {
  private static final Set<String> EXTENSIONS_TO_SIGN =
      Set.of(
          "2.5.29.14",
          "2.5.29.15",
          "2.5.29.19",
          "2.5.29.31",
          "2.5.29.32",
          "2.5.29.35",
          "1.3.6.1.5.5.7.1.1",
          "1.3.6.1.5.5.7.1.3");
  private static final Set<String> EXTENSIONS_TO_AUTHENTICATE =
      Set.of(
          "2.5.29.14",
          "2.5.29.15",
          "2.5.29.19",
          "2.5.29.31",
          "2.5.29.32",
          "2.5.29.35",
          "2.5.29.37",
          "1.3.6.1.5.5.7.1.1",
          "1.3.6.1.5.5.7.1.3");
  private static final String QCP_N = "0.4.0.194112.1.0";
  private static final String NCP = "0.4.0.2042.1.1";
  private static final String CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";
  private static final String CPS_QUALIFIER = "1.3.6.1.5.5.7.2.1";
  private static final String SEMANTICS = "1.3.6.1.5.5.7.11.2";
  private static final Set<String> STATEMENTS_TO_SIGN =
      Set.of("0.4.0.1862.1.1", "0.4.0.1862.1.5", "0.4.0.1862.1.6", SEMANTICS);
  private static final String FOREIGN_ARC = "1.3.6.1.4.1.14777";
  private static final int DIGITAL_SIGNATURE = 0;
  private static final int NON_REPUDIATION = 1;

  /**
   * What a certificate is compared with, from the account and the settings.
   *
   * @param issuer the authority's certificate
   * @param environment that the authority's name must fit
   * @param publicAddress under which status is told
   */
  public record Expected(
      CredentialPurpose purpose,
      CertificateSubject subject,
      PublicKey key,
      X509Certificate issuer,
      Profile environment,
      URI publicAddress) {}

  private final Expected expected;
  private final List<String> findings = new ArrayList<>();

  private CertificateProfileCheck(Expected expected) {
    this.expected = expected;
  }

  /**
   * What is wrong with {@code certificate} as the one that is {@code expected}: empty if nothing.
   * Does not verify its signature.
   */
  public static List<String> findings(X509Certificate certificate, Expected expected) {
    CertificateProfileCheck check = new CertificateProfileCheck(expected);
    try {
      check.names(certificate);
      check.validity(certificate, expected.issuer());
      check.serial(certificate);
      check.key(certificate, expected.key(), expected.issuer());
      check.usage(certificate);
      check.extendedUsage(certificate);
      check.policies(certificate);
      check.statements(certificate);
      check.addresses(certificate);
    } catch (IllegalArgumentException
        | ClassCastException
        | NullPointerException
        | GeneralSecurityException e) {
      // Bouncy Castle's and our readers throw these at a structure that is not what it should be.
      check.findings.add("a structure cannot be read: " + e.getMessage());
    }
    return List.copyOf(check.findings);
  }

  private void names(X509Certificate certificate) {
    require(
        Arrays.equals(
            certificate.getSubjectX500Principal().getEncoded(),
            encoded(SubjectName.of(expected.subject()))),
        "the subject is not the account's (ENR-13, CRT-01, CRT-02)");
    require(
        Arrays.equals(
            certificate.getIssuerX500Principal().getEncoded(),
            expected.issuer().getSubjectX500Principal().getEncoded()),
        "the issuer is not the authority");
    String issuer = certificate.getIssuerX500Principal().getName();
    require(
        issuer.contains("TEST") == (expected.environment() == Profile.DEMO),
        "the issuer's name says TEST and must not, or does not and must (CRT-11)");
    require(
        !issuer.toLowerCase(Locale.ROOT).contains("izenpe"),
        "the issuer bears another provider's name (CRT-11)");
  }

  private void validity(X509Certificate certificate, X509Certificate issuer) {
    Instant from = certificate.getNotBefore().toInstant();
    // Both ends belong to the period.
    Instant until = certificate.getNotAfter().toInstant().plusSeconds(1);
    require(
        from.isBefore(until)
            && !until.atOffset(ZoneOffset.UTC).isAfter(from.atOffset(ZoneOffset.UTC).plusYears(5)),
        "it is valid for more than five years, or for no time (CRT-03)");
    require(
        !from.isBefore(issuer.getNotBefore().toInstant())
            && !certificate.getNotAfter().toInstant().isAfter(issuer.getNotAfter().toInstant()),
        "it is valid when the authority is not");
  }

  private void serial(X509Certificate certificate) {
    require(certificate.getVersion() == 3, "it is not of version 3");
    require(
        certificate.getSerialNumber().signum() > 0
            && certificate.getSerialNumber().bitLength() >= 128
            && certificate.getSerialNumber().bitLength() <= 159,
        "the serial number is not positive with 128 to 159 bits");
  }

  private void key(X509Certificate certificate, PublicKey key, X509Certificate issuer) {
    require(
        Arrays.equals(certificate.getPublicKey().getEncoded(), key.getEncoded()),
        "the key is another");
    byte[] subjectKey =
        SubjectKeyIdentifier.getInstance(value(certificate, Extension.subjectKeyIdentifier))
            .getKeyIdentifier();
    require(subjectKey.length == 20, "the subject's key identifier is not a SHA-1");
    require(
        Arrays.equals(
            AuthorityKeyIdentifier.getInstance(value(certificate, Extension.authorityKeyIdentifier))
                .getKeyIdentifierOctets(),
            SubjectKeyIdentifier.getInstance(value(issuer, Extension.subjectKeyIdentifier))
                .getKeyIdentifier()),
        "the authority's key identifier is another");
  }

  private void usage(X509Certificate certificate) {
    Set<String> all = new HashSet<>(certificate.getCriticalExtensionOIDs());
    all.addAll(certificate.getNonCriticalExtensionOIDs());
    require(
        all.equals(forSignatures() ? EXTENSIONS_TO_SIGN : EXTENSIONS_TO_AUTHENTICATE),
        "the extensions are not those of the profile: " + all);
    require(
        certificate
            .getCriticalExtensionOIDs()
            .equals(Set.of(Extension.keyUsage.getId(), Extension.basicConstraints.getId())),
        "other extensions are critical than key usage and basic constraints");
    int only = forSignatures() ? NON_REPUDIATION : DIGITAL_SIGNATURE;
    boolean[] usage = certificate.getKeyUsage();
    for (int bit = 0; usage != null && bit < usage.length; bit++) {
      require(usage[bit] == (bit == only), "the key usage at " + bit + " (CRT-04)");
    }
    require(usage != null, "there is no key usage (CRT-04)");
    require(certificate.getBasicConstraints() == -1, "it is a certification authority's");
  }

  private void extendedUsage(X509Certificate certificate) throws GeneralSecurityException {
    List<String> purposes = certificate.getExtendedKeyUsage();
    require(
        forSignatures()
            ? purposes == null
            : purposes != null && purposes.equals(List.of(CLIENT_AUTHENTICATION)),
        "the extended key usage is not that of its purpose (CRT-04)");
  }

  private boolean forSignatures() {
    return switch (expected.purpose()) {
      case SIGNATURE -> true;
      case AUTHENTICATION -> false;
    };
  }

  private void policies(X509Certificate certificate) {
    PolicyInformation[] policies =
        CertificatePolicies.getInstance(value(certificate, Extension.certificatePolicies))
            .getPolicyInformation();
    require(
        policies.length == 1
            && policies[0].getPolicyIdentifier().getId().equals(forSignatures() ? QCP_N : NCP),
        "the policy is not QCP-n alone, or NCP of one that authenticates (CRT-05, CRT-07)");
    for (PolicyInformation policy : policies) {
      require(
          !policy.getPolicyIdentifier().getId().startsWith(FOREIGN_ARC),
          "the policy is another provider's (CRT-11)");
    }
    ASN1Sequence qualifier =
        ASN1Sequence.getInstance(policies[0].getPolicyQualifiers().getObjectAt(0));
    require(
        ASN1ObjectIdentifier.getInstance(qualifier.getObjectAt(0)).getId().equals(CPS_QUALIFIER)
            && isAddress(qualifier.getObjectAt(1)),
        "the practice statement has no address");
  }

  private void statements(X509Certificate certificate) {
    Map<String, ASN1Encodable> statements = new LinkedHashMap<>();
    ASN1Sequence all = ASN1Sequence.getInstance(value(certificate, Extension.qCStatements));
    for (ASN1Encodable one : all) {
      QCStatement statement = QCStatement.getInstance(one);
      statements.put(statement.getStatementId().getId(), statement.getStatementInfo());
    }
    Set<String> wanted = forSignatures() ? STATEMENTS_TO_SIGN : Set.of(SEMANTICS);
    require(
        all.size() == wanted.size() && statements.keySet().equals(wanted),
        "the statements are not those of the profile (CRT-06, CRT-07)");
    require(
        onlyIdentifier(statements.get(SEMANTICS)).equals("0.4.0.194121.1.1"),
        "the semantics are not those of a natural person (CRT-02)");
    if (forSignatures()) {
      qualified(statements);
    }
  }

  private void qualified(Map<String, ASN1Encodable> statements) {
    require(
        onlyIdentifier(statements.get("0.4.0.1862.1.6")).equals("0.4.0.1862.1.6.1"),
        "the type is not esign (CRT-06)");
    Set<String> languages = new HashSet<>();
    for (ASN1Encodable one : ASN1Sequence.getInstance(statements.get("0.4.0.1862.1.5"))) {
      ASN1Sequence disclosure = ASN1Sequence.getInstance(one);
      require(isAddress(disclosure.getObjectAt(0)), "a disclosure statement has no address");
      languages.add(ASN1PrintableString.getInstance(disclosure.getObjectAt(1)).getString());
    }
    require(
        languages.equals(Set.of("en", "es")),
        "the disclosure statements are not in English and Spanish (CRT-06)");
  }

  /** Whom a relying party asks is ours, and only ours. */
  private void addresses(X509Certificate certificate) {
    String base = expected.publicAddress().toASCIIString();
    List<String> access = new ArrayList<>();
    for (ASN1Encodable one :
        ASN1Sequence.getInstance(value(certificate, Extension.authorityInfoAccess))) {
      ASN1Sequence description = ASN1Sequence.getInstance(one);
      access.add(
          ASN1ObjectIdentifier.getInstance(description.getObjectAt(0)).getId()
              + " "
              + uri(description.getObjectAt(1)));
    }
    require(
        access.equals(
            List.of(
                "1.3.6.1.5.5.7.48.1 " + base + "/ocsp",
                "1.3.6.1.5.5.7.48.2 " + base + "/authority.cer")),
        "the access to status and authority is another");
    DistributionPoint[] points =
        CRLDistPoint.getInstance(value(certificate, Extension.cRLDistributionPoints))
            .getDistributionPoints();
    require(
        points.length == 1
            && points[0].getReasons() == null
            && points[0].getCRLIssuer() == null
            && points[0].getDistributionPoint().getType() == DistributionPointName.FULL_NAME
            && Arrays.stream(
                    GeneralNames.getInstance(points[0].getDistributionPoint().getName()).getNames())
                .map(CertificateProfileCheck::uri)
                .toList()
                .equals(List.of(base + "/authority.crl")),
        "the revocation list is another");
  }

  private static String uri(ASN1Encodable name) {
    GeneralName general = GeneralName.getInstance(name);
    return general.getTagNo() == GeneralName.uniformResourceIdentifier
        ? ASN1IA5String.getInstance(general.getName()).getString()
        : "";
  }

  private static boolean isAddress(ASN1Encodable text) {
    return ASN1IA5String.getInstance(text).getString().startsWith("https://");
  }

  private static String onlyIdentifier(ASN1Encodable sequence) {
    ASN1Sequence elements = ASN1Sequence.getInstance(sequence);
    return elements.size() == 1
        ? ASN1ObjectIdentifier.getInstance(elements.getObjectAt(0)).getId()
        : "";
  }

  private static byte[] value(X509Certificate certificate, ASN1ObjectIdentifier extension) {
    return ASN1OctetString.getInstance(certificate.getExtensionValue(extension.getId()))
        .getOctets();
  }

  private static byte[] encoded(X500Name name) {
    try {
      return name.getEncoded("DER");
    } catch (IOException e) {
      throw new IllegalStateException("a name of our own making cannot be encoded", e);
    }
  }

  private void require(boolean condition, String otherwise) {
    if (!condition) {
      findings.add(otherwise);
    }
  }
}
