package eus.bakq.demo;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import eus.bakq.auditor.v1.ListAuditRecordsRequest;
import eus.bakq.auditor.v1.VerifyAuditLogRequest;
import eus.bakq.demo.v1.AuthorisationServiceGrpc;
import eus.bakq.demo.v1.ListMessagesRequest;
import eus.bakq.demo.v1.OpenAuthorisationRequest;
import eus.bakq.demo.v1.RejectRequest;
import eus.bakq.fixtures.BadDocuments;
import eus.bakq.registration.v1.CalendarDate;
import eus.bakq.registration.v1.IdentificationEvidence;
import eus.bakq.registration.v1.IdentityDocumentType;
import eus.bakq.registration.v1.Language;
import eus.bakq.registration.v1.LiftSuspensionRequest;
import eus.bakq.registration.v1.RegisterSignerRequest;
import eus.bakq.registration.v1.RenewActivationRequest;
import eus.bakq.registration.v1.RevocationReason;
import eus.bakq.registration.v1.RevokeCredentialsRequest;
import eus.bakq.registration.v1.SuspendCredentialsRequest;
import eus.bakq.registration.v1.SuspensionReason;
import eus.bakq.registration.v1.UnlockSignerRequest;
import eus.bakq.relyingparty.v1.AcknowledgeSignedDocumentsRequest;
import eus.bakq.relyingparty.v1.CancelSignatureRequestRequest;
import eus.bakq.relyingparty.v1.DigestAlgorithm;
import eus.bakq.relyingparty.v1.DocumentToSign;
import eus.bakq.relyingparty.v1.FetchSignedDocumentRequest;
import eus.bakq.relyingparty.v1.GetSignatureRequestRequest;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.StreamSignedDocumentRequest;
import eus.bakq.relyingparty.v1.UploadDocumentRequest;
import eus.bakq.relyingparty.v1.UploadHeader;
import eus.bakq.relyingparty.v1.WatchSignatureRequestRequest;
import eus.bakq.signer.v1.AcceptTermsRequest;
import eus.bakq.signer.v1.ActivationServiceGrpc;
import eus.bakq.signer.v1.ChangePasswordRequest;
import eus.bakq.signer.v1.ConfirmPersonalDataRequest;
import eus.bakq.signer.v1.OpenActivationRequest;
import eus.bakq.signer.v1.OpenPasswordChangeRequest;
import eus.bakq.signer.v1.PasswordServiceGrpc;
import eus.bakq.signer.v1.SetPasswordRequest;
import eus.bakq.signer.v1.SubmitOldPasswordRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * For every RPC the messages of a call that is accepted, with every field set: a new call each
 * time, with everything made that has to be there before. For one thread.
 */
final class GoodCalls {
  /** A device cookie that nobody was given. */
  private static final ByteString OF_NOBODY = ByteString.copyFrom(new byte[64]);

  private final Situations situations;
  private final DemoWorld world;
  private final Sede sede;

  GoodCalls(Situations situations) {
    this.situations = situations;
    this.world = situations.world();
    this.sede = world.sede(DemoWorld.SEDE_A);
  }

