package eus.bakq.demo;

import static eus.bakq.relyingparty.v1.SignatureFormat.SIGNATURE_FORMAT_PADES;
import static eus.bakq.relyingparty.v1.SignatureFormat.SIGNATURE_FORMAT_XADES_ENVELOPED;
import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.demo.judge.DssJudge.DssVerdict;
import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.judge.OpenSsl;
import eus.bakq.fixtures.judge.Verdict;
import eus.bakq.registration.v1.RevocationReason;
import eus.bakq.relyingparty.v1.SignatureFormat;
import eus.bakq.relyingparty.v1.SignatureLevel;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a level is worth once the certificate is revoked, and the order of several documents. */
@ExtendWith(InDemoWorld.class)
class LastingSignatureTest {
  private final DemoWorld world;
  private final Sede sede;
  private final Judges judges;
  private final X509Certificate authority;

  LastingSignatureTest(DemoWorld world) {
    this.world = world;
    this.sede = world.sede(DemoWorld.SEDE_A);
    this.authority = world.outsider().hsm().authorityKey().certificate();
    this.judges = new Judges(authority);
  }

  @Test
  @DisplayName("made before the revocation: at B-LT still valid, at B-B not any more")
  void lastsFromLevelLtOn() throws Exception {
    Citizen citizen = world.activeCitizen();
    byte[] basic =
        signed(citizen, SIGNATURE_FORMAT_PADES, SignatureLevel.SIGNATURE_LEVEL_B_B, pdf());
    byte[] lasting =
        signed(citizen, SIGNATURE_FORMAT_PADES, SignatureLevel.SIGNATURE_LEVEL_B_LT, pdf());
    byte[] lastingXml =
        signed(
            citizen,
            SIGNATURE_FORMAT_XADES_ENVELOPED,
            SignatureLevel.SIGNATURE_LEVEL_B_LT,
            Documents.invoice());
    DssVerdict before = judges.dss(basic);
    assertThat(before.indication()).as(before.toString()).isEqualTo("TOTAL_PASSED");
    awaitAnotherSecond();

    world.officer().revoke(citizen, RevocationReason.REVOCATION_REASON_KEY_COMPROMISED);

    DssVerdict after = judges.dss(basic);
    assertThat(after.indication()).as(after.toString()).isEqualTo("INDETERMINATE");
    assertThat(after.subIndication()).contains("REVOKED_NO_POE");
    for (byte[] kept : List.of(lasting, lastingXml)) {
      DssVerdict verdict = judges.dss(kept);
      assertThat(verdict.indication()).as(verdict.toString()).isEqualTo("TOTAL_PASSED");
    }
    Verdict status =
        OpenSsl.status(
            before.signer(),
            authority,
            List.of(authority),
            world.publicAddress("/ocsp").toString());
    assertThat(status.accepted()).isFalse();
    assertThat(status.said()).contains("Response verify OK", "certificate.pem: revoked");
    Verdict chain =
        OpenSsl.verify(
            before.signer(),
            List.of(),
            List.of(authority),
            List.of(world.fetchPublic("/authority.crl")));
    assertThat(chain.accepted()).isFalse();
    assertThat(chain.said()).contains("certificate revoked");
  }

  @Test
  @DisplayName("several documents under one authorisation come back in the order of the request")
  void keepsTheOrder() throws Exception {
    List<byte[]> originals =
        List.of(Documents.form(), Documents.pdfA1b(), Documents.pdfA2a(), Documents.pdfA1b());
    SignatureRequest request =
        sede.ask(
            Sede.wish(originals.toArray(new byte[0][]))
                .setLevel(SignatureLevel.SIGNATURE_LEVEL_B_LTA));

    assertThat(world.activeCitizen().sign(request)).isEqualTo(originals.size());

    for (int i = 0; i < originals.size(); i++) {
      byte[] signed = sede.fetchCompleted(request.getId(), i);
      assertThat(signed).startsWith(originals.get(i));
      assertThat(judges.acceptPdf(signed, SignatureLevel.SIGNATURE_LEVEL_B_LTA)).isNotNull();
    }
  }

  private static byte[] pdf() {
    return Documents.pdfA1b();
  }

  private byte[] signed(
      Citizen citizen, SignatureFormat format, SignatureLevel level, byte[] document) {
    SignatureRequest request = sede.ask(Sede.wish(document).setFormat(format).setLevel(level));
    citizen.sign(request);
    return sede.fetchCompleted(request.getId(), 0);
  }

  /** Stamps and revocations say seconds: the revocation must come in a later one. */
  private static void awaitAnotherSecond() throws InterruptedException {
    Instant next = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(2);
    while (Instant.now().isBefore(next)) {
      Thread.sleep(Duration.ofMillis(50));
    }
  }
}
