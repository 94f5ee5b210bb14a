package eus.bakq.server.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.credential.CertificateKind;
import eus.bakq.server.credential.RevocationReason;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialPurpose;
import java.math.BigInteger;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** RFC 6960, 5019, 8954; CRT-08, CRT-10. */
class OcspResponderTest {
  private static final ASN1ObjectIdentifier SHA1 = OIWObjectIdentifiers.idSHA1;
  private static final ASN1ObjectIdentifier SHA256 = NISTObjectIdentifiers.id_sha256;

  private StatusWorld world;

  @BeforeEach
  void open() {
    world = StatusWorld.open(URI.create("http://status.bakq.example"));
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void tellsEachChangeAtOnce() throws Exception {
    X509Certificate certificate = world.issue(CredentialPurpose.SIGNATURE);
    assertThat(status(certificate)).isSameAs(CertificateStatus.GOOD);

    world.suspend(certificate);
    assertThat(reason(status(certificate))).isEqualTo(6);

    world.lift(certificate);
    assertThat(status(certificate)).isSameAs(CertificateStatus.GOOD);

    world.suspend(certificate);
    assertThat(reason(status(certificate))).isEqualTo(6);

    Instant before = Instant.now().minusSeconds(2);
    world.revoke(certificate, RevocationReason.KEY_COMPROMISED);
    CertificateStatus revoked = status(certificate);
    assertThat(reason(revoked)).isEqualTo(1);
    assertThat(((RevokedStatus) revoked).getRevocationTime())
        .isBetween(before, Instant.now().plusSeconds(2));
  }

  /** CRT-08: with the MAC of then, in the register alone; the record is not set back with it. */
  @Test
  @DisplayName("CRT-08, ENR-14: nothing is told of a row that was set back, and all of the others")
  void tellsNothingOfARowThatWasSetBack() throws Exception {
    X509Certificate suspended = world.issue(CredentialPurpose.SIGNATURE);
    X509Certificate revoked = world.issue(CredentialPurpose.SIGNATURE);
    X509Certificate good = world.issue(CredentialPurpose.SIGNATURE);
    world.keepRegister();
    world.suspend(suspended);
    world.suspend(revoked);
    world.revoke(revoked, RevocationReason.KEY_COMPROMISED);

    world.putBack(suspended);
    world.putBack(revoked);

    for (X509Certificate one : List.of(suspended, revoked)) {
      assertThat(answer(request(Optional.empty(), one)).getStatus())
          .isEqualTo(OCSPResp.INTERNAL_ERROR);
      assertThat(answer(request(Optional.empty(), good, one)).getStatus())
          .isEqualTo(OCSPResp.INTERNAL_ERROR);
    }
    assertThat(status(good)).isSameAs(CertificateStatus.GOOD);
    assertThat(status(world.responderCertificate())).isSameAs(CertificateStatus.GOOD);
  }

  @Test
  @DisplayName("CRT-08: a lifted suspension that is put back is not told either")
  void tellsNothingOfASuspensionThatWasPutBack() throws Exception {
    X509Certificate certificate = world.issue(CredentialPurpose.SIGNATURE);
    world.suspend(certificate);
    world.keepRegister();
    world.lift(certificate);
    assertThat(status(certificate)).isSameAs(CertificateStatus.GOOD);

    world.putBack(certificate);

    assertThat(answer(request(Optional.empty(), certificate)).getStatus())
        .isEqualTo(OCSPResp.INTERNAL_ERROR);
  }

  /** By who has the MACs' key, and writes beside the record. */
  @Test
  @DisplayName("CRT-08: nothing is told of a row that is ahead of the record, or unknown to it")
  void tellsNothingOfARowThatTheRecordDoesNotExplain() throws Exception {
    X509Certificate ahead = world.issue(CredentialPurpose.SIGNATURE);
    X509Certificate planted =
        world.unregistered(CredentialPurpose.SIGNATURE, Instant.now(), Instant.MAX);
    world.place.run(
        handle -> {
          world.register.revoke(
              handle, ahead.getSerialNumber(), RevocationReason.SIGNER_ASKED, Instant.now());
          return world.register.record(
              handle, planted, CertificateKind.SELF_TEST, Optional.empty(), Instant.now());
        });

    for (X509Certificate one : List.of(ahead, planted)) {
      assertThat(answer(request(Optional.empty(), one)).getStatus())
          .isEqualTo(OCSPResp.INTERNAL_ERROR);
    }
  }

  /** Unknown would deny what the authority has signed. */
  @Test
  @DisplayName("CRT-08: a certificate that the record knows is not unknown when its row is gone")
  void tellsNothingOfARowThatWasTakenOut() throws Exception {
    X509Certificate certificate = world.issue(CredentialPurpose.SIGNATURE);
    world.takeOut(certificate);

    assertThat(answer(request(Optional.empty(), certificate)).getStatus())
        .isEqualTo(OCSPResp.INTERNAL_ERROR);
  }

  /** Whoever sets a revoked one back and has it suspended and lifted does not make it good. */
  @Test
  @DisplayName("CRT-08: what the record once says is revoked stays so, whatever it says later")
  void believesNoRecordBehindTheRevocation() throws Exception {
    X509Certificate certificate = world.issue(CredentialPurpose.SIGNATURE);
    world.keepRegister();
    world.revoke(certificate, RevocationReason.SIGNER_ASKED);
    assertThat(reason(status(certificate))).isEqualTo(5);
    world.putBack(certificate);
    world.suspend(certificate);
    world.lift(certificate);

    assertThat(answer(request(Optional.empty(), certificate)).getStatus())
        .isEqualTo(OCSPResp.INTERNAL_ERROR);
  }

  /** Good would vouch for what somebody else made with a stolen key. */
  @Test
  void doesNotKnowWhatTheRegisterDoesNot() throws Exception {
    X509Certificate never =
        world.unregistered(CredentialPurpose.SIGNATURE, Instant.now(), Instant.MAX);

    assertThat(status(never)).isInstanceOf(UnknownStatus.class);
    for (BigInteger serial :
        List.of(
            BigInteger.ZERO,
            BigInteger.ONE.negate(),
            BigInteger.ONE.shiftLeft(159),
            BigInteger.ONE.shiftLeft(2000))) {
      assertThat(statuses(List.of(id(SHA1, world.authority(), serial))))
          .singleElement()
          .isInstanceOf(UnknownStatus.class);
    }
  }

  @Test
  void doesNotKnowCertificatesOfAnotherAuthority() throws Exception {
    X509Certificate ours = world.issue(CredentialPurpose.SIGNATURE);
    X509Certificate other =
        TestAuthority.create("CN=BakQ TEST authority,O=BakQ TEST,C=ES", Instant.now())
            .key()
            .certificate();

    assertThat(statuses(List.of(id(SHA1, other, ours.getSerialNumber()))))
        .singleElement()
        .isInstanceOf(UnknownStatus.class);
  }

  @Test
  void answersSeveralQuestionsInTheirOrderByEitherHash() throws Exception {
    X509Certificate good = world.issue(CredentialPurpose.AUTHENTICATION);
    X509Certificate revoked = world.issue(CredentialPurpose.SIGNATURE);
    world.revoke(revoked, RevocationReason.SIGNER_DIED);

    List<CertificateStatus> told =
        statuses(
            List.of(
                id(SHA256, world.authority(), good.getSerialNumber()),
                id(SHA1, world.authority(), revoked.getSerialNumber()),
                id(NISTObjectIdentifiers.id_sha512, world.authority(), good.getSerialNumber()),
                id(SHA1, world.authority(), good.getSerialNumber())));

    assertThat(told.get(0)).isSameAs(CertificateStatus.GOOD);
    assertThat(reason(told.get(1))).isEqualTo(5);
    // Whose it is cannot be seen from a hash that is not among ours.
    assertThat(told.get(2)).isInstanceOf(UnknownStatus.class);
    assertThat(told.get(3)).isSameAs(CertificateStatus.GOOD);
  }

  @Test
  void tellsOfItsOwnCertificateAndOfOneWhoseTimeIsOver() throws Exception {
    Instant past = Instant.now().minus(Duration.ofMinutes(3));
    X509Certificate over =
        world.issue(CredentialPurpose.SIGNATURE, past, past.plus(Duration.ofMinutes(1)));
    world.revoke(over, RevocationReason.SIGNER_ASKED);

    assertThat(status(world.responderCertificate())).isSameAs(CertificateStatus.GOOD);
    assertThat(reason(status(over))).isEqualTo(5);
  }

  @Test
  void signsWithADelegatedKeyForTenMinutes() throws Exception {
    X509Certificate certificate = world.issue(CredentialPurpose.SIGNATURE);
    BasicOCSPResp answer = basic(request(Optional.empty(), certificate));

    X509CertificateHolder delegate = answer.getCerts()[0];
    assertThat(answer.getCerts()).hasSize(1);
    assertThat(
            delegate.isSignatureValid(
                new JcaContentVerifierProviderBuilder().build(world.authority().getPublicKey())))
        .isTrue();
    assertThat(answer.isSignatureValid(new JcaContentVerifierProviderBuilder().build(delegate)))
        .isTrue();
    Instant now = Instant.now();
    assertThat(answer.getResponses()[0].getThisUpdate().toInstant())
        .isBetween(now.minusSeconds(5), now);
    assertThat(answer.getResponses()[0].getNextUpdate().toInstant())
        .isEqualTo(answer.getResponses()[0].getThisUpdate().toInstant().plusSeconds(600));
    assertThat(answer.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce)).isNull();
  }