  List<Message> messages(String call) {
    return switch (call) {
      case "SignatureRequestService/CreateSignatureRequest" -> List.of(create());
      case "SignatureRequestService/UploadDocument" -> upload();
      case "SignatureRequestService/GetSignatureRequest" ->
          List.of(GetSignatureRequestRequest.newBuilder().setId(frozen().getId()).build());
      case "SignatureRequestService/WatchSignatureRequest" ->
          List.of(WatchSignatureRequestRequest.newBuilder().setId(signed()).build());
      case "SignatureRequestService/FetchSignedDocument" ->
          List.of(FetchSignedDocumentRequest.newBuilder().setId(signed()).setIndex(1).build());
      case "SignatureRequestService/StreamSignedDocument" ->
          List.of(StreamSignedDocumentRequest.newBuilder().setId(signed()).setIndex(1).build());
      case "SignatureRequestService/AcknowledgeSignedDocuments" ->
          List.of(AcknowledgeSignedDocumentsRequest.newBuilder().setId(signed()).build());
      case "SignatureRequestService/CancelSignatureRequest" ->
          List.of(CancelSignatureRequestRequest.newBuilder().setId(frozen().getId()).build());
      case "MessageService/ListMessages" ->
          List.of(
              ListMessagesRequest.newBuilder()
                  .setChannel(eus.bakq.demo.v1.Channel.CHANNEL_SMS)
                  .setRecipient("+34600000000")
                  .setPageSize(1)
                  .build());
      case "AuditService/ListAuditRecords" ->
          List.of(
              ListAuditRecordsRequest.newBuilder()
                  .setSubject("server")
                  .setAfterSequence(1)
                  .setPageSize(1)
                  .build());
      case "AuditService/VerifyAuditLog" -> List.of(VerifyAuditLogRequest.getDefaultInstance());
      default ->
          call.startsWith("RegistrationService/")
              ? List.of(officers(call))
              : List.of(citizens(call));
    };
  }

  private SignatureRequest frozen() {
    return sede.ask(BadDocuments.sound());
  }

  private String signed() {
    SignatureRequest request = sede.ask(BadDocuments.sound(), BadDocuments.sound());
    situations.signer().sign(request);
    return request.getId();
  }

  private Message create() {
    return Sede.wish(BadDocuments.sound())
        .addDocuments(
            DocumentToSign.newBuilder()
                .setLabel("uploaded")
                .setUploadId(sede.upload(BadDocuments.sound())))
        .setExpectedSigner("00000001R")
        .setDigestAlgorithm(DigestAlgorithm.DIGEST_ALGORITHM_SHA256)
        .build();
  }

  private static List<Message> upload() {
    byte[] document = BadDocuments.sound();
    return List.of(
        UploadDocumentRequest.newBuilder()
            .setHeader(
                UploadHeader.newBuilder()
                    .setSize(document.length)
                    .setSha256(ByteString.copyFrom(Uploading.sha256(document))))
            .build(),
        UploadDocumentRequest.newBuilder().setChunk(ByteString.copyFrom(document)).build());
  }

  private Message officers(String call) {
    String id = UUID.randomUUID().toString();
    return switch (call) {
      case "RegistrationService/RegisterSigner" -> register(id, world.newCitizen());
      case "RegistrationService/RenewActivation" -> {
        String dni = world.registeredCitizen().dni();
        yield RenewActivationRequest.newBuilder()
            .setRequestId(id)
            .setDni(dni)
            .setEvidence(evidence(dni))
            .build();
      }
      case "RegistrationService/UnlockSigner" -> {
        String dni = SignerStates.locked(world).dni();
        yield UnlockSignerRequest.newBuilder()
            .setRequestId(id)
            .setDni(dni)
            .setEvidence(evidence(dni))
            .build();
      }
      case "RegistrationService/SuspendCredentials" ->
          SuspendCredentialsRequest.newBuilder()
              .setRequestId(id)
              .setDni(world.activeCitizen().dni())
              .setReason(SuspensionReason.SUSPENSION_REASON_SIGNER_ASKED)
              .setSuspendedUntil(at(Instant.now().plus(Duration.ofDays(2))))
              .setEvidenceSha256(ByteString.copyFrom(new byte[32]))
              .build();
      case "RegistrationService/LiftSuspension" -> {
        Citizen citizen = world.activeCitizen();
        world.officer().suspend(citizen, Duration.ofDays(2));
        yield LiftSuspensionRequest.newBuilder()
            .setRequestId(id)
            .setDni(citizen.dni())
            .setEvidence(evidence(citizen.dni()))
            .build();
      }
      case "RegistrationService/RevokeCredentials" ->
          RevokeCredentialsRequest.newBuilder()
              .setRequestId(id)
              .setDni(world.activeCitizen().dni())
              .setReason(RevocationReason.REVOCATION_REASON_SIGNER_ASKED)
              .setEvidenceSha256(ByteString.copyFrom(new byte[32]))
              .build();
      default -> throw new IllegalArgumentException("no good call is known: " + call);
    };
  }

