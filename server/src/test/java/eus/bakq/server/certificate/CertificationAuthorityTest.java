package eus.bakq.server.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.Pki;
import eus.bakq.server.document.DocumentSettings;
import eus.bakq.server.document.PreparedDocument;
import eus.bakq.server.document.SignatureDocuments;
import eus.bakq.server.document.SignatureForm;
import eus.bakq.server.hsm.AuthorityKey;
import eus.bakq.server.validation.SignedDocumentCheck;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.Profile;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import eus.bakq.server.vocabulary.SignatureScheme;
import eus.bakq.server.vocabulary.SignatureValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Security;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.pkcs.CertificationRequestInfo;
import org.bouncycastle.asn1.x509.DigestInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.DefaultDigestAlgorithmIdentifierFinder;
import org.junit.jupiter.api.Test;

/** CRT-01…07, CRT-11, ENR-13. */
class CertificationAuthorityTest {
  private static final CredentialPurpose SIGNATURE = CredentialPurpose.SIGNATURE;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final BouncyCastleProvider BOUNCY_CASTLE = new BouncyCastleProvider();
  private static final CertificateSubject ANE =
      new CertificateSubject("Ane Miren", "Etxeberria Muñoz", "IDCES-12345678Z");
  private static final SignatureAlgorithm ECDSA = SignatureAlgorithm.ECDSA_P256_SHA256;
  private static final KeyPair EC = Pki.ecKeys(RANDOM, "secp256r1");
  private static final KeyPair RSA = rsaKeys(3072);

  private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private final TestAuthority root = TestAuthority.create("CN=BakQ TEST authority,C=ES", now);
  private final CertificationAuthority authority =
      new CertificationAuthority(
          root.key(), CertificateProfileTest.profile(Duration.ofDays(1095)), RANDOM);

  @Test
  void issuesByTheProfileForEachAlgorithm() throws Exception {
    for (SignatureAlgorithm algorithm : SignatureAlgorithm.values()) {
      KeyPair keys = keys(algorithm);

      IssuedCertificate issued =
          authority.issue(request(ANE, keys, algorithm), ANE, SIGNATURE, now);

      X509Certificate certificate = issued.certificate();
      certificate.verify(root.key().certificate().getPublicKey(), BOUNCY_CASTLE);
      assertThat(certificate.getPublicKey()).isEqualTo(keys.getPublic());
      assertThat(certificate.getNotBefore()).isEqualTo(now.minusSeconds(30));
      assertThat(certificate.getNotAfter())
          .isEqualTo(now.minusSeconds(31).plus(Duration.ofDays(1095)));
      assertThat(certificate.getSubjectX500Principal().getName("RFC1779"))
          .contains("CN=ANE MIREN ETXEBERRIA MUÑOZ - 12345678Z")
          .contains("C=ES");
      assertThat(issued.chainForSignatures()).containsExactly(certificate);
    }
  }

  @Test
  void aSignatureWithAnIssuedCertificateIsValidAtOnce() throws Exception {
    List<X509Certificate> chain =
        authority.issue(request(ANE, EC, ECDSA), ANE, SIGNATURE, now).chainForSignatures();
    SignatureDocuments documents = new SignatureDocuments(DocumentSettings.defaults());
    SignatureForm form =
        new SignatureForm(SignatureFormat.PADES, SignatureLevel.B_B, "document.pdf");
    Bytes original = Bytes.copyOf(Documents.pdfA2a());

    PreparedDocument prepared = documents.prepare(original, form, chain, ECDSA, now);
    Bytes signed = documents.complete(original, prepared, form, chain, sign(prepared.dtbs(), EC));

    SignedDocumentCheck check =
        SignedDocumentCheck.open(
            List.of(root.key().certificate()),
            List.of(authority.revocationList(1, List.of(), now)));
    assertThat(check.last(signed, now.plusSeconds(5)).passed())
        .as(check.last(signed, now.plusSeconds(5)).toString())
        .isTrue();
    assertThat(check.last(signed, now.plusSeconds(5)).signerCertificate())
        .contains(chain.getFirst());
  }

