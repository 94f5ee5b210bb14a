package eus.bakq.server.certificate;

import eus.bakq.server.vocabulary.CredentialPurpose;
import java.io.IOException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
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
import org.bouncycastle.asn1.x509.CertificatePolicies;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.PolicyInformation;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.qualified.QCStatement;

/**
 * Reads a certificate and says in what it departs from the profile of citizens' certificates. It
 * knows the rules as numbers of its own, not those that the authority wrote with.
 */
public final class CertificateProfileCheck {
  private static final Set<String> EXTENSIONS =
      Set.of("2.5.29.14", "2.5.29.15", "2.5.29.19", "2.5.29.32", "2.5.29.35", "1.3.6.1.5.5.7.1.3");
  private static final String QCP_N = "0.4.0.194112.1.0";
  private static final String CPS_QUALIFIER = "1.3.6.1.5.5.7.2.1";
  private static final Set<String> STATEMENTS =
      Set.of("0.4.0.1862.1.1", "0.4.0.1862.1.5", "0.4.0.1862.1.6", "1.3.6.1.5.5.7.11.2");
  private static final String FOREIGN_ARC = "1.3.6.1.4.1.14777";
  private static final int DIGITAL_SIGNATURE = 0;
  private static final int NON_REPUDIATION = 1;

  private final List<String> findings = new ArrayList<>();

  private CertificateProfileCheck() {}

  /**
   * What is wrong with {@code certificate} as one for {@code subject} and {@code key}, issued by
   * {@code issuer} for {@code purpose}: empty if nothing. Does not verify its signature.
   */
  public static List<String> findings(
      X509Certificate certificate,
      CertificateSubject subject,
      CredentialPurpose purpose,
      PublicKey key,
      X509Certificate issuer) {
    CertificateProfileCheck check = new CertificateProfileCheck();
    try {
      check.names(certificate, subject, issuer);
      check.validity(certificate, issuer);
      check.serial(certificate);
      check.key(certificate, key, issuer);
      check.usage(certificate, purpose);
      check.policies(certificate);
      check.statements(certificate);
    } catch (IllegalArgumentException | ClassCastException | NullPointerException e) {
      // Bouncy Castle's and our readers throw these at a structure that is not what it should be.
      check.findings.add("a structure cannot be read: " + e.getMessage());
    }
    return List.copyOf(check.findings);
  }

  private void names(
      X509Certificate certificate, CertificateSubject subject, X509Certificate issuer) {
    require(
        Arrays.equals(
            certificate.getSubjectX500Principal().getEncoded(), encoded(SubjectName.of(subject))),
        "the subject is not the account's (ENR-13, CRT-01, CRT-02)");
    require(
        Arrays.equals(
            certificate.getIssuerX500Principal().getEncoded(),
            issuer.getSubjectX500Principal().getEncoded()),
        "the issuer is not the authority");
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

  private void usage(X509Certificate certificate, CredentialPurpose purpose) {
    Set<String> all = new HashSet<>(certificate.getCriticalExtensionOIDs());
    all.addAll(certificate.getNonCriticalExtensionOIDs());
    require(all.equals(EXTENSIONS), "the extensions are not those of the profile: " + all);
    require(
        certificate
            .getCriticalExtensionOIDs()
            .equals(Set.of(Extension.keyUsage.getId(), Extension.basicConstraints.getId())),
        "other extensions are critical than key usage and basic constraints");
    int only =
        switch (purpose) {
          case SIGNATURE -> NON_REPUDIATION;
          case AUTHENTICATION -> DIGITAL_SIGNATURE;
        };
    boolean[] usage = certificate.getKeyUsage();
    for (int bit = 0; usage != null && bit < usage.length; bit++) {
      require(usage[bit] == (bit == only), "the key usage at " + bit + " (CRT-04)");
    }
    require(usage != null, "there is no key usage (CRT-04)");
    require(certificate.getBasicConstraints() == -1, "it is a certification authority's");
  }

  private void policies(X509Certificate certificate) {
    PolicyInformation[] policies =
        CertificatePolicies.getInstance(value(certificate, Extension.certificatePolicies))
            .getPolicyInformation();
    require(
        policies.length == 1 && policies[0].getPolicyIdentifier().getId().equals(QCP_N),
        "the policy is not QCP-n alone (CRT-05, CRT-07)");
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
    require(
        all.size() == STATEMENTS.size() && statements.keySet().equals(STATEMENTS),
        "the statements are not those of the profile (CRT-06, CRT-07)");
    require(
        onlyIdentifier(statements.get("0.4.0.1862.1.6")).equals("0.4.0.1862.1.6.1"),
        "the type is not esign (CRT-06)");
    require(
        onlyIdentifier(statements.get("1.3.6.1.5.5.7.11.2")).equals("0.4.0.194121.1.1"),
        "the semantics are not those of a natural person (CRT-02)");
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