  static RegisterSignerRequest register(String id, Citizen citizen) {
    return RegisterSignerRequest.newBuilder()
        .setRequestId(id)
        .setDni(citizen.dni())
        .setGivenName("Ane")
        .setSurname("Etxeberria Agirre")
        .setBirthDate(CalendarDate.newBuilder().setYear(1985).setMonth(4).setDay(12))
        .setEmail(citizen.email())
        .setMobile(citizen.mobile())
        .setLanguage(Language.LANGUAGE_ENGLISH)
        .setEvidence(evidence(citizen.dni()))
        .build();
  }

  static IdentificationEvidence evidence(String number) {
    return IdentificationEvidence.newBuilder()
        .setDocumentType(IdentityDocumentType.IDENTITY_DOCUMENT_TYPE_DNI)
        .setDocumentNumber(number)
        .setDocumentExpiry(CalendarDate.newBuilder().setYear(2041).setMonth(5).setDay(1))
        .setEvidenceSha256(ByteString.copyFrom(new byte[32]))
        .setIdentifiedAt(at(Instant.now().minus(Duration.ofDays(1))))
        .build();
  }

  private static Timestamp at(Instant time) {
    return Timestamp.newBuilder().setSeconds(time.getEpochSecond()).setNanos(1000).build();
  }

  private Message citizens(String call) {
    return switch (call) {
      case "ActivationService/OpenActivation" ->
          OpenActivationRequest.newBuilder()
              .setLinkToken(world.registeredCitizen().linkToken())
              .setProgramKey(Program.create().publicKey())
              .build();
      case "AuthorisationService/OpenAuthorisation" ->
          OpenAuthorisationRequest.newBuilder()
              .setAuthorisationAddress(frozen().getAuthorisationAddress())
              .setProgramKey(Program.create().publicKey())
              .build();
      case "AuthorisationService/SubmitPassword",
          "AuthorisationService/SubmitCode",
          "AuthorisationService/Reject" ->
          authorising(call);
      case "PasswordService/OpenPasswordChange" ->
          OpenPasswordChangeRequest.newBuilder()
              .setProgramKey(Program.create().publicKey())
              .build();
      case "PasswordService/SubmitOldPassword", "PasswordService/ChangePassword" -> changing(call);
      default -> activating(call);
    };
  }

  private Message authorising(String call) {
    Citizen citizen = situations.signer();
    Authorising authorising = citizen.open(frozen());
    String interaction = authorising.interaction();
    if (call.endsWith("/Reject")) {
      return RejectRequest.newBuilder()
          .setInteractionId(interaction)
          .setProof(
              authorising.program().prove(AuthorisationServiceGrpc.getRejectMethod(), interaction))
          .build();
    }
    if (call.endsWith("/SubmitPassword")) {
      return eus.bakq.demo.v1.SubmitPasswordRequest.newBuilder()
          .setInteractionId(interaction)
          .setProof(
              authorising
                  .program()
                  .prove(AuthorisationServiceGrpc.getSubmitPasswordMethod(), interaction))
          .setDni(citizen.dni())
          .setPassword(ByteString.copyFromUtf8(Citizen.PASSWORD))
          .setDevice(OF_NOBODY)
          .build();
    }
    authorising.submitPassword(citizen.dni(), Citizen.PASSWORD);
    return eus.bakq.demo.v1.SubmitCodeRequest.newBuilder()
        .setInteractionId(interaction)
        .setProof(
            authorising
                .program()
                .prove(
                    AuthorisationServiceGrpc.getSubmitCodeMethod(),
                    interaction,
                    authorising.ticket()))
        .setTicket(authorising.ticket())
        .setCode(ByteString.copyFromUtf8(citizen.nextCode()))
        .build();
  }

