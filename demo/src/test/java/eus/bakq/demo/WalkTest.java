package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.judge.Pdfsig;
import eus.bakq.relyingparty.v1.CreateSignatureRequestRequest;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The main job, from the registration to the file that others accept, over the wire. */
@ExtendWith(InDemoWorld.class)
class WalkTest {
  private final DemoWorld world;
  private final Sede sede;

  WalkTest(DemoWorld world) {
    this.world = world;
    this.sede = world.sede(DemoWorld.SEDE_A);
  }

  @Test
  @DisplayName(
      "AUD-01, AUD-06, SAD-16: consent, intent, signature, release stand in the record in this order")
  void recordsTheWalkInItsOrder() {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.paper(), Documents.form());

    assertThat(citizen.sign(request)).isEqualTo(2);
    assertThat(sede.get(request.getId()).getState())
        .isEqualTo(SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETED);
    sede.fetch(request.getId(), 0);
    sede.acknowledge(request.getId());

    assertThat(world.audit().lines(request.getId()))
        .containsExactly(
            "SIGNATURE_REQUEST_FROZEN SUCCEEDED",
            "SIGNATURE_REQUEST_SHOWN SUCCEEDED",
            "AUTHENTICATION_PASSWORD_JUDGED SUCCEEDED",
            "SAD_CREATED SUCCEEDED",
            "AUTHENTICATION_SUCCEEDED SUCCEEDED",
            "SIGNATURE_AUTHORISED SUCCEEDED",
            "SIGNATURE_AUTHORISED SUCCEEDED",
            "SIGNATURE_CREATED SUCCEEDED",
            "SIGNATURE_CREATED SUCCEEDED",
            "SIGNATURE_REQUEST_COMPLETED SUCCEEDED",
            "SIGNED_DOCUMENT_FETCHED SUCCEEDED",
            "SIGNED_DOCUMENTS_ACKNOWLEDGED SUCCEEDED");
    assertThat(world.audit().verify().getFirstBadSequence()).isZero();
  }

  @Test
  @DisplayName("the record's hash chain names the first record that somebody altered")
  void noticesAnAlteredRecord() throws Exception {
    Citizen citizen = world.registeredCitizen();
    long sequence = world.audit().of(citizen.signerId()).getFirst().getSequence();
    String original = world.audit().of(citizen.signerId()).getFirst().getActor();
    String alter =
        "set session_replication_role = replica; update audit_record set actor = '%s' where sequence = %d";

    world.tamper(alter.formatted("somebody", sequence));
    assertThat(world.audit().verify().getFirstBadSequence()).isEqualTo(sequence);

    world.tamper(alter.formatted(original, sequence));
    assertThat(world.audit().verify().getFirstBadSequence()).isZero();
  }

  @Test
  @DisplayName("pdfsig and DSS accept what was signed; the authority is the only anchor")
  void othersAcceptTheSignedDocuments() throws Exception {
    Citizen citizen = world.activeCitizen();
    List<byte[]> originals = List.of(Documents.paper(), Documents.form(), Documents.pdfA2a());
    SignatureRequest request = sede.ask(originals.toArray(new byte[0][]));

    citizen.sign(request);

    Outsider outsider = world.outsider();
    for (int i = 0; i < originals.size(); i++) {
      byte[] signed = sede.fetch(request.getId(), i);
      assertThat(signed).startsWith(originals.get(i));
      assertThat(Pdfsig.judge(signed).signatures())
          .last()
          .satisfies(
              signature -> {
                assertThat(signature.valid()).isTrue();
                assertThat(signature.totalDocumentSigned()).isTrue();
              });
      assertThat(outsider.validate(signed).indication()).isEqualTo("TOTAL_PASSED");
      assertThat(outsider.validate(signed).signerCertificate().orElseThrow().toString())
          .contains("IDCES-" + citizen.dni());
      byte[] altered = signed.clone();
      altered[originals.get(i).length / 2] ^= 1;
      assertThat(outsider.validate(altered).indication()).isNotEqualTo("TOTAL_PASSED");
    }
  }

  @Test
  @DisplayName("fetching again gives the same bytes; after the acknowledgement, nothing")
  void fetchesTheSameUntilAcknowledged() {
    SignatureRequest request = sede.ask(Documents.form());
    world.activeCitizen().sign(request);

    byte[] first = sede.fetch(request.getId(), 0);
    assertThat(sede.fetch(request.getId(), 0)).isEqualTo(first);

    sede.acknowledge(request.getId());
    assertThat(Refused.by(() -> sede.fetch(request.getId(), 0)).reason())
        .isEqualTo("ALREADY_FETCHED");
    assertThat(sede.acknowledge(request.getId())).isNotNull();
    assertThat(world.audit().count(request.getId(), "SIGNED_DOCUMENTS_ACKNOWLEDGED")).isOne();
    assertThat(world.audit().count(request.getId(), "SIGNED_DOCUMENT_FETCHED")).isEqualTo(2);
  }

  @Test
  @DisplayName(
      "API-05: the same request_id and body is the same request, with another body refused")
  void repeatsAWishOnce() {
    CreateSignatureRequestRequest.Builder wish = Sede.wish(Documents.form());

    SignatureRequest first = sede.ask(wish);
    assertThat(sede.ask(wish)).isEqualTo(first);
    assertThat(world.audit().count(first.getId(), "SIGNATURE_REQUEST_FROZEN")).isOne();

    wish.getDocumentsBuilder(0).setLabel("another");
    assertThat(Refused.by(() -> sede.ask(wish)).reason()).isEqualTo("REQUEST_ID_REUSED");
    // Another caller's name for another wish.
    assertThat(world.sede(DemoWorld.SEDE_B).ask(wish).getId()).isNotEqualTo(first.getId());
  }

  /** SAD-17. */
  @Test
  void showsWhatIsToBeSigned() {
    SignatureRequest request = sede.ask(Documents.paper(), Documents.form());

    Authorising authorising = world.newCitizen().open(request);

    assertThat(authorising.shown().getSedeName()).isEqualTo("Sede A");
    assertThat(authorising.shown().getReferenceCode()).isEqualTo(request.getReferenceCode());
    assertThat(authorising.shown().getDocumentsList())
        .extracting(document -> document.getSize())
        .containsExactly((long) Documents.paper().length, (long) Documents.form().length);
  }
}