  @Test
  void givesTheNonceBack() throws Exception {
    X509Certificate certificate = world.issue(CredentialPurpose.SIGNATURE);
    for (int size : List.of(1, 16, 32)) {
      Extension nonce = nonce(new byte[size]);
      assertThat(
              basic(request(Optional.of(nonce), certificate))
                  .getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce))
          .isEqualTo(nonce);
    }
    for (int size : List.of(0, 33)) {
      assertThat(answer(request(Optional.of(nonce(new byte[size])), certificate)).getStatus())
          .as("a nonce of %d", size)
          .isEqualTo(OCSPResp.MALFORMED_REQUEST);
    }
  }

  @Test
  void refusesMoreThanTenQuestionsAndNone() throws Exception {
    X509Certificate certificate = world.issue(CredentialPurpose.SIGNATURE);
    X509Certificate[] ten = new X509Certificate[10];
    Arrays.fill(ten, certificate);
    assertThat(basic(request(Optional.empty(), ten)).getResponses()).hasSize(10);

    X509Certificate[] eleven = new X509Certificate[11];
    Arrays.fill(eleven, certificate);
    assertThat(answer(request(Optional.empty(), eleven)).getStatus())
        .isEqualTo(OCSPResp.MALFORMED_REQUEST);
    assertThat(answer(request(Optional.empty())).getStatus()).isEqualTo(OCSPResp.MALFORMED_REQUEST);
  }

  @Test
  void refusesWhatItDoesNotKnowAndIsCritical() throws Exception {
    X509Certificate certificate = world.issue(CredentialPurpose.SIGNATURE);
    Extension unknown =
        new Extension(
            new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1"), true, DERNull.INSTANCE.getEncoded());
    assertThat(answer(request(Optional.of(unknown), certificate)).getStatus())
        .isEqualTo(OCSPResp.MALFORMED_REQUEST);
  }

  /** Whatever comes from the net, there is an answer in OCSP's words and no exception. */
  @Test
  void answersGarbage() throws Exception {
    Random random = new Random(7);
    byte[] sound =
        request(Optional.empty(), world.issue(CredentialPurpose.SIGNATURE)).toByteArray();
    for (int round = 0; round < 500; round++) {
      byte[] altered = sound.clone();
      for (int flips = 0; flips <= round % 3; flips++) {
        altered[random.nextInt(altered.length)] = (byte) random.nextInt(256);
      }
      assertThat(answer(Bytes.copyOf(altered)).getStatus())
          .isIn(OCSPResp.SUCCESSFUL, OCSPResp.MALFORMED_REQUEST);
      assertThat(answer(Bytes.copyOf(Arrays.copyOf(sound, round % sound.length))).getStatus())
          .isEqualTo(OCSPResp.MALFORMED_REQUEST);
    }
    assertThat(answer(Bytes.copyOf(Arrays.copyOf(sound, sound.length + 1))).getStatus())
        .isEqualTo(OCSPResp.MALFORMED_REQUEST);
    assertThat(answer(Bytes.copyOf(new byte[8193])).getStatus())
        .isEqualTo(OCSPResp.MALFORMED_REQUEST);
  }

  @Test
  void asksToTryLaterWhenTheHsmDoesNotAnswer() throws Exception {
    Bytes request = request(Optional.empty(), world.issue(CredentialPurpose.SIGNATURE));
    world.keys.setAnswering(false);
    assertThat(answer(request).getStatus()).isEqualTo(OCSPResp.TRY_LATER);

    world.keys.setAnswering(true);
    assertThat(answer(request).getStatus()).isEqualTo(OCSPResp.SUCCESSFUL);
  }

  /** Whoever has the database alone cannot make a revoked certificate good again. */
  @Test
  void tellsNothingOfARowThatWasAltered() throws Exception {
    X509Certificate certificate = world.issue(CredentialPurpose.SIGNATURE);
    world.revoke(certificate, RevocationReason.KEY_COMPROMISED);
    world.place.asSuperuser(
        "SET session_replication_role = replica",
        "update certificate_register set state = 'GOOD', reason = null where kind = 'SIGNATURE'");

    assertThat(answer(request(Optional.empty(), certificate)).getStatus())
        .isEqualTo(OCSPResp.INTERNAL_ERROR);
  }

  @Test
  void itsCertificateIsRegisteredRecordedAndReusedWhileItLasts() throws Exception {
    X509Certificate first = world.responderCertificate();
    world.renew();
    assertThat(world.responderCertificate()).isEqualTo(first);

    put(
        world.authority.issueResponder(
            first.getPublicKey(), Instant.now().minus(Duration.ofDays(14))));
    world.renew();
    X509Certificate kept = world.responderCertificate();
    assertThat(kept).isNotEqualTo(first);

    put(
        world.authority.issueResponder(
            first.getPublicKey(), Instant.now().minus(Duration.ofDays(16))));
    world.renew();
    X509Certificate renewed = world.responderCertificate();
    assertThat(renewed.getNotAfter().toInstant()).isAfter(Instant.now().plus(Duration.ofDays(29)));
    assertThat(
            world.recorded().stream()
                .filter(record -> record.type().equals(AuditEventType.CERTIFICATE_ISSUED.name()))
                .filter(record -> record.subject().equals("ocsp-responder"))
                .map(record -> record.details().get("certificate_serial")))
        .containsExactly(
            first.getSerialNumber().toString(16), renewed.getSerialNumber().toString(16));
  }

  /** Whoever has the database alone can silence the responder, and not speak for it. */
  @Test
  void usesNoCertificateThatIsNotTheAuthoritysForItsKey() throws Exception {
    X509Certificate certificate = world.issue(CredentialPurpose.SIGNATURE);
    TestAuthority other =
        TestAuthority.create("CN=BakQ TEST authority,O=BakQ TEST,C=ES", Instant.now());
    CertificationAuthority impostor =
        new CertificationAuthority(
            other.key(), CertificateProfileTest.profile(Duration.ofDays(30)), world.random);
    for (X509Certificate planted :
        List.of(
            impostor.issueResponder(world.responderCertificate().getPublicKey(), Instant.now()),
            world.authority.issueResponder(certificate.getPublicKey(), Instant.now()),
            certificate)) {
      put(planted);
      assertThat(answer(request(Optional.empty(), certificate)).getStatus())
          .isEqualTo(OCSPResp.TRY_LATER);
      world.renew();
      assertThat(status(certificate)).isSameAs(CertificateStatus.GOOD);
    }
  }

  private void put(X509Certificate responder) throws Exception {
    byte[] encoded = responder.getEncoded();
    world.place.run(
        handle ->
            handle
                .createUpdate("update bakq.responder_certificate set certificate = :certificate")
                .bind("certificate", encoded)
                .execute());
  }

  private CertificateStatus status(X509Certificate certificate) throws Exception {
    return basic(request(Optional.empty(), certificate)).getResponses()[0].getCertStatus();
  }

  private static int reason(CertificateStatus status) {
    assertThat(status).isInstanceOf(RevokedStatus.class);
    return ((RevokedStatus) status).getRevocationReason();
  }

  private List<CertificateStatus> statuses(List<CertificateID> ids) throws Exception {
    OCSPReqBuilder builder = new OCSPReqBuilder();
    ids.forEach(builder::addRequest);
    return Arrays.stream(basic(Bytes.copyOf(builder.build().getEncoded())).getResponses())
        .map(one -> one.getCertStatus())
        .toList();
  }

  private Bytes request(Optional<Extension> extension, X509Certificate... certificates)
      throws Exception {
    OCSPReqBuilder builder = new OCSPReqBuilder();
    for (X509Certificate one : certificates) {
      builder.addRequest(id(SHA1, world.authority(), one.getSerialNumber()));
    }
    extension.ifPresent(one -> builder.setRequestExtensions(new Extensions(one)));
    return Bytes.copyOf(builder.build().getEncoded());
  }

  private static CertificateID id(
      ASN1ObjectIdentifier hash, X509Certificate issuer, BigInteger serial) throws Exception {
    return new CertificateID(
        new JcaDigestCalculatorProviderBuilder().build().get(new AlgorithmIdentifier(hash)),
        new JcaX509CertificateHolder(issuer),
        serial);
  }

  private static Extension nonce(byte[] content) throws Exception {
    return new Extension(
        OCSPObjectIdentifiers.id_pkix_ocsp_nonce, false, new DEROctetString(content).getEncoded());
  }

  private OCSPResp answer(Bytes request) throws Exception {
    return new OCSPResp(world.responder.respond(request).toByteArray());
  }

  private BasicOCSPResp basic(Bytes request) throws Exception {
    OCSPResp response = answer(request);
    assertThat(response.getStatus()).isEqualTo(OCSPResp.SUCCESSFUL);
    return (BasicOCSPResp) response.getResponseObject();
  }
}
