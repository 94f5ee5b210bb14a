package eus.bakq.demo;

import static eus.bakq.relyingparty.v1.SignatureRequestState.SIGNATURE_REQUEST_STATE_CANCELLED;
import static eus.bakq.relyingparty.v1.SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETED;
import static eus.bakq.relyingparty.v1.SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETING;
import static eus.bakq.relyingparty.v1.SignatureRequestState.SIGNATURE_REQUEST_STATE_REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.BadDocuments;
import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.TimeStampAuthority;
import eus.bakq.relyingparty.v1.CreateSignatureRequestRequest;
import eus.bakq.relyingparty.v1.SignatureLevel;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What sedes ask at the same moment, at two nodes (docs/signing-cycle.md, 11). */
@ExtendWith(TwoNodes.class)
class AskingRacesTest {
  private final ProcessWorld world;

  AskingRacesTest(ProcessWorld world) {
    this.world = world;
  }

  @Test
  @DisplayName("100 creates with one request_id and body make one request, and all are told it")
  void createsOnce() throws Exception {
    CreateSignatureRequestRequest.Builder wish = Sede.wish(BadDocuments.sound());

    List<AtOnce.Outcome<SignatureRequest>> outcomes =
        AtOnce.run(100, number -> () -> sede(number).ask(wish.clone()));

    assertThat(AtOnce.successes(outcomes)).isEqualTo(100);
    assertThat(outcomes.stream().map(AtOnce.Outcome::answer).distinct()).hasSize(1);
    String id = outcomes.getFirst().answer().orElseThrow().getId();
    assertThat(world.audit().lines(id)).containsExactly("SIGNATURE_REQUEST_FROZEN SUCCEEDED");
    sede(0).cancel(id);
  }

  @Test
  @DisplayName("of two bodies under one request_id, one is made and the other refused")
  void refusesTheOtherBody() throws Exception {
    CreateSignatureRequestRequest.Builder one = Sede.wish(BadDocuments.sound());
    CreateSignatureRequestRequest.Builder other =
        Sede.wish(Documents.form()).setRequestId(one.getRequestId());

    List<AtOnce.Outcome<SignatureRequest>> outcomes =
        AtOnce.run(
            24, number -> () -> sede(number / 2).ask((number % 2 == 0 ? one : other).clone()));

    assertThat(AtOnce.successes(outcomes)).isEqualTo(12);
    assertThat(outcomes.stream().flatMap(each -> each.answer().stream()).distinct()).hasSize(1);
    assertThat(AtOnce.reasons(outcomes)).containsExactly("REQUEST_ID_REUSED");
    boolean first = outcomes.getFirst().succeeded();
    for (int number = 0; number < outcomes.size(); number++) {
      assertThat(outcomes.get(number).succeeded()).isEqualTo(first == (number % 2 == 0));
    }
  }

  @Test
  @DisplayName("API-07: a sede's last place is taken once, whoever asks at once at whatever node")
  void takesTheLastPlaceOnce() throws Exception {
    List<AtOnce.Outcome<SignatureRequest>> outcomes =
        AtOnce.run(
            16,
            number ->
                () ->
                    TwoNodes.of(world, number)
                        .sede(WorldFiles.SEDE_WITH_ONE_REQUEST)
                        .ask(BadDocuments.sound()));

    assertThat(AtOnce.successes(outcomes)).isOne();
    assertThat(AtOnce.reasons(outcomes)).containsExactly("QUOTA_EXCEEDED");
    for (AtOnce.Outcome<SignatureRequest> outcome : outcomes) {
      outcome
          .answer()
          .ifPresent(made -> world.sede(WorldFiles.SEDE_WITH_ONE_REQUEST).cancel(made.getId()));
    }
  }

  @Test
  @DisplayName("an upload is used up by one of those who name it at once")
  void usesAnUploadOnce() throws Exception {
    String upload = sede(0).upload(BadDocuments.sound());

    List<AtOnce.Outcome<SignatureRequest>> outcomes =
        AtOnce.run(20, number -> () -> sede(number).ask(Sede.wishFor(upload)));

    assertThat(AtOnce.successes(outcomes)).isOne();
    assertThat(AtOnce.reasons(outcomes)).containsExactly("UPLOAD_NOT_FOUND");
  }

