package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.auditor.v1.AuditRecord;
import eus.bakq.fixtures.BadDocuments;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is refused without a record of its own is counted in the record all the same. */
@ExtendWith(InDemoWorld.class)
class CountedRefusalsTest {
  private static final String CREATE =
      "bakq.relyingparty.v1.SignatureRequestService/CreateSignatureRequest";
  private static final String FETCH =
      "bakq.relyingparty.v1.SignatureRequestService/FetchSignedDocument";

  private final DemoWorld world;
  private final Sede sede;

  CountedRefusalsTest(DemoWorld world) {
    this.world = world;
    this.sede = world.sede(WorldFiles.SEDE_A);
  }

  @Test
  @DisplayName("AUD-01: a refused call is in the record, with its method, reason and caller")
  void recordsWhatIsRefused() throws Exception {
    SignatureRequest request = sede.ask(BadDocuments.sound());
    assertThat(Refused.by(() -> sede.fetch(request.getId(), 0)).reason())
        .isEqualTo("NOT_COMPLETED");
    assertThat(Refused.by(() -> sede.ask(new byte[] {1, 2, 3})).reason())
        .isEqualTo("DOCUMENT_UNREADABLE");
    Sede bounded = world.sede(WorldFiles.SEDE_WITH_ONE_REQUEST);
    SignatureRequest only = bounded.ask(BadDocuments.sound());
    assertThat(Refused.by(() -> bounded.ask(BadDocuments.sound())).reason())
        .isEqualTo("QUOTA_EXCEEDED");
    bounded.cancel(only.getId());
    sede.cancel(request.getId());

    requireCounted(FETCH, "NOT_COMPLETED", "REFUSED", WorldFiles.SEDE_A);
    requireCounted(CREATE, "DOCUMENT_UNREADABLE", "REFUSED", WorldFiles.SEDE_A);
    requireCounted(CREATE, "QUOTA_EXCEEDED", "REFUSED", WorldFiles.SEDE_WITH_ONE_REQUEST);
  }

  @Test
  @DisplayName("AUD-01: a program with another's interaction is in the record, on that interaction")
  void recordsAForeignProof() throws Exception {
    SignatureRequest request = sede.ask(BadDocuments.sound());
    Citizen citizen = world.activeCitizen();
    Authorising own = citizen.open(request);

    Refused foreign =
        Refused.by(() -> own.submitPassword(citizen.dni(), Citizen.PASSWORD, Program.create()));
    assertThat(foreign.reason()).isEqualTo("INTERACTION_NOT_FOUND");
    sede.cancel(request.getId());

    requireCounted(own.interaction(), "PROOF_NOT_ACCEPTED", "REFUSED", "unknown");
    assertThat(world.audit().counted(own.interaction()))
        .extracting(AuditRecord::getType)
        .containsOnly("INTERACTION_DENIED");
  }

  @Test
  @DisplayName("ENR-14: a row that somebody has altered is in the record, whoever meets it")
  void recordsAnAlteredRow() throws Exception {
    SignatureRequest request = sede.ask(BadDocuments.sound());
    world.tamper(
        "update signature_request set document_count = 2 where id = '" + request.getId() + "'");
    for (Callable<?> call :
        List.<Callable<?>>of(
            () -> sede.get(request.getId()),
            () -> sede.cancel(request.getId()),
            () -> world.newCitizen().open(request))) {
      Refused met = Refused.by(call);
      assertThat(met.reason()).isEqualTo("DATA_ALTERED");
      assertThat(met.text()).doesNotContain("signature_request", "MAC");
    }
    world.tamper(
        "update signature_request set document_count = 1 where id = '" + request.getId() + "'");

    requireCounted(request.getId(), "ROW_ALTERED", "FAILED", "system");
    assertThat(sede.cancel(request.getId()).getId()).isEqualTo(request.getId());
  }

  @Test
  @DisplayName("AUD-22: a flood of refusals becomes one record a minute")
  void collapsesAFlood() throws Exception {
    String unknown = UUID.randomUUID().toString();
    Sede other = world.sede(WorldFiles.SEDE_B);
    for (int i = 0; i < 300; i++) {
      assertThat(Refused.by(() -> other.acknowledge(unknown)).reason())
          .isEqualTo("SIGNATURE_REQUEST_NOT_FOUND");
    }

    String method = "bakq.relyingparty.v1.SignatureRequestService/AcknowledgeSignedDocuments";
    requireCounted(method, "SIGNATURE_REQUEST_NOT_FOUND", "REFUSED", WorldFiles.SEDE_B);
    assertThat(
            world.audit().counted(method).stream()
                .filter(one -> one.getActor().equals(WorldFiles.SEDE_B)))
        .hasSizeLessThan(5);
  }

  private void requireCounted(String subject, String reason, String outcome, String actor)
      throws Exception {
    assertThat(
            Eventually.is(
                () ->
                    world.audit().counted(subject).stream()
                        .anyMatch(
                            one ->
                                one.getReason().equals(reason)
                                    && one.getOutcome().toString().endsWith(outcome)
                                    && one.getActor().equals(actor)
                                    && Long.parseLong(one.getDetailsOrThrow("count")) >= 1)))
        .as("%s %s", subject, reason)
        .isTrue();
  }
}