  /** AUT-11: nobody's certificate is as large as a citizen's, and good for nothing. */
  @Test
  void standsInForACertificateWithOneThatVerifiesWithNothing() throws Exception {
    X509Certificate issued =
        authority.issue(request(ANE, EC, ECDSA), ANE, SIGNATURE, now).certificate();

    X509Certificate standIn = authority.standIn(now);

    assertThatThrownBy(() -> standIn.verify(root.key().certificate().getPublicKey()))
        .isInstanceOf(GeneralSecurityException.class);
    assertThat(standIn.getIssuerX500Principal()).isEqualTo(issued.getIssuerX500Principal());
    assertThat(standIn.getNotAfter()).isEqualTo(root.key().certificate().getNotAfter());
    assertThat(standIn.getCriticalExtensionOIDs()).isEqualTo(issued.getCriticalExtensionOIDs());
    assertThat(standIn.getNonCriticalExtensionOIDs())
        .isEqualTo(issued.getNonCriticalExtensionOIDs());
    assertThat(standIn.getEncoded().length)
        .as("but for the names")
        .isCloseTo(issued.getEncoded().length, within(100));
    assertThat(authority.standIn(now).getPublicKey()).isNotEqualTo(standIn.getPublicKey());
  }

  /** KEY-03: no certificate outlives what its key signs by. */
  @Test
  void endsWhenTheKeysAlgorithmDoes() {
    Instant end = now.plus(Duration.ofDays(10));

    assertThat(
            authority
                .issue(request(ANE, EC, ECDSA), ANE, SIGNATURE, now, end)
                .certificate()
                .getNotAfter())
        .isEqualTo(end.minusSeconds(1));
    assertThatThrownBy(() -> authority.issue(request(ANE, EC, ECDSA), ANE, SIGNATURE, now, now))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("KEY-03");
  }

  /** CRT-04, CRT-05. */
  @Test
  void issuesOneThatAuthenticatesAndDoesNotSign() throws Exception {
    X509Certificate certificate =
        authority
            .issue(request(ANE, EC, ECDSA), ANE, CredentialPurpose.AUTHENTICATION, now)
            .certificate();

    assertThat(certificate.getKeyUsage())
        .containsExactly(true, false, false, false, false, false, false, false, false);
    assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
    assertThat(new String(certificate.getEncoded(), StandardCharsets.ISO_8859_1))
        .doesNotContain("pds");
  }

  /** RFC 6960 section 4.2.2.2. */
  @Test
  void delegatesStatusForAMonthToAKeyThatDoesNothingElse() throws Exception {
    X509Certificate responder = authority.issueResponder(EC.getPublic(), now);

    assertThat(responder.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.9");
    assertThat(responder.getExtensionValue("1.3.6.1.5.5.7.48.1.5")).isNotNull();
    assertThat(responder.getNotAfter()).isEqualTo(now.minusSeconds(31).plus(Duration.ofDays(30)));
    assertThat(responder.getSubjectX500Principal().getName()).contains("TEST");
    assertThat(ResponderProfileCheck.findings(responder, RSA.getPublic(), root.key().certificate()))
        .containsExactly("the key is another");
    assertThat(
            ResponderProfileCheck.findings(
                authority.issue(request(ANE, EC, ECDSA), ANE, SIGNATURE, now).certificate(),
                EC.getPublic(),
                root.key().certificate()))
        .hasSizeGreaterThan(3);
  }

  @Test
  void serialNumbersArePositiveLongAndNeverTheSame() {
    Set<Object> serials = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      X509Certificate one =
          authority.issue(request(ANE, EC, ECDSA), ANE, SIGNATURE, now).certificate();
      assertThat(one.getSerialNumber().signum()).isPositive();
      assertThat(one.getSerialNumber().bitLength()).isBetween(128, 159);
      serials.add(one.getSerialNumber());
    }
    assertThat(serials).hasSize(20);
  }

