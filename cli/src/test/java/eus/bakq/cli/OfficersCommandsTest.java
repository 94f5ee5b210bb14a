package eus.bakq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import eus.bakq.auditor.v1.AuditRecord;
import eus.bakq.auditor.v1.AuditServiceGrpc.AuditServiceImplBase;
import eus.bakq.auditor.v1.ListAuditRecordsRequest;
import eus.bakq.auditor.v1.ListAuditRecordsResponse;
import eus.bakq.auditor.v1.VerifyAuditLogRequest;
import eus.bakq.auditor.v1.VerifyAuditLogResponse;
import eus.bakq.registration.v1.IdentityDocumentType;
import eus.bakq.registration.v1.Language;
import eus.bakq.registration.v1.LiftSuspensionRequest;
import eus.bakq.registration.v1.LiftSuspensionResponse;
import eus.bakq.registration.v1.RegisterSignerRequest;
import eus.bakq.registration.v1.RegisterSignerResponse;
import eus.bakq.registration.v1.RegistrationServiceGrpc.RegistrationServiceImplBase;
import eus.bakq.registration.v1.RenewActivationRequest;
import eus.bakq.registration.v1.RenewActivationResponse;
import eus.bakq.registration.v1.RevocationReason;
import eus.bakq.registration.v1.RevokeCredentialsRequest;
import eus.bakq.registration.v1.RevokeCredentialsResponse;
import eus.bakq.registration.v1.SuspendCredentialsRequest;
import eus.bakq.registration.v1.SuspendCredentialsResponse;
import eus.bakq.registration.v1.SuspensionReason;
import eus.bakq.registration.v1.UnlockSignerRequest;
import eus.bakq.registration.v1.UnlockSignerResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code registration} and {@code audit}. */
class OfficersCommandsTest {
  @TempDir Path folder;
  private final Registration registration = new Registration();
  private final Audit audit = new Audit();
  private FakeServer server;
  private Path evidence;

