package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.auditor.v1.AuditRecord;
import eus.bakq.fixtures.Documents;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import eus.bakq.server.grpc.Audience;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Callers at doors that are not theirs, and sedes at requests that are not theirs (API-01). */
@ExtendWith(InDemoWorld.class)
class CallerRefusalsTest {
  private static final String NOWHERE = "00000000-0000-4000-8000-000000000000";

  private final DemoWorld world;

  CallerRefusalsTest(DemoWorld world) {
    this.world = world;
  }

  @ParameterizedTest(name = "{1} at the door {0}: {2}")
  @CsvSource({
    "RELYING_PARTY, officer, CALLER_NOT_ALLOWED",
    "RELYING_PARTY, auditor, CALLER_NOT_ALLOWED",
    "RELYING_PARTY, stranger, CALLER_UNKNOWN",
    "REGISTRATION, sede-a, CALLER_NOT_ALLOWED",
    "REGISTRATION, auditor, CALLER_NOT_ALLOWED",
    "REGISTRATION, stranger, CALLER_UNKNOWN",
    "AUDITOR, sede-a, CALLER_NOT_ALLOWED",
    "AUDITOR, officer, CALLER_NOT_ALLOWED",
    "AUDITOR, stranger, CALLER_UNKNOWN",
  })
  void refusesACallerAtAnotherAudiencesDoor(Audience door, String caller, String reason) {
    Channel channel = world.channel(door, caller);
    Callable<?> call =
        switch (door) {
          case RELYING_PARTY -> () -> new Sede(channel).get(NOWHERE);
          case REGISTRATION -> () -> new Officer(channel).unlock(world.newCitizen());
          case AUDITOR -> () -> new AuditTail(channel).verify();
          case SIGNER -> throw new IllegalArgumentException("asks for no certificate");
        };
    String method =
        switch (door) {
          case RELYING_PARTY -> "bakq.relyingparty.v1.SignatureRequestService/GetSignatureRequest";
          case REGISTRATION -> "bakq.registration.v1.RegistrationService/UnlockSigner";
          case AUDITOR -> "bakq.auditor.v1.AuditService/VerifyAuditLog";
          case SIGNER -> "";
        };
    int before = world.audit().of(method).size();

    assertThat(Refused.by(call).reason()).isEqualTo(reason);

    List<AuditRecord> records = world.audit().of(method);
    assertThat(records).hasSize(before + 1);
    AuditRecord record = records.getLast();
    assertThat(record.getType()).isEqualTo("CALLER_REFUSED");
    assertThat(record.getOutcome()).isEqualTo("REFUSED");
    assertThat(record.getReason()).isEqualTo(reason);
    assertThat(record.getActor()).isEqualTo(reason.equals("CALLER_UNKNOWN") ? "unknown" : caller);
    assertThat(record.getDetailsOrThrow("certificate_sha256")).isEqualTo(world.fingerprint(caller));
    assertThat(record.getDetailsOrThrow("listener")).isEqualTo(door.name());
  }

  @ParameterizedTest(name = "{1} finds no service of another audience at the door {0}")
  @CsvSource({
    "RELYING_PARTY, sede-a",
    "REGISTRATION, officer",
    "AUDITOR, auditor",
    "SIGNER, sede-a",
  })
  void servesAtEachDoorOnlyItsOwnAudience(Audience door, String caller) {
    Channel channel = world.channel(door, caller);

    if (door != Audience.RELYING_PARTY) {
      assertUnimplemented(() -> new Sede(channel).get(NOWHERE));
    }
    if (door != Audience.REGISTRATION) {
      assertUnimplemented(() -> new Officer(channel).unlock(world.newCitizen()));
    }
    if (door != Audience.AUDITOR) {
      assertUnimplemented(() -> new AuditTail(channel).verify());
    }
    if (door != Audience.SIGNER) {
      assertUnimplemented(() -> Activating.open(channel, "x".repeat(64)));
      assertUnimplemented(
          () -> Authorising.open(channel, "https://firma.bakq.example/#" + NOWHERE));
    }
  }

  private static void assertUnimplemented(Callable<?> call) {
    assertThat(Refused.by(call).reason()).isEqualTo("UNIMPLEMENTED");
  }

  /** SAD-12: hashes come from sedes only. */
  @ParameterizedTest
  @CsvSource({"RELYING_PARTY", "REGISTRATION", "AUDITOR"})
  void letsNobodyInWithoutACertificate(Audience door) {
    assertThatThrownBy(() -> new Sede(world.channelWithoutCertificate(door)).get(NOWHERE))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
  }

  /** SAD-12. */
  @Test
  @DisplayName("another sede's request answers like one that does not exist, at every call")
  void hidesARequestFromOtherSedes() {
    Sede owner = world.sede(DemoWorld.SEDE_A);
    Sede another = world.sede(DemoWorld.SEDE_B);
    SignatureRequest request = owner.ask(Documents.form());
    world.activeCitizen().sign(request);
    String id = request.getId();
    List<String> before = world.audit().lines(id);

    assertLikeNothing(Refused.by(() -> another.get(NOWHERE)), Refused.by(() -> another.get(id)));
    assertLikeNothing(
        Refused.by(() -> another.fetch(NOWHERE, 0)), Refused.by(() -> another.fetch(id, 0)));
    assertLikeNothing(
        Refused.by(() -> another.cancel(NOWHERE)), Refused.by(() -> another.cancel(id)));
    assertLikeNothing(
        Refused.by(() -> another.acknowledge(NOWHERE)), Refused.by(() -> another.acknowledge(id)));

    // Each attempt is in its record; nothing else happened to it, and its owner has it.
    List<String> after = world.audit().lines(id);
    assertThat(after.subList(0, before.size())).isEqualTo(before);
    assertThat(after.subList(before.size(), after.size()))
        .containsExactlyElementsOf(
            Collections.nCopies(4, "SIGNATURE_REQUEST_DENIED REFUSED OF_ANOTHER_SEDE"));
    assertThat(owner.get(id).getState())
        .isEqualTo(SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETED);
    assertThat(owner.fetch(id, 0)).isNotEmpty();
  }

  private static void assertLikeNothing(Refused ofNothing, Refused ofAnothers) {
    assertThat(ofAnothers.reason()).isEqualTo("SIGNATURE_REQUEST_NOT_FOUND");
    assertThat(ofAnothers).isEqualTo(ofNothing);
  }
}
