package eus.bakq.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who comes in by which door (API-01, docs/ports-and-certificates.md), over real TLS. */
class ListenerTest {
  @TempDir Path folder;
  private Doors doors;

  @BeforeEach
  void openDoors() throws Exception {
    doors = Doors.open(folder);
  }

  @AfterEach
  void closeDoors() {
    doors.close();
    assertThat(doors.conformance.takeViolations()).isEmpty();
  }

  @Test
  void servesARegisteredSedeAndTellsTheServiceWhoItIs() throws Exception {
    Doors.callAsSede(doors.channel(Audience.RELYING_PARTY, Optional.of(doors.sede)));
    assertThat(doors.served).containsExactly("sede-test");
    assertThat(doors.refused).isEmpty();
  }

  @Test
  void servesARegisteredOfficerAtTheOfficersDoor() throws Exception {
    Doors.callAsOfficer(doors.channel(Audience.REGISTRATION, Optional.of(doors.officer)));
    assertThat(doors.served).containsExactly("officer-test");
  }

  @Test
  void servesACitizensProgramWithoutACertificate() throws Exception {
    Doors.callAsSigner(doors.channel(Audience.SIGNER, Optional.empty()));
    assertThat(doors.served).containsExactly("a signer");
  }

  /** SAD-12, SAD-18. */
  @Test
  void refusesAClientWithoutACertificate() throws Exception {
    refusesTheConnection(doors.channel(Audience.RELYING_PARTY, Optional.empty()));
  }

  @Test
  @DisplayName(
      "SAD-09 spoofing, SAD-18: refuses a certificate of a foreign authority even if it is registered")
  void refusesACertificateOfAForeignAuthorityEvenIfItIsRegistered() throws Exception {
    var stranger = doors.foreign.identity("sede");
    doors.register(stranger, "sede-foreign", eus.bakq.server.caller.CallerRole.SEDE);
    refusesTheConnection(doors.channel(Audience.RELYING_PARTY, Optional.of(stranger)));
  }

  @Test
  void refusesAnExpiredCertificate() throws Exception {
    Instant now = Instant.now();
    var expired =
        doors.authority.identity(
            "expired", now.minus(2, ChronoUnit.DAYS), now.minus(1, ChronoUnit.DAYS));
    doors.register(expired, "sede-expired", eus.bakq.server.caller.CallerRole.SEDE);
    refusesTheConnection(doors.channel(Audience.RELYING_PARTY, Optional.of(expired)));
  }

  @Test
  @DisplayName("SAD-09 eavesdropping, SAD-18: refuses plaintext")
  void refusesPlaintext() {
    refusesTheConnection(doors.plaintextChannel(Audience.RELYING_PARTY));
  }

  @Test
  @DisplayName(
      "SAD-09 interception, SAD-18: refuses TLS 1.2, to which somebody could bring us down")
  void refusesTls12() throws Exception {
    refusesTheConnection(doors.channel(Audience.RELYING_PARTY, Optional.of(doors.sede), "TLSv1.2"));
    ManagedChannel signer = doors.channel(Audience.SIGNER, Optional.empty(), "TLSv1.2");
    assertThat(catchThrowable(() -> Doors.callAsSigner(signer)))
        .satisfies(thrown -> assertThat(code(thrown)).isEqualTo(Status.Code.UNAVAILABLE));
    assertThat(doors.served).isEmpty();
  }

  private void refusesTheConnection(ManagedChannel channel) {
    assertThat(catchThrowable(() -> Doors.callAsSede(channel)))
        .satisfies(thrown -> assertThat(code(thrown)).isEqualTo(Status.Code.UNAVAILABLE));
    assertThat(doors.served).isEmpty();
  }

  @Test
  void refusesAndRecordsACertificateThatIsNotRegistered() throws Exception {
    var unknown = doors.authority.identity("unknown");
    ManagedChannel channel = doors.channel(Audience.RELYING_PARTY, Optional.of(unknown));
    Throwable thrown = catchThrowable(() -> Doors.callAsSede(channel));
    assertThat(Errors.reason(thrown)).isEqualTo("CALLER_UNKNOWN");
    assertThat(code(thrown)).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(doors.served).isEmpty();
    assertThat(doors.refused)
        .singleElement()
        .satisfies(
            call -> {
              assertThat(call.refusal()).isEqualTo(Refusal.CALLER_UNKNOWN);
              assertThat(call.caller()).isEmpty();
              assertThat(call.certificateSha256())
                  .contains(Bytes.copyOf(unknown.certificate().getEncoded()).sha256());
              assertThat(call.correlationId())
                  .isEqualTo(
                      Errors.detail(thrown, com.google.rpc.ErrorInfo.class)
                          .getMetadataOrThrow("correlation_id"));
            });
  }

  @Test
  void refusesAndRecordsAnOfficerAtTheSedesDoor() throws Exception {
    ManagedChannel channel = doors.channel(Audience.RELYING_PARTY, Optional.of(doors.officer));
    assertThat(Errors.reason(catchThrowable(() -> Doors.callAsSede(channel))))
        .isEqualTo("CALLER_NOT_ALLOWED");
    assertThat(doors.served).isEmpty();
    assertThat(doors.refused)
        .singleElement()
        .satisfies(
            call -> {
              assertThat(call.refusal()).isEqualTo(Refusal.CALLER_NOT_ALLOWED);
              assertThat(call.caller()).contains(new CallerName("officer-test"));
              assertThat(call.listener()).isEqualTo(Audience.RELYING_PARTY);
              assertThat(call.method())
                  .isEqualTo("bakq.relyingparty.v1.SignatureRequestService/GetSignatureRequest");
            });
  }