  @BeforeEach
  void start() throws IOException {
    server = FakeServer.serving(registration, audit);
    evidence = Files.writeString(folder.resolve("application.pdf"), "signed application");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void registersAndSendsOnlyTheHashOfTheEvidence() throws Exception {
    FakeServer.Result result =
        server.run(
            "",
            "registration",
            "register",
            "--dni=12345678Z",
            "--given-name=Ane",
            "--surname=Etxeberria Agirre",
            "--birth-date=1980-01-31",
            "--email=ane@example.org",
            "--mobile=+34612345678",
            "--document-number=12345678Z",
            "--document-expiry=2031-05-17",
            "--document-type=passport",
            "--evidence=" + evidence);
    assertThat(result.err()).isEmpty();
    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).contains("the-signer", "ane@example.org");
    RegisterSignerRequest request = registration.registered;
    assertThat(request.getLanguage()).isEqualTo(Language.LANGUAGE_BASQUE);
    assertThat(request.getBirthDate().getMonth()).isEqualTo(1);
    assertThat(request.getRequestId()).hasSize(36);
    assertThat(request.getEvidence().getDocumentType())
        .isEqualTo(IdentityDocumentType.IDENTITY_DOCUMENT_TYPE_PASSPORT);
    assertThat(request.getEvidence().getEvidenceSha256().toByteArray())
        .isEqualTo(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(evidence)));
    assertThat(request.getEvidence().hasIdentifiedAt()).isFalse();
  }

  @Test
  void renewsAndUnlocksWithTheRequestIdOfALostCall() {
    String requestId = "0f8fad5b-d9cb-469f-a165-70867728950e";
    for (String act : List.of("renew-activation", "renew", "unlock")) {
      assertThat(
              server
                  .run(
                      "",
                      "registration",
                      act,
                      "--dni=12345678Z",
                      "--request-id=" + requestId,
                      "--document-number=1",
                      "--document-expiry=2031-05-17",
                      "--identified-at=2026-01-31T10:00:00Z",
                      "--evidence=" + evidence)
                  .exitCode())
          .isZero();
    }
    assertThat(registration.acts)
        .containsExactly(
            "renew " + requestId + " 1769853600",
            "renew " + requestId + " 1769853600",
            "unlock " + requestId);
  }

  @Test
  void suspendsForSomeDaysWithoutADocument() {
    Instant asked = Instant.now();
    FakeServer.Result result =
        server.run(
            "",
            "registration",
            "suspend",
            "--dni=12345678Z",
            "--reason=compromise_suspected",
            "--days=30");
    assertThat(result.err()).isEmpty();
    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).contains("suspended until", "revoked, if nobody lifts it");
    SuspendCredentialsRequest request = registration.suspended;
    assertThat(request.getReason())
        .isEqualTo(SuspensionReason.SUSPENSION_REASON_COMPROMISE_SUSPECTED);
    assertThat(Instant.ofEpochSecond(request.getSuspendedUntil().getSeconds()))
        .isBetween(
            asked.plus(Duration.ofDays(30)).minusSeconds(61),
            Instant.now().plus(Duration.ofDays(30)).minusSeconds(59));
    assertThat(request.hasEvidenceSha256()).isFalse();
  }

  @Test
  void liftsWhenThePersonWasIdentified() {
    FakeServer.Result result =
        server.run(
            "",
            "registration",
            "lift",
            "--dni=12345678Z",
            "--request-id=0f8fad5b-d9cb-469f-a165-70867728950e",
            "--document-number=1",
            "--document-expiry=2031-05-17",
            "--evidence=" + evidence);
    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).contains("can sign again");
    assertThat(registration.acts).containsExactly("lift 0f8fad5b-d9cb-469f-a165-70867728950e");
    assertThat(server.run("", "registration", "lift", "--dni=12345678Z").exitCode()).isEqualTo(2);
  }

  @Test
  void revokesForAReasonThatMustBeSaid() throws Exception {
    FakeServer.Result result =
        server.run(
            "",
            "registration",
            "revoke",
            "--dni=12345678Z",
            "--reason=signer_died",
            "--evidence=" + evidence);
    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).contains("is revoked", "renew");
    assertThat(registration.revoked.getReason())
        .isEqualTo(RevocationReason.REVOCATION_REASON_SIGNER_DIED);
    assertThat(registration.revoked.getEvidenceSha256().toByteArray())
        .isEqualTo(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(evidence)));

    FakeServer.Result unsaid = server.run("", "registration", "revoke", "--dni=12345678Z");
    assertThat(unsaid.exitCode()).isEqualTo(2);
    assertThat(unsaid.err()).contains("--reason");
  }

  @Test
  void asksForWhatIsMissing() {
    FakeServer.Result result = server.run("", "registration", "register", "--dni=12345678Z");
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains("--mobile");
  }

  @Test
  void listsAllPagesOfTheRecordInColumns() {
    audit.add(1, "SYSTEM_STARTED", "system");
    audit.add(2, "SIGNATURE_AUTHORISED", "sede\u001b[2J");
    FakeServer.Result result = server.run("", "audit", "list", "--subject", "x", "--details");
    assertThat(result.exitCode()).isZero();
    assertThat(result.out().lines()).hasSize(3);
    assertThat(result.out()).contains("k=v").doesNotContain("\u001b");
    assertThat(audit.requests)
        .extracting(ListAuditRecordsRequest::getAfterSequence)
        .containsExactly(0L, 1L);
    assertThat(audit.requests).allMatch(request -> request.getSubject().equals("x"));
    assertThat(server.run("", "audit", "list", "--json", "--limit", "1").out().lines())
        .singleElement()
        .asString()
        .contains("\"type\":\"SYSTEM_STARTED\"");
  }

  @Test
  void saysWhereTheRecordWasAlteredAndFails() {
    FakeServer.Result good = server.run("", "audit", "verify");
    assertThat(good.exitCode()).isZero();
    assertThat(good.out()).contains("none", "00000000 00000000");
    audit.firstBad = 7;
    FakeServer.Result bad = server.run("", "audit", "verify");
    assertThat(bad.exitCode()).isEqualTo(1);
    assertThat(bad.err()).contains("place 7");
  }

  private static final class Registration extends RegistrationServiceImplBase {
    private final List<String> acts = new ArrayList<>();
    private RegisterSignerRequest registered = RegisterSignerRequest.getDefaultInstance();
    private SuspendCredentialsRequest suspended = SuspendCredentialsRequest.getDefaultInstance();
    private RevokeCredentialsRequest revoked = RevokeCredentialsRequest.getDefaultInstance();

    @Override
    public void registerSigner(
        RegisterSignerRequest request, StreamObserver<RegisterSignerResponse> observer) {
      registered = request;
      observer.onNext(RegisterSignerResponse.newBuilder().setSignerId("the-signer").build());
      observer.onCompleted();
    }

    @Override
    public void renewActivation(
        RenewActivationRequest request, StreamObserver<RenewActivationResponse> observer) {
      acts.add(
          "renew "
              + request.getRequestId()
              + " "
              + request.getEvidence().getIdentifiedAt().getSeconds());
      observer.onNext(RenewActivationResponse.getDefaultInstance());
      observer.onCompleted();
    }

    @Override
    public void unlockSigner(
        UnlockSignerRequest request, StreamObserver<UnlockSignerResponse> observer) {
      acts.add("unlock " + request.getRequestId());
      observer.onNext(UnlockSignerResponse.getDefaultInstance());
      observer.onCompleted();
    }

    @Override
    public void suspendCredentials(
        SuspendCredentialsRequest request, StreamObserver<SuspendCredentialsResponse> observer) {
      suspended = request;
      observer.onNext(SuspendCredentialsResponse.getDefaultInstance());
      observer.onCompleted();
    }

    @Override
    public void liftSuspension(
        LiftSuspensionRequest request, StreamObserver<LiftSuspensionResponse> observer) {
      acts.add("lift " + request.getRequestId());
      observer.onNext(LiftSuspensionResponse.getDefaultInstance());
      observer.onCompleted();
    }

    @Override
    public void revokeCredentials(
        RevokeCredentialsRequest request, StreamObserver<RevokeCredentialsResponse> observer) {
      revoked = request;
      observer.onNext(RevokeCredentialsResponse.getDefaultInstance());
      observer.onCompleted();
    }
  }

  /** Answers one record a page. */
  private static final class Audit extends AuditServiceImplBase {
    private final List<AuditRecord> records = new ArrayList<>();
    private final List<ListAuditRecordsRequest> requests = new ArrayList<>();
    private long firstBad;

    void add(long sequence, String type, String actor) {
      records.add(
          AuditRecord.newBuilder()
              .setSequence(sequence)
              .setRecordedAt(Timestamp.newBuilder().setSeconds(1_800_000_000))
              .setType(type)
              .setOutcome("SUCCEEDED")
              .setActor(actor)
              .putDetails("k", "v")
              .build());
    }

    @Override
    public void listAuditRecords(
        ListAuditRecordsRequest request, StreamObserver<ListAuditRecordsResponse> observer) {
      requests.add(request);
      int next = (int) request.getAfterSequence();
      observer.onNext(
          ListAuditRecordsResponse.newBuilder()
              .addRecords(records.get(next))
              .setMore(next + 1 < records.size())
              .build());
      observer.onCompleted();
    }

    @Override
    public void verifyAuditLog(
        VerifyAuditLogRequest request, StreamObserver<VerifyAuditLogResponse> observer) {
      observer.onNext(
          VerifyAuditLogResponse.newBuilder()
              .setChecked(9)
              .setFirstBadSequence(firstBad)
              .setHeadHash(ByteString.copyFrom(new byte[32]))
              .build());
      observer.onCompleted();
    }
  }
}
