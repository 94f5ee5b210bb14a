package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.SoftHsm;
import eus.bakq.fixtures.SoftHsmCopy;
import eus.bakq.fixtures.judge.PdfCms;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.server.hsm.HsmRefusedException;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tokens are lost, all three, and come back from the copy that was made at the ceremony
 * (docs/runbooks/losing-an-hsm.md): what was sealed, kept and certified before goes on.
 */
class RestoredTokensTest {
  @TempDir private Path folder;

  @Test
  @DisplayName(
      "KEY-09: with the ceremony's copy of the tokens a server opens a key that was sealed before"
          + " they were lost, and signs; without it no server starts")
  void citizensSignAsBefore() throws Exception {
    WorldFiles files = WorldFiles.make();
    Path kept = Files.createDirectory(folder.resolve("kept"));
    SoftHsmCopy.keep(SoftHsm.shared(), files.tokens().prefix(), kept);
    SoftHsmCopy used = restored(kept, "used");
    Citizen citizen;
    X509Certificate authority;
    SignatureRequest signedBefore;
    SignatureRequest askedBefore;
    try (DemoWorld world = start(files, used)) {
      citizen = world.activeCitizen();
      authority = certificate(world.fetchPublic("/authority.cer"));
      Sede sede = world.sede(WorldFiles.SEDE_A);
      signedBefore = sede.ask(Documents.form());
      assertThat(citizen.sign(signedBefore)).isOne();
      sede.fetchCompleted(signedBefore.getId(), 0);
      askedBefore = sede.ask(Documents.form());
    }

    used.lose();
    assertThatThrownBy(() -> start(files, used)).isInstanceOf(HsmRefusedException.class);

    try (DemoWorld world = start(files, restored(kept, "restored"))) {
      Sede sede = world.sede(WorldFiles.SEDE_A);
      // Under the keys of record: a document that waits, one that is kept, and who registered.
      assertThat(citizen.at(world).sign(askedBefore)).isOne();
      for (SignatureRequest request : List.of(signedBefore, askedBefore)) {
        byte[] signed = sede.fetchCompleted(request.getId(), 0);
        Judges.assertAccepted(PdfCms.verify(signed, List.of(authority)));
      }
      assertThat(world.fetchPublic("/authority.cer")).isEqualTo(authority.getEncoded());
      SignatureRequest askedAfter = sede.ask(Documents.form());
      assertThat(world.activeCitizen().sign(askedAfter)).isOne();
      Judges.assertAccepted(
          PdfCms.verify(sede.fetchCompleted(askedAfter.getId(), 0), List.of(authority)));
      new WorldInvariants(world).requireAtRest();
      world.conformance().requireNoViolation();
    }
  }

  private SoftHsmCopy restored(Path kept, String name) throws Exception {
    return SoftHsmCopy.restored(
        SoftHsm.shared(), kept, Files.createDirectory(folder.resolve(name)));
  }

  private static DemoWorld start(WorldFiles files, SoftHsmCopy tokens) throws Exception {
    return DemoWorld.start(
        files,
        WorldFiles.Settings.usual()
            .levels(WorldFiles.Levels.B_B)
            .modules(tokens.module())
            .further("documents: {warmUp: false}\n"));
  }

  private static X509Certificate certificate(byte[] encoded) throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(encoded));
  }
}
