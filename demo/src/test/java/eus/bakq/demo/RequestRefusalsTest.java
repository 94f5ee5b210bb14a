package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.BadDocuments;
import eus.bakq.fixtures.Documents;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that have ended, quotas, and documents that cannot be signed. */
@ExtendWith(InDemoWorld.class)
class RequestRefusalsTest {
  private static final String NOT_OPEN = "SIGNATURE_REQUEST_NOT_OPEN";
  private static final String GONE = "INTERACTION_NOT_FOUND";

  private final DemoWorld world;
  private final Sede sede;

  RequestRefusalsTest(DemoWorld world) {
    this.world = world;
    this.sede = world.sede(DemoWorld.SEDE_A);
  }

  @Test
  @DisplayName("a cancelled request cannot be authorised, not even by who has the code already")
  void refusesToAuthoriseWhatWasCancelled() {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    Authorising opened = citizen.open(request);
    Authorising challenged = citizen.challenged(request);
    String code = citizen.nextCode();

    assertThat(sede.cancel(request.getId()).getState())
        .isEqualTo(SignatureRequestState.SIGNATURE_REQUEST_STATE_CANCELLED);
    // May be repeated.
    assertThat(sede.cancel(request.getId()).getState())
        .isEqualTo(SignatureRequestState.SIGNATURE_REQUEST_STATE_CANCELLED);

    assertThat(Refused.by(() -> challenged.submitCode(code)).reason()).isEqualTo(GONE);
    assertThat(Refused.by(() -> opened.submitPassword(citizen.dni(), Citizen.PASSWORD)).reason())
        .isEqualTo(GONE);
    assertEnded(citizen, request, "SIGNATURE_REQUEST_CANCELLED SUCCEEDED");
  }

  @Test
  @DisplayName("a rejected request cannot be authorised")
  void refusesToAuthoriseWhatWasRejected() {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    Authorising challenged = citizen.challenged(request);
    String code = citizen.nextCode();

    citizen.open(request).reject();

    assertThat(Refused.by(() -> challenged.submitCode(code)).reason()).isEqualTo(GONE);
    assertThat(Refused.by(challenged::reject).reason()).isEqualTo(GONE);
    assertThat(Refused.by(() -> sede.cancel(request.getId())).reason()).isEqualTo(NOT_OPEN);
    assertEnded(citizen, request, "SIGNATURE_REQUEST_REJECTED SUCCEEDED");
  }

  @Test
  @DisplayName("an interaction whose time is over is like one that never was")
  void refusesAnExpiredInteraction() throws Exception {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    Authorising challenged = citizen.challenged(request);
    String code = citizen.nextCode();

    world.tamper(
        "update interaction set expires_at = now() - interval '1 second' where id = '"
            + challenged.interaction()
            + "'");

    assertThat(Refused.by(() -> challenged.submitCode(code)).reason()).isEqualTo(GONE);
    assertThat(world.audit().count(request.getId(), "SAD_CREATED")).isZero();
    assertThat(citizen.sign(request)).isOne();
  }

  @Test
  @DisplayName("SAD-05: what was signed is not signed again, by nobody with whatever good code")
  void refusesToSignTwice() {
    Citizen citizen = world.activeCitizen();
    Citizen another = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    Authorising challenged = citizen.challenged(request);
    String code = citizen.nextCode();
    another.sign(request);
    byte[] signed = sede.fetch(request.getId(), 0);

    assertThat(Refused.by(() -> challenged.submitCode(code)).reason()).isEqualTo(NOT_OPEN);
    assertThat(Refused.by(() -> citizen.open(request)).reason()).isEqualTo(NOT_OPEN);
    assertThat(Refused.by(() -> sede.cancel(request.getId())).reason()).isEqualTo(NOT_OPEN);

    assertThat(world.audit().count(request.getId(), "SIGNATURE_CREATED")).isOne();
    assertThat(sede.fetch(request.getId(), 0)).isEqualTo(signed);
  }

  private void assertEnded(Citizen citizen, SignatureRequest request, String record) {
    assertThat(Refused.by(() -> citizen.open(request)).reason()).isEqualTo(NOT_OPEN);
    assertThat(Refused.by(() -> sede.fetch(request.getId(), 0)).reason())
        .isEqualTo("NOT_COMPLETED");
    assertThat(Refused.by(() -> sede.acknowledge(request.getId())).reason())
        .isEqualTo("NOT_COMPLETED");
    assertThat(world.audit().lines(request.getId()))
        .endsWith(record, "AUTHENTICATION_FAILED REFUSED INTERACTION_IS_OVER")
        .doesNotContain("SAD_CREATED SUCCEEDED", "SIGNATURE_AUTHORISED SUCCEEDED");
  }

