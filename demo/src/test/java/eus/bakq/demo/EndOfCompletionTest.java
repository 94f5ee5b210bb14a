package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.demo.UnreliableTimeStamps.Manner;
import eus.bakq.fixtures.BadDocuments;
import eus.bakq.registration.v1.RevocationReason;
import eus.bakq.relyingparty.v1.CompletionDelay;
import eus.bakq.relyingparty.v1.CompletionFailure;
import eus.bakq.relyingparty.v1.SignatureLevel;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What becomes of signatures that were made and cannot be completed now, or ever. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EndOfCompletionTest {
  private static final String NOT_HANDED_OUT = "A signature with your BakQ did not come about";

  private UnreliableTimeStamps stamps;
  private DemoWorld world;
  private Sede sede;

  @BeforeAll
  void start() throws Exception {
    Path folder = Files.createDirectories(Path.of("target").toAbsolutePath());
    stamps = UnreliableTimeStamps.start(Files.createTempDirectory(folder, "stamps-"));
    world =
        DemoWorld.start(
            WorldFiles.make(), WorldFiles.Settings.usual().timeStamping(stamps.section()));
    sede = world.sede(WorldFiles.SEDE_A);
  }

  @AfterAll
  void stop() {
    world.close();
    stamps.close();
  }

  @AfterEach
  void noAnswerBrokeTheContract() {
    world.conformance().requireNoViolation();
  }

  @Test
  @DisplayName("killed, silent or lying: the sede is told why it takes longer, and nothing is lost")
  void completesWhenTheAuthorityComesBack() throws Exception {
    List<SignatureRequest> waiting = new ArrayList<>();
    Citizen citizen = world.activeCitizen();
    for (Manner manner : List.of(Manner.KILLED, Manner.SILENT, Manner.LYING)) {
      stamps.behave(manner);
      SignatureRequest request = signed(citizen);
      assertThat(delay(request)).as(manner.name()).isEqualTo(EVIDENCE);
      assertThat(Refused.by(() -> sede.fetch(request.getId(), 0)).reason())
          .isEqualTo("NOT_COMPLETED");
      waiting.add(request);
    }
    Watching watching = sede.watch(waiting.getLast().getId());
    assertThat(watching.next().getCompletionDelay()).isEqualTo(EVIDENCE);

    stamps.behave(Manner.SOUND);

    for (SignatureRequest request : waiting) {
      assertThat(sede.fetchCompleted(request.getId(), 0)).isNotEmpty();
      SignatureRequest now = sede.get(request.getId());
      assertThat(now.getCompletionDelay()).isEqualTo(CompletionDelay.COMPLETION_DELAY_UNSPECIFIED);
      assertThat(world.audit().count(request.getId(), "SIGNATURE_CREATED")).isEqualTo(1);
      assertThat(world.audit().lastLine(request.getId()))
          .isEqualTo("SIGNED_DOCUMENT_FETCHED SUCCEEDED");
    }
    SignatureRequest last = watching.next();
    while (last.getState() == SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETING) {
      last = watching.next();
    }
    assertThat(last.getState()).isEqualTo(SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETED);
    watching.awaitEnd();
  }

  @Test
  @DisplayName(
      "what can never be completed ends with a name and a reason, and nothing is left of it")
  void endsWhatCanNeverBeCompleted() throws Exception {
    stamps.behave(Manner.KILLED);
    Citizen revoked = world.activeCitizen();
    Citizen patient = world.activeCitizen();
    Citizen suspended = world.activeCitizen();
    SignatureRequest ended = signed(revoked);
    SignatureRequest tooLate = signed(patient);
    SignatureRequest onHold = signed(suspended);
    SignatureRequest faulty = signed(patient);
    Watching watching = sede.watch(ended.getId());
    assertThat(watching.next().getCompletionDelay()).isEqualTo(EVIDENCE);

    world.officer().revoke(revoked, RevocationReason.REVOCATION_REASON_KEY_COMPROMISED);
    world.officer().suspend(suspended, Duration.ofDays(2));
    beOld(tooLate);
    beOld(onHold);
    world.tamper(
        "update request_document set value = '\\x00' where request_id = '" + faulty.getId() + "'");
    beOld(faulty);

    SignatureRequest last = watching.next();
    assertThat(last.getState()).isEqualTo(SignatureRequestState.SIGNATURE_REQUEST_STATE_FAILED);
    assertThat(last.getCompletionFailure()).isEqualTo(NOT_GOOD);
    watching.awaitEnd();
    requireFailed(revoked, ended, NOT_GOOD);
    requireFailed(suspended, onHold, NOT_GOOD);
    requireFailed(patient, tooLate, CompletionFailure.COMPLETION_FAILURE_EVIDENCE_UNAVAILABLE);
    requireFailed(patient, faulty, CompletionFailure.COMPLETION_FAILURE_FAULT);
    new WorldInvariants(world).requireAtRest();
    assertThat(world.audit().verify().getFirstBadSequence()).isZero();
  }

  @Test
  @DisplayName("CRT-10: what waits for a certificate on hold is completed when the hold is lifted")
  void completesWhenTheHoldIsLifted() throws Exception {
    stamps.behave(Manner.KILLED);
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = signed(citizen);
    world.officer().suspend(citizen, Duration.ofDays(2));
    stamps.behave(Manner.SOUND);

    assertThat(
            Eventually.is(
                () -> delay(request) == CompletionDelay.COMPLETION_DELAY_CERTIFICATE_ON_HOLD))
        .isTrue();
    world.officer().lift(citizen);

    assertThat(sede.fetchCompleted(request.getId(), 0)).isNotEmpty();
  }

  private static final CompletionDelay EVIDENCE =
      CompletionDelay.COMPLETION_DELAY_EVIDENCE_UNAVAILABLE;
  private static final CompletionFailure NOT_GOOD =
      CompletionFailure.COMPLETION_FAILURE_CERTIFICATE_NOT_GOOD;

  private SignatureRequest signed(Citizen citizen) {
    SignatureRequest request =
        sede.ask(Sede.wish(BadDocuments.sound()).setLevel(SignatureLevel.SIGNATURE_LEVEL_B_LT));
    assertThat(citizen.sign(request)).isEqualTo(1);
    return request;
  }

  private CompletionDelay delay(SignatureRequest request) {
    SignatureRequest now = sede.get(request.getId());
    assertThat(now.getState()).isEqualTo(SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETING);
    return now.getCompletionDelay();
  }

  /** As if a day and more had gone by since its values were made. */
  private void beOld(SignatureRequest request) throws Exception {
    assertThat(
            world.tamper(
                "update signature_request set completing_since = completing_since - interval '25 h'"
                    + " where id = '"
                    + request.getId()
                    + "'"))
        .isEqualTo(1);
  }

  private void requireFailed(Citizen citizen, SignatureRequest request, CompletionFailure why)
      throws Exception {
    String id = request.getId();
    assertThat(
            Eventually.is(
                () ->
                    sede.get(id).getState()
                        == SignatureRequestState.SIGNATURE_REQUEST_STATE_FAILED))
        .as(why.name())
        .isTrue();
    assertThat(sede.get(id).getCompletionFailure()).isEqualTo(why);
    assertThat(sede.get(id).getCompletionDelay())
        .isEqualTo(CompletionDelay.COMPLETION_DELAY_UNSPECIFIED);
    assertThat(world.audit().lines(id))
        .containsSubsequence(
            "SIGNATURE_CREATED SUCCEEDED",
            "SIGNATURE_REQUEST_FAILED FAILED " + why.name().replace("COMPLETION_FAILURE_", ""));
    assertThat(world.audit().count(id, "SIGNATURE_REQUEST_FAILED")).isEqualTo(1);
    assertThat(world.audit().count(id, "SIGNATURE_REQUEST_COMPLETED")).isZero();
    for (String table : List.of("prepared_document", "request_document")) {
      String left =
          table.equals("request_document")
              ? " and coalesce(original, value, signed) is not null"
              : "";
      assertThat(
              world.count(
                  "select count(*) from " + table + " where request_id = '" + id + "'" + left))
          .as(table)
          .isZero();
    }
    for (Callable<?> call :
        List.<Callable<?>>of(() -> sede.fetch(id, 0), () -> sede.acknowledge(id))) {
      assertThat(Refused.by(call).reason()).isEqualTo("NOT_COMPLETED");
    }
    assertThat(Refused.by(() -> sede.cancel(id)).reason()).isEqualTo("SIGNATURE_REQUEST_NOT_OPEN");
    assertThat(Refused.by(() -> citizen.open(request)).reason())
        .isEqualTo("SIGNATURE_REQUEST_NOT_OPEN");
    assertThat(
            Eventually.is(
                () ->
                    citizen.mails().stream()
                        .anyMatch(
                            mail ->
                                mail.getSubject().equals(NOT_HANDED_OUT)
                                    && mail.getText().contains(request.getReferenceCode()))))
        .isTrue();
    assertThat(citizen.mails())
        .filteredOn(mail -> mail.getSubject().equals("Your BakQ has signed"))
        .noneMatch(mail -> mail.getText().contains(request.getReferenceCode()));
  }
}
