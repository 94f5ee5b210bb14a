package eus.bakq.server.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import eus.bakq.registration.v1.CalendarDate;
import eus.bakq.registration.v1.LiftSuspensionRequest;
import eus.bakq.registration.v1.LiftSuspensionResponse;
import eus.bakq.registration.v1.RegisterSignerRequest;
import eus.bakq.registration.v1.RegisterSignerResponse;
import eus.bakq.registration.v1.RegistrationServiceGrpc;
import eus.bakq.registration.v1.RenewActivationRequest;
import eus.bakq.registration.v1.RenewActivationResponse;
import eus.bakq.registration.v1.RevokeCredentialsRequest;
import eus.bakq.registration.v1.RevokeCredentialsResponse;
import eus.bakq.registration.v1.SuspendCredentialsRequest;
import eus.bakq.registration.v1.SuspendCredentialsResponse;
import eus.bakq.registration.v1.UnlockSignerRequest;
import eus.bakq.registration.v1.UnlockSignerResponse;
import eus.bakq.server.caller.CallerRateLimit;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.credential.RevocationReason;
import eus.bakq.server.database.IdempotentWish;
import eus.bakq.server.enrolment.IdentificationEvidence;
import eus.bakq.server.enrolment.LiftSuspension;
import eus.bakq.server.enrolment.RegisterSigner;
import eus.bakq.server.enrolment.RegisteredSigner;
import eus.bakq.server.enrolment.Registration;
import eus.bakq.server.enrolment.RenewActivation;
import eus.bakq.server.enrolment.RevokeCredentials;
import eus.bakq.server.enrolment.SuspendCredentials;
import eus.bakq.server.enrolment.UnlockSigner;
import eus.bakq.server.failure.MalformedException;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.grpc.Fields.Field;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.Dni;
import eus.bakq.server.vocabulary.EmailAddress;
import eus.bakq.server.vocabulary.IdentityDocument;
import eus.bakq.server.vocabulary.IdentityDocumentType;
import eus.bakq.server.vocabulary.Language;
import eus.bakq.server.vocabulary.MobileNumber;
import eus.bakq.server.vocabulary.PersonName;
import eus.bakq.server.vocabulary.SuspensionReason;
import io.grpc.MethodDescriptor;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;