  @Test
  void refusesARequestInAnotherName() {
    CertificateSubject jon = new CertificateSubject("Jon", "Garmendia", "IDCES-X1234567L");

    refuses(request(jon, EC, ECDSA), "account's");
    refuses(
        request(new CertificateSubject("Ane", ANE.surname(), ANE.serialNumber()), EC, ECDSA),
        "account's");
  }

  @Test
  void refusesARequestThatDoesNotProvePossession() {
    KeyPair other = Pki.ecKeys(RANDOM, "secp256r1");
    DtbsRepresentation dtbs = CertificationRequests.toBeSigned(ANE, EC.getPublic(), ECDSA);

    refuses(CertificationRequests.assemble(ANE, EC.getPublic(), sign(dtbs, other)), "possession");
  }

  @Test
  void refusesOtherKeys() {
    refuses(request(ANE, Pki.ecKeys(RANDOM, "secp384r1"), ECDSA), "P-256");
    refuses(request(ANE, rsaKeys(2048), SignatureAlgorithm.RSA_3072_PSS_SHA256), "3072");
    refuses(request(ANE, bouncyCastleKeys("secp256k1"), ECDSA), "");
  }

  @Test
  void refusesWhatIsNotARequest() {
    refuses(new CertificationRequest(Bytes.copyOf(new byte[] {0x30, 0x00})), "PKCS#10");
    refuses(new CertificationRequest(Bytes.copyOf(new byte[] {1, 2, 3})), "PKCS#10");
    byte[] cut = request(ANE, EC, ECDSA).encoded().toByteArray();
    refuses(
        new CertificationRequest(Bytes.copyOf(java.util.Arrays.copyOf(cut, cut.length - 1))), "");
  }

  @Test
  void bothStepsOfARequestBuildTheSameBytes() throws Exception {
    DtbsRepresentation dtbs = CertificationRequests.toBeSigned(ANE, EC.getPublic(), ECDSA);
    CertificationRequestInfo information =
        org.bouncycastle.asn1.pkcs.CertificationRequest.getInstance(
                request(ANE, EC, ECDSA).encoded().toByteArray())
            .getCertificationRequestInfo();

    assertThat(dtbs.digest()).isEqualTo(Bytes.copyOf(information.getEncoded()).sha256());
  }

  @Test
  void refusesToIssueBeyondItsOwnEnd() {
    CertificationAuthority shortLived =
        new CertificationAuthority(
            TestAuthority.create("CN=TEST short", now.minus(Duration.ofDays(7000))).key(),
            CertificateProfileTest.profile(Duration.ofDays(1095)),
            RANDOM);

    assertThatThrownBy(() -> shortLived.issue(request(ANE, EC, ECDSA), ANE, SIGNATURE, now))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("long enough");
  }

  @Test
  void theNameOfTheAuthorityFitsItsEnvironment() {
    refusesAuthority("CN=BakQ authority", Profile.DEMO);
    refusesAuthority("CN=BakQ TEST authority", Profile.PRODUCTION);
    refusesAuthority("CN=TEST,O=Izenpe S.A.", Profile.DEMO);
  }

