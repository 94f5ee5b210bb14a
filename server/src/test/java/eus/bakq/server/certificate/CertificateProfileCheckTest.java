package eus.bakq.server.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.Pki;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.Profile;
import java.math.BigInteger;
import java.net.URI;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CertificatePolicies;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.PolicyInformation;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.qualified.QCStatement;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.bc.BcX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;

/** Each rule breaks once: a linter that finds nothing would pass everything. */
class CertificateProfileCheckTest {
  private static final CertificateSubject ANE =
      new CertificateSubject("Ane", "Etxeberria", "IDCES-12345678Z");
  private static final KeyPair KEYS = Pki.ecKeys(new SecureRandom(), "secp256r1");

  private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private final TestAuthority root = TestAuthority.create("CN=TEST", now);

  private BigInteger serial = BigInteger.ONE.shiftLeft(150);
  private Instant to = now.plus(Duration.ofDays(30));
  private X500Name subject = SubjectName.of(ANE);
  private CredentialPurpose purpose = CredentialPurpose.SIGNATURE;
  private CredentialPurpose made = CredentialPurpose.SIGNATURE;
  private Profile environment = Profile.DEMO;

  @Test
  void findsNothingInASoundOne() throws Exception {
    assertThat(findings(extensions -> extensions)).isEmpty();
  }

  @Test
  void findsNothingInASoundOneThatAuthenticates() throws Exception {
    purpose = CredentialPurpose.AUTHENTICATION;
    made = CredentialPurpose.AUTHENTICATION;
    assertThat(findings(extensions -> extensions)).isEmpty();
  }

  /** CRT-04, CRT-05: each is told from the other by all that makes the difference. */
  @Test
  void findsOneForTheOtherPurpose() throws Exception {
    for (CredentialPurpose one : CredentialPurpose.values()) {
      made = one;
      purpose =
          one == CredentialPurpose.SIGNATURE
              ? CredentialPurpose.AUTHENTICATION
              : CredentialPurpose.SIGNATURE;
      assertThat(String.join("; ", findings(extensions -> extensions)))
          .contains("the key usage at 0")
          .contains("the key usage at 1")
          .contains("the extensions are not")
          .contains("the extended key usage")
          .contains("the policy is not")
          .contains("the statements are not");
    }
  }

  @Test
  void findsAnEnvironmentThatTheAuthorityIsNotOf() throws Exception {
    environment = Profile.PRODUCTION;
    assertThat(findings(extensions -> extensions)).singleElement().asString().contains("CRT-11");
  }

  @Test
  void findsAnotherPlaceToAskForStatus() throws Exception {
    assertThat(
            findings(
                replacing(
                    new Extension(
                        Extension.authorityInfoAccess,
                        false,
                        encoded(
                            new AuthorityInformationAccess(
                                AccessDescription.id_ad_ocsp,
                                new GeneralName(
                                    GeneralName.uniformResourceIdentifier,
                                    "http://elsewhere.example/ocsp")))))))
        .singleElement()
        .asString()
        .contains("access to status");
    assertThat(
            findings(
                replacing(
                    new Extension(
                        Extension.cRLDistributionPoints,
                        false,
                        encoded(
                            new CRLDistPoint(
                                new DistributionPoint[] {
                                  new DistributionPoint(
                                      new DistributionPointName(
                                          new GeneralNames(
                                              new GeneralName(
                                                  GeneralName.uniformResourceIdentifier,
                                                  "http://elsewhere.example/authority.crl"))),
                                      null,
                                      null)
                                }))))))
        .singleElement()
        .asString()
        .contains("revocation list");
  }

  @Test
  void findsAnotherSubject() throws Exception {
    subject = SubjectName.of(new CertificateSubject("Ane", "Etxeberria", "IDCES-X1234567L"));
    assertThat(findings(extensions -> extensions)).singleElement().asString().contains("ENR-13");
  }

  /** CRT-03, with the real calendar. */
  @Test
  void findsOneSecondMoreThanFiveYears() throws Exception {
    to = now.atOffset(java.time.ZoneOffset.UTC).plusYears(5).toInstant().minusSeconds(1);
    assertThat(findings(extensions -> extensions)).isEmpty();
    to = to.plusSeconds(1);
    assertThat(findings(extensions -> extensions)).singleElement().asString().contains("CRT-03");
  }

  @Test
  void findsAShortSerialNumber() throws Exception {
    serial = BigInteger.valueOf(4711);
    assertThat(findings(extensions -> extensions)).singleElement().asString().contains("serial");
  }

  @Test
  void findsAnotherKeyUsage() throws Exception {
    assertThat(
            findings(
                replacing(
                    new Extension(
                        Extension.keyUsage,
                        true,
                        encoded(
                            new KeyUsage(KeyUsage.nonRepudiation | KeyUsage.digitalSignature))))))
        .singleElement()
        .asString()
        .contains("CRT-04");
  }

