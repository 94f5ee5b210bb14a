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
    return register(registration(citizen));
  }

  /** As {@link #register(Citizen)}; the same request may be sent again. */
  String register(RegisterSignerRequest request) {
    return stub().registerSigner(request).getSignerId();
  }

  static RegisterSignerRequest registration(Citizen citizen) {
    return RegisterSignerRequest.newBuilder()
        .setRequestId(UUID.randomUUID().toString())
        .setDni(citizen.dni())
        .setGivenName("Ane")
        .setSurname("Etxeberria Agirre")
        .setBirthDate(CalendarDate.newBuilder().setYear(1985).setMonth(4).setDay(12))
        .setEmail(citizen.email())
        .setMobile(citizen.mobile())
        .setLanguage(Language.LANGUAGE_ENGLISH)
        .setEvidence(evidence(citizen))
        .build();
  }

  RenewActivationResponse renew(Citizen citizen) {
    return renew(renewal(citizen));
  }

  /** The same request may be sent again. */
  RenewActivationResponse renew(RenewActivationRequest request) {
    return stub().renewActivation(request);
  }

  static RenewActivationRequest renewal(Citizen citizen) {
    return RenewActivationRequest.newBuilder()
        .setRequestId(UUID.randomUUID().toString())
        .setDni(citizen.dni())
        .setEvidence(evidence(citizen))
        .build();
  }

  UnlockSignerResponse unlock(Citizen citizen) {
    return unlock(unlocking(citizen));
  }

  /** The same request may be sent again. */
  UnlockSignerResponse unlock(UnlockSignerRequest request) {
    return stub().unlockSigner(request);
  }

  static UnlockSignerRequest unlocking(Citizen citizen) {
    return UnlockSignerRequest.newBuilder()
        .setRequestId(UUID.randomUUID().toString())
        .setDni(citizen.dni())
        .setEvidence(evidence(citizen))
        .build();
  }

  /** Suspends for {@code length}; no document is at hand. */
  SuspendCredentialsResponse suspend(Citizen citizen, Duration length) {
    return suspend(suspension(citizen, length));
  }

  /** The same request may be sent again. */
  SuspendCredentialsResponse suspend(SuspendCredentialsRequest request) {
    return stub().suspendCredentials(request);
  }

  static SuspendCredentialsRequest suspension(Citizen citizen, Duration length) {
    return SuspendCredentialsRequest.newBuilder()
        .setRequestId(UUID.randomUUID().toString())
        .setDni(citizen.dni())
        .setReason(SuspensionReason.SUSPENSION_REASON_COMPROMISE_SUSPECTED)
        .setSuspendedUntil(
            Timestamp.newBuilder().setSeconds(Instant.now().plus(length).getEpochSecond()))
        .build();
  }

  LiftSuspensionResponse lift(Citizen citizen) {
    return lift(lifting(citizen));
  }

  /** The same request may be sent again. */
  LiftSuspensionResponse lift(LiftSuspensionRequest request) {
    return stub().liftSuspension(request);
  }

  static LiftSuspensionRequest lifting(Citizen citizen) {
    return LiftSuspensionRequest.newBuilder()
        .setRequestId(UUID.randomUUID().toString())
        .setDni(citizen.dni())
        .setEvidence(evidence(citizen))
        .build();
  }

  RevokeCredentialsResponse revoke(Citizen citizen, RevocationReason reason) {
    return revoke(revocation(citizen, reason));
  }

  /** The same request may be sent again. */
  RevokeCredentialsResponse revoke(RevokeCredentialsRequest request) {
    return stub().revokeCredentials(request);
  }

  static RevokeCredentialsRequest revocation(Citizen citizen, RevocationReason reason) {
    return RevokeCredentialsRequest.newBuilder()
        .setRequestId(UUID.randomUUID().toString())
        .setDni(citizen.dni())
        .setReason(reason)
        .setEvidenceSha256(ByteString.copyFrom(new byte[32]))
        .build();
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