  @Test
  void refusesAnAuthorityThatIsNone() {
    X509Certificate client = Pki.create("x").client("client").certificate();

    assertThatThrownBy(
            () ->
                new CertificationAuthority(
                    new AuthorityKey(EC.getPrivate(), client, Security.getProvider("SunEC")),
                    CertificateProfileTest.profile(Duration.ofDays(30)),
                    RANDOM))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theChainForSignaturesLeavesTheRootOut() {
    Pki pki = Pki.create("root");
    X509Certificate leaf = pki.signerWithEcKey("leaf").certificate();
    X509Certificate intermediate = pki.client("stands for an intermediate").certificate();

    assertThat(
            new IssuedCertificate(leaf, List.of(intermediate, pki.authority().certificate()))
                .chainForSignatures())
        .containsExactly(leaf, intermediate);
  }

  @Test
  void aNameThatIsTooLongIsCutAndTheIdentifierIsNot() throws Exception {
    CertificateSubject longName =
        new CertificateSubject(
            "Maria ".repeat(9).strip(), "Garcia ".repeat(9).strip(), "IDCES-12345678Z");

    X509Certificate certificate =
        authority.issue(request(longName, EC, ECDSA), longName, SIGNATURE, now).certificate();

    assertThat(certificate.getSubjectX500Principal().getName())
        .containsPattern("CN=MARIA [A-Z ]{1,52} - 12345678Z,");
  }

  private void refuses(CertificationRequest request, String reason) {
    assertThatThrownBy(() -> authority.issue(request, ANE, SIGNATURE, now))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  private void refusesAuthority(String name, Profile environment) {
    AuthorityKey key = TestAuthority.create(name, now).key();
    CertificateProfile profile = CertificateProfileTest.profile(environment);

    assertThatThrownBy(() -> new CertificationAuthority(key, profile, RANDOM))
        .as(name)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("CRT-11");
  }

  private static KeyPair keys(SignatureAlgorithm algorithm) {
    return switch (algorithm.keyAlgorithm()) {
      case EC_P256 -> EC;
      case RSA_3072 -> RSA;
    };
  }

  private static CertificationRequest request(
      CertificateSubject subject, KeyPair keys, SignatureAlgorithm algorithm) {
    DtbsRepresentation dtbs =
        CertificationRequests.toBeSigned(subject, keys.getPublic(), algorithm);
    return CertificationRequests.assemble(subject, keys.getPublic(), sign(dtbs, keys));
  }

  /** As the HSM does: over the hash. */
  private static SignatureValue sign(DtbsRepresentation dtbs, KeyPair keys) {
    try {
      byte[] input = dtbs.digest().toByteArray();
      Signature signature =
          switch (dtbs.algorithm().scheme()) {
            case ECDSA_P256 -> Signature.getInstance("NONEwithECDSA", BOUNCY_CASTLE);
            case RSA_3072_PKCS1 -> Signature.getInstance("NONEwithRSA", BOUNCY_CASTLE);
            case RSA_3072_PSS -> Signature.getInstance("RAWRSASSA-PSS", BOUNCY_CASTLE);
          };
      String digest = dtbs.algorithm().digest().javaName();
      if (dtbs.algorithm().scheme() == SignatureScheme.RSA_3072_PSS) {
        signature.setParameter(
            new PSSParameterSpec(
                digest,
                "MGF1",
                new MGF1ParameterSpec(digest),
                dtbs.algorithm().digestSize(),
                PSSParameterSpec.TRAILER_FIELD_BC));
      }
      if (dtbs.algorithm().scheme() == SignatureScheme.RSA_3072_PKCS1) {
        input =
            new DigestInfo(
                    new DefaultDigestAlgorithmIdentifierFinder().find(digest),
                    dtbs.digest().toByteArray())
                .getEncoded(ASN1Encoding.DER);
      }
      signature.initSign(keys.getPrivate(), RANDOM);
      signature.update(input);
      return new SignatureValue(dtbs.algorithm(), Bytes.copyOf(signature.sign()));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair rsaKeys(int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits, RANDOM);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair bouncyCastleKeys(String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", BOUNCY_CASTLE);
      generator.initialize(new java.security.spec.ECGenParameterSpec(curve), RANDOM);
      KeyPair keys = generator.generateKeyPair();
      assertThat(keys.getPublic()).isInstanceOf(ECPublicKey.class);
      return keys;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