  @Test
  @DisplayName("CSC 8: a sede has no more requests open than its quota")
  void holdsASedeToItsOpenRequests() {
    Sede one = world.sede(DemoWorld.SEDE_WITH_ONE_REQUEST);
    SignatureRequest open = one.ask(BadDocuments.sound());

    Refused refused = Refused.by(() -> one.ask(BadDocuments.sound()));

    assertThat(refused.reason()).isEqualTo("QUOTA_EXCEEDED");
    assertThat(refused.text()).contains("RetryInfo");
    one.cancel(open.getId());
    one.ask(BadDocuments.sound());
  }

  @Test
  @DisplayName("a sede calls no more often than its quota")
  void holdsASedeToItsCalls() {
    Sede two = world.sede(DemoWorld.SEDE_WITH_TWO_CALLS);
    two.ask(BadDocuments.sound());
    two.ask(BadDocuments.sound());

    Refused refused = Refused.by(() -> two.ask(BadDocuments.sound()));

    assertThat(refused.reason()).isEqualTo("QUOTA_EXCEEDED");
    assertThat(refused.text()).contains("RetryInfo");
  }

  @Test
  @DisplayName("SAD-13: a request takes twenty interactions, and as many documents as policy says")
  void boundsARequest() {
    Citizen citizen = world.newCitizen();
    SignatureRequest request = sede.ask(BadDocuments.sound());
    for (int i = 0; i < 20; i++) {
      citizen.open(request);
    }
    assertThat(Refused.by(() -> citizen.open(request)).reason()).isEqualTo("QUOTA_EXCEEDED");
    assertThat(world.audit().count(request.getId(), "SIGNATURE_REQUEST_SHOWN")).isEqualTo(20);

    byte[][] documents = Collections.nCopies(21, BadDocuments.sound()).toArray(new byte[0][]);
    assertThat(Refused.by(() -> sede.ask(documents)).reason()).isEqualTo("FIELD_INVALID");
  }

  static Stream<Arguments> unsignable() {
    return Stream.of(
        Arguments.of("nothing", BadDocuments.empty(), "FIELD_INVALID"),
        Arguments.of("no PDF", BadDocuments.notPdf(), "DOCUMENT_UNREADABLE"),
        Arguments.of("an XML invoice", Documents.invoice(), "DOCUMENT_UNREADABLE"),
        Arguments.of("half of one", BadDocuments.cutInHalf(), "DOCUMENT_UNREADABLE"),
        Arguments.of("data after the end", BadDocuments.garbageAfterEnd(), "DOCUMENT_UNREADABLE"),
        Arguments.of("encrypted", BadDocuments.encrypted(), "DOCUMENT_ENCRYPTED"),
        Arguments.of("its owner's only", BadDocuments.ownerProtected(), "DOCUMENT_ENCRYPTED"),
        Arguments.of(
            "closed by its author",
            BadDocuments.certifiedWithoutChanges(),
            "DOCUMENT_FORBIDS_SIGNING"));
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("unsignable")
  @DisplayName("DOC: what cannot be signed is refused to the sede, and nothing is frozen")
  void refusesDocumentsThatCannotBeSigned(String name, byte[] document, String reason) {
    long before = world.audit().count("", "SIGNATURE_REQUEST_FROZEN");

    assertThat(Refused.by(() -> sede.ask(BadDocuments.sound(), document)).reason())
        .as(name)
        .isEqualTo(reason);

    assertThat(world.audit().count("", "SIGNATURE_REQUEST_FROZEN")).isEqualTo(before);
  }

  @Test
  @DisplayName("API-14: fields that are missing or out of bounds are all named")
  void namesEveryFieldAtFault() {
    Refused refused =
        Refused.by(
            () ->
                sede.ask(
                    Sede.wish(BadDocuments.sound())
                        .setRequestId("no uuid")
                        .clearFormat()
                        .clearLevel()
                        .setDigestAlgorithmValue(9)
                        .clearLanguage()
                        .setExpectedSigner("12345678A")));

    assertThat(refused.reason()).isEqualTo("FIELD_INVALID");
    for (String field :
        List.of(
            "request_id", "format", "level", "digest_algorithm", "language", "expected_signer")) {
      assertThat(refused.text()).contains(field);
    }
    assertThat(refused.text()).doesNotContain("12345678A");
  }
}
