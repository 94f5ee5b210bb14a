package eus.bakq.demo;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import eus.bakq.registration.v1.CalendarDate;
import eus.bakq.registration.v1.IdentificationEvidence;
import eus.bakq.registration.v1.IdentityDocumentType;
import eus.bakq.registration.v1.Language;
import eus.bakq.registration.v1.LiftSuspensionRequest;
import eus.bakq.registration.v1.LiftSuspensionResponse;
import eus.bakq.registration.v1.RegisterSignerRequest;
import eus.bakq.registration.v1.RegistrationServiceGrpc;
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
import io.grpc.Channel;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;

/** A registration officer, before whom the citizen stands. */
record Officer(Channel channel) {
  static final LocalDate DOCUMENT_EXPIRY = LocalDate.of(2041, 5, 1);

  /** Registers; returns the signer's id. */
  String register(Citizen citizen) {
    return register(citizen, UUID.randomUUID().toString());
  }

  /** As the other, with a request_id that may have been sent before. */
  String register(Citizen citizen, String requestId) {
    return stub()
        .registerSigner(
            RegisterSignerRequest.newBuilder()
                .setRequestId(requestId)
                .setDni(citizen.dni())
                .setGivenName("Ane")
                .setSurname("Etxeberria Agirre")
                .setBirthDate(CalendarDate.newBuilder().setYear(1985).setMonth(4).setDay(12))
                .setEmail(citizen.email())
                .setMobile(citizen.mobile())
                .setLanguage(Language.LANGUAGE_ENGLISH)
                .setEvidence(evidence(citizen))
                .build())
        .getSignerId();
  }

  RenewActivationResponse renew(Citizen citizen) {
    return stub()
        .renewActivation(
            RenewActivationRequest.newBuilder()
                .setRequestId(UUID.randomUUID().toString())
                .setDni(citizen.dni())
                .setEvidence(evidence(citizen))
                .build());
  }

  UnlockSignerResponse unlock(Citizen citizen) {
    return stub()
        .unlockSigner(
            UnlockSignerRequest.newBuilder()
                .setRequestId(UUID.randomUUID().toString())
                .setDni(citizen.dni())
                .setEvidence(evidence(citizen))
                .build());
  }

  /** The end of a suspension that begins now. */
  static Timestamp until(Duration length) {
    return Timestamp.newBuilder().setSeconds(Instant.now().plus(length).getEpochSecond()).build();
  }

  /** Suspends for {@code length}; no document is at hand. */
  SuspendCredentialsResponse suspend(Citizen citizen, Duration length) {
    return suspend(citizen, until(length), UUID.randomUUID().toString());
  }

  /** As the other, with a request_id that may have been sent before. */
  SuspendCredentialsResponse suspend(Citizen citizen, Timestamp until, String requestId) {
    return stub()
        .suspendCredentials(
            SuspendCredentialsRequest.newBuilder()
                .setRequestId(requestId)
                .setDni(citizen.dni())
                .setReason(SuspensionReason.SUSPENSION_REASON_COMPROMISE_SUSPECTED)
                .setSuspendedUntil(until)
                .build());
  }

  LiftSuspensionResponse lift(Citizen citizen) {
    return lift(citizen, UUID.randomUUID().toString());
  }

  /** As the other, with a request_id that may have been sent before. */
  LiftSuspensionResponse lift(Citizen citizen, String requestId) {
    return stub()
        .liftSuspension(
            LiftSuspensionRequest.newBuilder()
                .setRequestId(requestId)
                .setDni(citizen.dni())
                .setEvidence(evidence(citizen))
                .build());
  }

  RevokeCredentialsResponse revoke(Citizen citizen, RevocationReason reason) {
    return revoke(citizen, reason, UUID.randomUUID().toString());
  }

  /** As the other, with a request_id that may have been sent before. */
  RevokeCredentialsResponse revoke(Citizen citizen, RevocationReason reason, String requestId) {
    return stub()
        .revokeCredentials(
            RevokeCredentialsRequest.newBuilder()
                .setRequestId(requestId)
                .setDni(citizen.dni())
                .setReason(reason)
                .setEvidenceSha256(ByteString.copyFrom(new byte[32]))
                .build());
  }

  private static IdentificationEvidence evidence(Citizen citizen) {
    return IdentificationEvidence.newBuilder()
        .setDocumentType(IdentityDocumentType.IDENTITY_DOCUMENT_TYPE_DNI)
        .setDocumentNumber(citizen.dni())
        .setDocumentExpiry(
            CalendarDate.newBuilder()
                .setYear(DOCUMENT_EXPIRY.getYear())
                .setMonth(DOCUMENT_EXPIRY.getMonthValue())
                .setDay(DOCUMENT_EXPIRY.getDayOfMonth()))
        .setEvidenceSha256(ByteString.copyFrom(new byte[32]))
        .build();
  }

  private RegistrationServiceGrpc.RegistrationServiceBlockingStub stub() {
    return RegistrationServiceGrpc.newBlockingStub(channel);
  }
}