  private Message changing(String call) {
    Citizen citizen =
        call.endsWith("/ChangePassword") ? world.activeCitizen() : situations.signer();
    Changing changing = Changing.open(world.signerChannel());
    String id = changing.interaction();
    Program program = changing.program();
    if (call.endsWith("/SubmitOldPassword")) {
      return SubmitOldPasswordRequest.newBuilder()
          .setInteractionId(id)
          .setProof(program.prove(PasswordServiceGrpc.getSubmitOldPasswordMethod(), id))
          .setDni(citizen.dni())
          .setPassword(ByteString.copyFromUtf8(Citizen.PASSWORD))
          .setDevice(OF_NOBODY)
          .build();
    }
    changing.submitOld(citizen.dni(), Citizen.PASSWORD);
    return ChangePasswordRequest.newBuilder()
        .setInteractionId(id)
        .setProof(
            program.prove(PasswordServiceGrpc.getChangePasswordMethod(), id, changing.ticket()))
        .setTicket(changing.ticket())
        .setCode(ByteString.copyFromUtf8(citizen.nextCode()))
        .setNewPassword(ByteString.copyFromUtf8(Citizen.NEW_PASSWORD))
        .build();
  }

  private Message activating(String call) {
    Citizen citizen = world.registeredCitizen();
    Activating activating = citizen.openLink();
    String temporary = citizen.nextTemporaryPassword();
    String id = activating.interaction();
    Program program = activating.program();
    if (call.endsWith("/SetPassword")) {
      return SetPasswordRequest.newBuilder()
          .setInteractionId(id)
          .setProof(program.prove(ActivationServiceGrpc.getSetPasswordMethod(), id))
          .setTemporaryPassword(ByteString.copyFromUtf8(temporary))
          .setNewPassword(ByteString.copyFromUtf8(Citizen.PASSWORD))
          .build();
    }
    activating.setPassword(temporary, Citizen.PASSWORD);
    if (call.endsWith("/ConfirmPersonalData")) {
      return ConfirmPersonalDataRequest.newBuilder()
          .setInteractionId(id)
          .setProof(program.prove(ActivationServiceGrpc.getConfirmPersonalDataMethod(), id))
          .setDocumentExpiry(
              eus.bakq.signer.v1.CalendarDate.newBuilder().setYear(2041).setMonth(5).setDay(1))
          .build();
    }
    var terms = activating.confirm(Officer.DOCUMENT_EXPIRY);
    if (call.endsWith("/AcceptTerms")) {
      return AcceptTermsRequest.newBuilder()
          .setInteractionId(id)
          .setProof(program.prove(ActivationServiceGrpc.getAcceptTermsMethod(), id))
          .setTermsVersion(terms.getTermsVersion())
          .setTermsSha256(terms.getTermsSha256())
          .build();
    }
    activating.acceptTerms();
    if (call.endsWith("/SubmitPassword")) {
      return eus.bakq.signer.v1.SubmitPasswordRequest.newBuilder()
          .setInteractionId(id)
          .setProof(program.prove(ActivationServiceGrpc.getSubmitPasswordMethod(), id))
          .setDni(citizen.dni())
          .setPassword(ByteString.copyFromUtf8(Citizen.PASSWORD))
          .setDevice(OF_NOBODY)
          .build();
    }
    activating.submitPassword(citizen.dni(), Citizen.PASSWORD);
    return eus.bakq.signer.v1.SubmitCodeRequest.newBuilder()
        .setInteractionId(id)
        .setProof(
            program.prove(ActivationServiceGrpc.getSubmitCodeMethod(), id, activating.ticket()))
        .setTicket(activating.ticket())
        .setCode(ByteString.copyFromUtf8(citizen.nextCode()))
        .build();
  }
}