  @Test
  @DisplayName("watch, cancel, reject and sign at once: one wins, and everybody is told the same")
  void endsInOneState() throws Exception {
    Citizen citizen = world.activeCitizen();
    for (int round = 0; round < 4; round++) {
      SignatureRequest request = sede(0).ask(BadDocuments.sound());
      Authorising bystander = citizen.open(request).through(node(round).signerChannel());
      Authorising challenged = citizen.challenged(request).through(node(round + 1).signerChannel());
      String code = citizen.nextCode();
      List<Watching> watching =
          List.of(sede(0).watch(request.getId()), sede(1).watch(request.getId()));
      int first = round;

      List<Callable<Object>> ends =
          List.of(
              () -> sede(first).cancel(request.getId()).getState(),
              bystander::reject,
              () -> challenged.submitCode(code));
      List<AtOnce.Outcome<Object>> outcomes = AtOnce.run(ends);

      assertThat(AtOnce.successes(outcomes)).isOne();
      assertThat(AtOnce.reasons(outcomes))
          .isSubsetOf("SIGNATURE_REQUEST_NOT_OPEN", "INTERACTION_NOT_FOUND");
      SignatureRequestState expected =
          outcomes.get(0).succeeded()
              ? SIGNATURE_REQUEST_STATE_CANCELLED
              : outcomes.get(1).succeeded()
                  ? SIGNATURE_REQUEST_STATE_REJECTED
                  : SIGNATURE_REQUEST_STATE_COMPLETED;
      for (Watching one : watching) {
        SignatureRequest last = one.next();
        while (last.getState() != expected) {
          last = one.next();
        }
        one.awaitEnd();
      }
      assertThat(sede(0).get(request.getId())).isEqualTo(sede(1).get(request.getId()));
      assertThat(sede(0).get(request.getId()).getState()).isEqualTo(expected);
      assertThat(signedValues(request)).isEqualTo(outcomes.get(2).succeeded() ? 1 : 0);
    }
  }

  @Test
  @DisplayName(
      "PRV-04: fetching and acknowledging at once: the same bytes or none, and one record each")
  void fetchesOrHasNothingMore() throws Exception {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede(0).ask(BadDocuments.sound());
    citizen.sign(request);
    byte[] signed = sede(0).fetchCompleted(request.getId(), 0);

    List<Callable<Object>> calls = new ArrayList<>();
    for (int number = 0; number < 24; number++) {
      int at = number;
      calls.add(
          number % 6 == 5
              ? () -> sede(at).acknowledge(request.getId())
              : () -> Arrays.equals(sede(at).fetch(request.getId(), 0), signed));
    }
    List<AtOnce.Outcome<Object>> outcomes = AtOnce.run(calls);

    assertThat(AtOnce.reasons(outcomes)).isSubsetOf("ALREADY_FETCHED");
    assertThat(outcomes.stream().map(AtOnce.Outcome::answer).flatMap(answer -> answer.stream()))
        .doesNotContain(false);
    long fetched =
        outcomes.stream()
            .filter(one -> one.answer().filter(Boolean.TRUE::equals).isPresent())
            .count();
    assertThat(world.audit().count(request.getId(), "SIGNED_DOCUMENT_FETCHED"))
        .isEqualTo(fetched + 1);
    assertThat(world.audit().count(request.getId(), "SIGNED_DOCUMENTS_ACKNOWLEDGED")).isOne();
    assertThat(Refused.by(() -> sede(1).fetch(request.getId(), 0)).reason())
        .isEqualTo("ALREADY_FETCHED");
  }

  @Test
  @DisplayName("what both nodes complete is completed once, and both give the same bytes")
  void completesOnce() throws Exception {
    Citizen citizen = world.activeCitizen();
    TimeStampAuthority stamps = TimeStampAuthority.shared();
    List<SignatureRequest> requests = new ArrayList<>();
    stamps.kill();
    try {
      for (int number = 0; number < 3; number++) {
        SignatureRequest request =
            sede(number)
                .ask(Sede.wish(BadDocuments.sound()).setLevel(SignatureLevel.SIGNATURE_LEVEL_B_T));
        requests.add(request);
        assertThat(citizen.sign(request)).isOne();
        assertThat(sede(0).get(request.getId()).getState())
            .isEqualTo(SIGNATURE_REQUEST_STATE_COMPLETING);
      }
    } finally {
      stamps.restart();
    }

    for (SignatureRequest request : requests) {
      byte[] signed = sede(0).fetchCompleted(request.getId(), 0);
      assertThat(sede(1).fetch(request.getId(), 0)).isEqualTo(signed);
      assertThat(world.audit().count(request.getId(), "SIGNATURE_REQUEST_COMPLETED")).isOne();
    }
  }

  private long signedValues(SignatureRequest request) throws Exception {
    return world.count(
        "select count(*) from activation_ledger where outcome = 'CONSUMED' and signature_request_id = '"
            + request.getId()
            + "'");
  }

  private ProcessWorld.Node node(int number) {
    return TwoNodes.of(world, number);
  }

  private Sede sede(int number) {
    return node(number).sede(WorldFiles.SEDE_A);
  }
}