/** The registration officers' door: converts and delegates. */
public final class RegistrationGrpcService
    extends RegistrationServiceGrpc.RegistrationServiceImplBase {
  private static final Map<eus.bakq.registration.v1.Language, Language> LANGUAGES =
      Map.of(
          eus.bakq.registration.v1.Language.LANGUAGE_BASQUE, Language.BASQUE,
          eus.bakq.registration.v1.Language.LANGUAGE_SPANISH, Language.SPANISH,
          eus.bakq.registration.v1.Language.LANGUAGE_ENGLISH, Language.ENGLISH);
  private static final Map<eus.bakq.registration.v1.IdentityDocumentType, IdentityDocumentType>
      DOCUMENTS =
          Map.of(
              eus.bakq.registration.v1.IdentityDocumentType.IDENTITY_DOCUMENT_TYPE_DNI,
              IdentityDocumentType.DNI,
              eus.bakq.registration.v1.IdentityDocumentType.IDENTITY_DOCUMENT_TYPE_PASSPORT,
              IdentityDocumentType.PASSPORT,
              eus.bakq.registration.v1.IdentityDocumentType.IDENTITY_DOCUMENT_TYPE_DRIVING_LICENCE,
              IdentityDocumentType.DRIVING_LICENCE,
              eus.bakq.registration.v1.IdentityDocumentType.IDENTITY_DOCUMENT_TYPE_RESIDENCE_CARD,
              IdentityDocumentType.RESIDENCE_CARD,
              eus.bakq.registration.v1.IdentityDocumentType
                  .IDENTITY_DOCUMENT_TYPE_EU_REGISTRATION_CERTIFICATE,
              IdentityDocumentType.EU_REGISTRATION_CERTIFICATE);

  private static final Map<eus.bakq.registration.v1.SuspensionReason, SuspensionReason>
      SUSPENSION_REASONS =
          Map.of(
              eus.bakq.registration.v1.SuspensionReason.SUSPENSION_REASON_SIGNER_ASKED,
              SuspensionReason.SIGNER_ASKED,
              eus.bakq.registration.v1.SuspensionReason.SUSPENSION_REASON_COMPROMISE_SUSPECTED,
              SuspensionReason.COMPROMISE_SUSPECTED,
              eus.bakq.registration.v1.SuspensionReason.SUSPENSION_REASON_ORDERED,
              SuspensionReason.ORDERED);
  private static final Map<eus.bakq.registration.v1.RevocationReason, RevocationReason>
      REVOCATION_REASONS =
          Map.of(
              eus.bakq.registration.v1.RevocationReason.REVOCATION_REASON_SIGNER_ASKED,
              RevocationReason.SIGNER_ASKED,
              eus.bakq.registration.v1.RevocationReason.REVOCATION_REASON_KEY_COMPROMISED,
              RevocationReason.KEY_COMPROMISED,
              eus.bakq.registration.v1.RevocationReason.REVOCATION_REASON_DATA_CHANGED,
              RevocationReason.DATA_CHANGED,
              eus.bakq.registration.v1.RevocationReason.REVOCATION_REASON_SIGNER_DIED,
              RevocationReason.SIGNER_DIED,
              eus.bakq.registration.v1.RevocationReason.REVOCATION_REASON_EVIDENCE_FALSE,
              RevocationReason.EVIDENCE_FALSE,
              eus.bakq.registration.v1.RevocationReason.REVOCATION_REASON_ORDERED,
              RevocationReason.ORDERED);

  private static final String LETTERS_OF_NAMES =
      "as on an identity document: letters, blanks, apostrophes, hyphens and points";

  /** What officers do. */
  public record Acts(
      RegisterSigner register,
      RenewActivation renew,
      UnlockSigner unlock,
      SuspendCredentials suspend,
      LiftSuspension lift,
      RevokeCredentials revoke) {}

  private final IdempotentWishes wishes;
  private final CallerRateLimit rateLimit;
  private final Acts acts;

  public RegistrationGrpcService(IdempotentWishes wishes, CallerRateLimit rateLimit, Acts acts) {
    this.wishes = wishes;
    this.rateLimit = rateLimit;
    this.acts = acts;
  }

  @Override
  public void registerSigner(
      RegisterSignerRequest request, StreamObserver<RegisterSignerResponse> observer) {
    Replies.reply(observer, () -> register(request));
  }

  private RegisterSignerResponse register(RegisterSignerRequest request) throws RefusedException {
    RegisteredCaller officer = counted();
    Fields fields = new Fields();
    var dni = dni(fields, request.getDni());
    var givenName =
        fields.parsed(
            "given_name",
            request.getGivenName(),
            PersonName::givenNameOf,
            "has 1 to 60 characters, " + LETTERS_OF_NAMES);
    var surname =
        fields.parsed(
            "surname",
            request.getSurname(),
            PersonName::surnameOf,
            "has 1 to 100 characters, " + LETTERS_OF_NAMES);
    var birthDate = date(fields, "birth_date", request.getBirthDate());
    var email =
        fields.parsed("email", request.getEmail(), EmailAddress::new, "is an e-mail address");
    var mobile =
        fields.parsed(
            "mobile",
            request.getMobile(),
            MobileNumber::parse,
            "is a mobile number such as +34600000000");
    var language = fields.oneOf("language", request.getLanguage(), LANGUAGES);
    IdempotentWish wish =
        wish(
            fields,
            RegistrationServiceGrpc.getRegisterSignerMethod(),
            request.getRequestId(),
            request);
    IdentificationEvidence evidence = evidence(fields, request.getEvidence());
    RegisteredSigner registered =
        acts.register()
            .run(
                officer,
                wish,
                new Registration(
                    dni.value(),
                    new PersonName(givenName.value(), surname.value()),
                    birthDate.value(),
                    email.value(),
                    mobile.value(),
                    language.value(),
                    evidence));
    return RegisterSignerResponse.newBuilder()
        .setSignerId(registered.signer().toString())
        .setActivationExpiresAt(Times.of(registered.activationExpiresAt()))
        .build();
  }

  @Override
  public void renewActivation(
      RenewActivationRequest request, StreamObserver<RenewActivationResponse> observer) {
    Replies.reply(
        observer,
        () -> {
          RegisteredCaller officer = counted();
          Fields fields = new Fields();
          var dni = dni(fields, request.getDni());
          IdempotentWish wish =
              wish(
                  fields,
                  RegistrationServiceGrpc.getRenewActivationMethod(),
                  request.getRequestId(),
                  request);
          RegisteredSigner renewed =
              acts.renew().run(officer, wish, dni.value(), evidence(fields, request.getEvidence()));
          return RenewActivationResponse.newBuilder()
              .setActivationExpiresAt(Times.of(renewed.activationExpiresAt()))
              .build();
        });
  }

  @Override
  public void unlockSigner(
      UnlockSignerRequest request, StreamObserver<UnlockSignerResponse> observer) {
    Replies.reply(
        observer,
        () -> {
          RegisteredCaller officer = counted();
          Fields fields = new Fields();
          var dni = dni(fields, request.getDni());
          IdempotentWish wish =
              wish(
                  fields,
                  RegistrationServiceGrpc.getUnlockSignerMethod(),
                  request.getRequestId(),
                  request);
          acts.unlock().run(officer, wish, dni.value(), evidence(fields, request.getEvidence()));
          return UnlockSignerResponse.getDefaultInstance();
        });
  }

  @Override
  public void suspendCredentials(
      SuspendCredentialsRequest request, StreamObserver<SuspendCredentialsResponse> observer) {
    Replies.reply(
        observer,
        () -> {
          RegisteredCaller officer = counted();
          Fields fields = new Fields();
          var dni = dni(fields, request.getDni());
          var reason = fields.oneOf("reason", request.getReason(), SUSPENSION_REASONS);
          var until = fields.time("suspended_until", request.getSuspendedUntil());
          var evidence = hash(fields, request.hasEvidenceSha256(), request.getEvidenceSha256());
          IdempotentWish wish =
              wish(
                  fields,
                  RegistrationServiceGrpc.getSuspendCredentialsMethod(),
                  request.getRequestId(),
                  request);
          acts.suspend()
              .run(
                  officer,
                  wish,
                  new SuspendCredentials.Wish(
                      dni.value(), reason.value(), until.value(), evidence.map(Field::value)));
          return SuspendCredentialsResponse.getDefaultInstance();
        });
  }

  @Override
  public void liftSuspension(
      LiftSuspensionRequest request, StreamObserver<LiftSuspensionResponse> observer) {
    Replies.reply(
        observer,
        () -> {
          RegisteredCaller officer = counted();
          Fields fields = new Fields();
          var dni = dni(fields, request.getDni());
          IdempotentWish wish =
              wish(
                  fields,
                  RegistrationServiceGrpc.getLiftSuspensionMethod(),
                  request.getRequestId(),
                  request);
          acts.lift().run(officer, wish, dni.value(), evidence(fields, request.getEvidence()));
          return LiftSuspensionResponse.getDefaultInstance();
        });
  }

  @Override
  public void revokeCredentials(
      RevokeCredentialsRequest request, StreamObserver<RevokeCredentialsResponse> observer) {
    Replies.reply(
        observer,
        () -> {
          RegisteredCaller officer = counted();
          Fields fields = new Fields();
          var dni = dni(fields, request.getDni());
          var reason = fields.oneOf("reason", request.getReason(), REVOCATION_REASONS);
          var evidence = hash(fields, request.hasEvidenceSha256(), request.getEvidenceSha256());
          IdempotentWish wish =
              wish(
                  fields,
                  RegistrationServiceGrpc.getRevokeCredentialsMethod(),
                  request.getRequestId(),
                  request);
          acts.revoke()
              .run(
                  officer,
                  wish,
                  new RevokeCredentials.Wish(
                      dni.value(), reason.value(), evidence.map(Field::value)));
          return RevokeCredentialsResponse.getDefaultInstance();
        });
  }

  private static Optional<Field<Bytes>> hash(Fields fields, boolean sent, ByteString value) {
    return sent ? Optional.of(fields.bytes("evidence_sha256", value, 32, 32)) : Optional.empty();
  }

  private RegisteredCaller counted() throws RefusedException {
    RegisteredCaller officer = CallerContext.current();
    rateLimit.count(officer.name());
    return officer;
  }

  private IdempotentWish wish(
      Fields fields, MethodDescriptor<?, ?> method, String requestId, Message request) {
    var id = fields.uuid("request_id", requestId);
    fields.check();
    return wishes.of(method.getFullMethodName(), id.value(), request);
  }

  private static Fields.Field<Dni> dni(Fields fields, String value) {
    return fields.parsed("dni", value, Dni::parse, "is a DNI or NIE with its letter");
  }

  private static Fields.Field<LocalDate> date(Fields fields, String field, CalendarDate date) {
    return fields.date(field, date.getYear(), date.getMonth(), date.getDay());
  }

  private static IdentificationEvidence evidence(
      Fields fields, eus.bakq.registration.v1.IdentificationEvidence evidence) {
    var type = fields.oneOf("evidence.document_type", evidence.getDocumentType(), DOCUMENTS);
    var number = fields.text("evidence.document_number", evidence.getDocumentNumber(), 3, 20);
    var expiry = date(fields, "evidence.document_expiry", evidence.getDocumentExpiry());
    var sha256 = fields.bytes("evidence.evidence_sha256", evidence.getEvidenceSha256(), 32, 32);
    Optional<Instant> identifiedAt =
        evidence.hasIdentifiedAt()
            ? Optional.of(fields.time("evidence.identified_at", evidence.getIdentifiedAt()).value())
            : Optional.empty();
    fields.check();
    try {
      return new IdentificationEvidence(
          new IdentityDocument(type.value(), number.value(), expiry.value()),
          sha256.value(),
          identifiedAt);
    } catch (IllegalArgumentException e) {
      MalformedException malformed =
          new MalformedException("evidence.document_number", "has 3 to 20 letters and digits");
      malformed.initCause(e);
      throw malformed;
    }
  }
}