  @Test
  void findsAnExtendedKeyUsage() throws Exception {
    assertThat(
            findings(
                adding(
                    new Extension(
                        Extension.extendedKeyUsage,
                        false,
                        encoded(new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth))))))
        .hasSize(2)
        .first()
        .asString()
        .contains("extensions");
  }

  @Test
  void findsAnAuthority() throws Exception {
    assertThat(
            findings(
                replacing(
                    new Extension(
                        Extension.basicConstraints, true, encoded(new BasicConstraints(true))))))
        .singleElement()
        .asString()
        .contains("authority's");
  }

  /** CRT-05, CRT-07. */
  @Test
  void findsTheClaimOfAQualifiedDevice() throws Exception {
    assertThat(
            findings(
                replacing(
                    new Extension(
                        Extension.certificatePolicies,
                        false,
                        encoded(
                            new CertificatePolicies(
                                new PolicyInformation(
                                    new ASN1ObjectIdentifier("0.4.0.194112.1.2"),
                                    policyQualifiers())))))))
        .singleElement()
        .asString()
        .contains("CRT-07");
    assertThat(
            findings(
                statements(
                    all -> {
                      all.add(new QCStatement(new ASN1ObjectIdentifier("0.4.0.1862.1.4")));
                      return all;
                    })))
        .singleElement()
        .asString()
        .contains("CRT-07");
  }

  /** CRT-06. */
  @Test
  void findsAMissingStatement() throws Exception {
    assertThat(
            findings(
                statements(
                    all -> {
                      all.removeFirst();
                      return all;
                    })))
        .singleElement()
        .asString()
        .contains("CRT-06");
  }

  @Test
  void findsAForeignKeyIdentifier() throws Exception {
    assertThat(
            findings(
                replacing(
                    new Extension(
                        Extension.authorityKeyIdentifier,
                        false,
                        encoded(
                            new org.bouncycastle.asn1.x509.AuthorityKeyIdentifier(new byte[20]))))))
        .singleElement()
        .asString()
        .contains("key identifier");
  }

  private ASN1Sequence policyQualifiers() {
    return CertificatePolicies.fromExtensions(sound())
        .getPolicyInformation()[0]
        .getPolicyQualifiers();
  }

  private UnaryOperator<Extensions> statements(UnaryOperator<List<ASN1Encodable>> change) {
    List<ASN1Encodable> all = new java.util.ArrayList<>();
    ASN1Sequence.getInstance(sound().getExtensionParsedValue(Extension.qCStatements))
        .forEach(all::add);
    return replacing(
        new Extension(
            Extension.qCStatements,
            false,
            encoded(new DERSequence(change.apply(all).toArray(ASN1Encodable[]::new)))));
  }

  private static UnaryOperator<Extensions> replacing(Extension other) {
    return extensions -> {
      List<Extension> all = new java.util.ArrayList<>();
      for (ASN1ObjectIdentifier type : extensions.getExtensionOIDs()) {
        all.add(type.equals(other.getExtnId()) ? other : extensions.getExtension(type));
      }
      return new Extensions(all.toArray(Extension[]::new));
    };
  }

  private static UnaryOperator<Extensions> adding(Extension one) {
    return extensions -> {
      List<Extension> all = new java.util.ArrayList<>();
      for (ASN1ObjectIdentifier type : extensions.getExtensionOIDs()) {
        all.add(extensions.getExtension(type));
      }
      all.add(one);
      return new Extensions(all.toArray(Extension[]::new));
    };
  }

  private Extensions sound() {
    X509Certificate issuer = root.key().certificate();
    byte[] issuerKey =
        SubjectKeyIdentifier.getInstance(
                org.bouncycastle.asn1.ASN1OctetString.getInstance(
                        issuer.getExtensionValue(Extension.subjectKeyIdentifier.getId()))
                    .getOctets())
            .getKeyIdentifier();
    return CertificateExtensions.of(
        CertificateProfileTest.profile(Duration.ofDays(30)),
        made,
        new BcX509ExtensionUtils()
            .createSubjectKeyIdentifier(
                SubjectPublicKeyInfo.getInstance(KEYS.getPublic().getEncoded())),
        issuerKey);
  }

  private List<String> findings(UnaryOperator<Extensions> change) throws Exception {
    X509Certificate issuer = root.key().certificate();
    X509v3CertificateBuilder builder =
        new X509v3CertificateBuilder(
            X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded()),
            serial,
            Date.from(now),
            Date.from(to),
            subject,
            SubjectPublicKeyInfo.getInstance(KEYS.getPublic().getEncoded()));
    Extensions extensions = change.apply(sound());
    for (ASN1ObjectIdentifier type : extensions.getExtensionOIDs()) {
      builder.addExtension(extensions.getExtension(type));
    }
    X509Certificate certificate =
        new JcaX509CertificateConverter()
            .getCertificate(
                builder.build(
                    new JcaContentSignerBuilder("SHA384withECDSA").build(root.key().privateKey())));
    return CertificateProfileCheck.findings(
        certificate,
        new CertificateProfileCheck.Expected(
            purpose,
            ANE,
            KEYS.getPublic(),
            issuer,
            environment,
            URI.create("http://status.bakq.example")));
  }

  private static byte[] encoded(org.bouncycastle.asn1.ASN1Object object) {
    try {
      return object.getEncoded("DER");
    } catch (java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