  @Test
  void refusesASedeAtTheOfficersDoor() throws Exception {
    ManagedChannel channel = doors.channel(Audience.REGISTRATION, Optional.of(doors.sede));
    assertThat(Errors.reason(catchThrowable(() -> Doors.callAsOfficer(channel))))
        .isEqualTo("CALLER_NOT_ALLOWED");
    assertThat(doors.served).isEmpty();
  }

  @Test
  void hasOnlyItsOwnAudiencesServicesAndNoReflection() throws Exception {
    ManagedChannel channel = doors.channel(Audience.RELYING_PARTY, Optional.of(doors.sede));
    assertThat(code(catchThrowable(() -> Doors.callAsOfficer(channel))))
        .isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(code(catchThrowable(() -> Doors.callAsSigner(channel))))
        .isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(doors.served).isEmpty();
  }

  @Test
  void looksAtTheCertificateAgainForEachCallOfAnOpenConnection() throws Exception {
    ManagedChannel channel = doors.channel(Audience.RELYING_PARTY, Optional.of(doors.sede));
    Doors.callAsSede(channel);
    doors.ahead = Duration.ofHours(2);
    assertThat(Errors.reason(catchThrowable(() -> Doors.callAsSede(channel))))
        .as("the certificate has expired meanwhile")
        .isEqualTo("CALLER_UNKNOWN");
    doors.ahead = Duration.ZERO;
    Doors.callAsSede(channel);
    doors.unregisterAll();
    assertThat(Errors.reason(catchThrowable(() -> Doors.callAsSede(channel))))
        .as("the caller was taken from the register meanwhile")
        .isEqualTo("CALLER_UNKNOWN");
    assertThat(doors.served).hasSize(2);
  }

  @Test
  void servesNobodyWhoseRefusalCannotBeRecorded() throws Exception {
    doors.record =
        () -> {
          throw Doors.recordIsDown();
        };
    ManagedChannel channel = doors.channel(Audience.RELYING_PARTY, Optional.of(doors.officer));
    assertThat(Errors.reason(catchThrowable(() -> Doors.callAsSede(channel))))
        .isEqualTo("TEMPORARILY_UNAVAILABLE");
    assertThat(doors.served).isEmpty();
  }

  /** AUD-01, API-07: else nobody can be told apart who floods the door. */
  @Test
  void recordsOneCallTooManyWithWhoseItWas() throws Exception {
    doors.quota =
        caller -> {
          throw new RefusedException(Refusal.QUOTA_EXCEEDED);
        };
    ManagedChannel channel = doors.channel(Audience.RELYING_PARTY, Optional.of(doors.sede));
    assertThat(Errors.reason(catchThrowable(() -> Doors.callAsSede(channel))))
        .isEqualTo("QUOTA_EXCEEDED");
    assertThat(doors.served).isEmpty();
    assertThat(doors.failed)
        .singleElement()
        .satisfies(call -> assertThat(call.caller()).contains(new CallerName("sede-test")));
  }

  @Test
  void opensNoDoorForAServiceWithoutACallerOption() {
    assertThatThrownBy(
            () ->
                Listeners.start(
                    List.of(),
                    List.of(Doors.withoutCallerOption()),
                    fingerprint -> Optional.empty(),
                    call -> {},
                    call -> {},
                    caller -> {},
                    Clock.systemUTC(),
                    new SecureRandom()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no caller option");
  }

  @Test
  void opensNoDoorIfOneOfThemCannotBeOpened() {
    ListenerSettings good =
        doors.settings(Audience.AUDITOR, ListenerBounds.forAudience(Audience.AUDITOR));
    ListenerSettings taken =
        new ListenerSettings(
            Audience.SIGNER,
            "127.0.0.1",
            doors.port(Audience.SIGNER),
            good.serverCertificate(),
            good.serverKey(),
            Optional.empty(),
            ListenerBounds.forAudience(Audience.SIGNER));
    assertThatThrownBy(
            () ->
                Listeners.start(
                    List.of(good, taken),
                    List.of(),
                    fingerprint -> Optional.empty(),
                    call -> {},
                    call -> {},
                    caller -> {},
                    Clock.systemUTC(),
                    new SecureRandom()))
        .isInstanceOf(java.io.IOException.class);
  }

  @Test
  void asksForAnAuthorityExactlyWhereThereAreClientCertificates() {
    ListenerSettings sede =
        doors.settings(Audience.RELYING_PARTY, ListenerBounds.forAudience(Audience.RELYING_PARTY));
    assertThatThrownBy(() -> withAuthority(sede, Audience.AUDITOR, Optional.empty()))
        .hasMessageContaining("needs the authority");
    assertThatThrownBy(() -> withAuthority(sede, Audience.SIGNER, sede.clientAuthority()))
        .hasMessageContaining("no client certificates");
  }

  private static ListenerSettings withAuthority(
      ListenerSettings base, Audience audience, Optional<Path> authority) {
    return new ListenerSettings(
        audience,
        base.address(),
        base.port(),
        base.serverCertificate(),
        base.serverKey(),
        authority,
        base.bounds());
  }

  static Status.Code code(Throwable thrown) {
    return Status.fromThrowable(thrown).getCode();
  }
}
