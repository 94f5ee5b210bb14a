package eus.bakq.server.grpc;

import com.google.protobuf.ByteString;
import eus.bakq.server.authentication.CodeStep;
import eus.bakq.server.authentication.PasswordStep;
import eus.bakq.server.certificate.IssuedCertificate;
import eus.bakq.server.enrolment.AcceptTerms;
import eus.bakq.server.enrolment.ActivationStep;
import eus.bakq.server.enrolment.ActivationSubject;
import eus.bakq.server.enrolment.CompleteActivation;
import eus.bakq.server.enrolment.ConfirmPersonalData;
import eus.bakq.server.enrolment.OpenActivation;
import eus.bakq.server.enrolment.SetPassword;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.wording.Terms;
import eus.bakq.signer.v1.AcceptTermsRequest;
import eus.bakq.signer.v1.AcceptTermsResponse;
import eus.bakq.signer.v1.ActivationServiceGrpc;
import eus.bakq.signer.v1.ConfirmPersonalDataRequest;
import eus.bakq.signer.v1.ConfirmPersonalDataResponse;
import eus.bakq.signer.v1.OpenActivationRequest;
import eus.bakq.signer.v1.OpenActivationResponse;
import eus.bakq.signer.v1.PersonalData;
import eus.bakq.signer.v1.Proof;
import eus.bakq.signer.v1.SetPasswordRequest;
import eus.bakq.signer.v1.SetPasswordResponse;
import eus.bakq.signer.v1.SubmitCodeRequest;
import eus.bakq.signer.v1.SubmitCodeResponse;
import eus.bakq.signer.v1.SubmitPasswordRequest;
import eus.bakq.signer.v1.SubmitPasswordResponse;
import io.grpc.MethodDescriptor;
import io.grpc.stub.StreamObserver;
import java.time.LocalDate;

/** The door of citizens' programs, for activating: converts and delegates. */
public final class ActivationGrpcService extends ActivationServiceGrpc.ActivationServiceImplBase {
  private static final int MOST_LINK_TOKEN_BYTES = 128;
  private static final int MOST_TEMPORARY_PASSWORD_BYTES = 64;

  /** The steps that this door leads to. */
  public record Steps(
      OpenActivation open,
      SetPassword setPassword,
      ConfirmPersonalData confirmPersonalData,
      AcceptTerms acceptTerms,
      PasswordStep passwordStep,
      ActivationSubject subject,
      CompleteActivation complete) {}

  private final Steps steps;

  public ActivationGrpcService(Steps steps) {
    this.steps = steps;
  }

  @Override
  public void openActivation(
      OpenActivationRequest request, StreamObserver<OpenActivationResponse> observer) {
    Replies.reply(observer, () -> open(request));
  }

  private OpenActivationResponse open(OpenActivationRequest request) throws RefusedException {
    Fields fields = new Fields();
    Bytes programKey = SignerSteps.programKey(fields, request.getProgramKey());
    try (SecretBytes token =
        SignerSteps.secret(
            fields, "link_token", request.getLinkTokenBytes(), MOST_LINK_TOKEN_BYTES)) {
      OpenActivation.Opened opened = steps.open().run(token, programKey);
      return OpenActivationResponse.newBuilder()
          .setInteractionId(opened.interaction().toString())
          .setMaskedMobile(opened.maskedMobile())
          .setTemporaryPasswordExpiresAt(Times.of(opened.temporaryPasswordExpiresAt()))
          .setExpiresAt(Times.of(opened.expiresAt()))
          .build();
    }
  }

  @Override
  public void setPassword(
      SetPasswordRequest request, StreamObserver<SetPasswordResponse> observer) {
    Replies.reply(observer, () -> setPassword(request));
  }

  private SetPasswordResponse setPassword(SetPasswordRequest request) throws RefusedException {
    Fields fields = new Fields();
    ActivationStep step =
        step(
            fields,
            request.getInteractionId(),
            ActivationServiceGrpc.getSetPasswordMethod(),
            request.getProof());
    try (SecretBytes temporary =
            SignerSteps.secret(
                fields,
                "temporary_password",
                request.getTemporaryPassword(),
                MOST_TEMPORARY_PASSWORD_BYTES);
        SecretBytes chosen =
            SignerSteps.password(fields, "new_password", request.getNewPassword())) {
      Signer signer = steps.setPassword().run(step, temporary, chosen);
      return SetPasswordResponse.newBuilder()
          .setPersonalData(
              PersonalData.newBuilder()
                  .setDni(signer.dni().value())
                  .setGivenName(signer.name().givenName())
                  .setSurname(signer.name().surname())
                  .setEmail(signer.email().value())
                  .setMaskedMobile(signer.mobile().masked()))
          .build();
    }
  }

  @Override
  public void confirmPersonalData(
      ConfirmPersonalDataRequest request, StreamObserver<ConfirmPersonalDataResponse> observer) {
    Replies.reply(observer, () -> confirm(request));
  }

  private ConfirmPersonalDataResponse confirm(ConfirmPersonalDataRequest request)
      throws RefusedException {
    Fields fields = new Fields();
    ActivationStep step =
        step(
            fields,
            request.getInteractionId(),
            ActivationServiceGrpc.getConfirmPersonalDataMethod(),
            request.getProof());
    var expiry = request.getDocumentExpiry();
    Fields.Field<LocalDate> date =
        fields.date("document_expiry", expiry.getYear(), expiry.getMonth(), expiry.getDay());
    fields.check();
    Terms terms = steps.confirmPersonalData().run(step, date.value());
    return ConfirmPersonalDataResponse.newBuilder()
        .setTermsVersion(terms.version())
        .setTermsText(terms.text())
        .setTermsSha256(ByteString.copyFrom(terms.sha256().toByteArray()))
        .build();
  }

  @Override
  public void acceptTerms(
      AcceptTermsRequest request, StreamObserver<AcceptTermsResponse> observer) {
    Replies.reply(
        observer,
        () -> {
          Fields fields = new Fields();
          ActivationStep step =
              step(
                  fields,
                  request.getInteractionId(),
                  ActivationServiceGrpc.getAcceptTermsMethod(),
                  request.getProof());
          var version = fields.text("terms_version", request.getTermsVersion(), 1, 20);
          var sha256 = fields.bytes("terms_sha256", request.getTermsSha256(), 32, 32);
          fields.check();
          steps.acceptTerms().run(step, version.value(), sha256.value());
          return AcceptTermsResponse.getDefaultInstance();
        });
  }

  @Override
  public void submitPassword(
      SubmitPasswordRequest request, StreamObserver<SubmitPasswordResponse> observer) {
    Replies.reply(
        observer,
        () ->
            SignerSteps.takePasswordStep(
                steps.passwordStep(),
                SignerSteps.passwordAttempt(
                    request.getInteractionId(),
                    ActivationServiceGrpc.getSubmitPasswordMethod().getFullMethodName(),
                    request.getProof(),
                    request.getDni(),
                    request.getPassword(),
                    request.getDevice()),
                steps.subject(),
                (ticket, codeExpiresAt) ->
                    SubmitPasswordResponse.newBuilder()
                        .setTicket(ticket)
                        .setCodeExpiresAt(codeExpiresAt)
                        .build()));
  }

  @Override
  public void submitCode(SubmitCodeRequest request, StreamObserver<SubmitCodeResponse> observer) {
    Replies.reply(
        observer,
        () -> {
          try (CodeStep.Attempt attempt =
                  SignerSteps.codeAttempt(
                      request.getInteractionId(),
                      ActivationServiceGrpc.getSubmitCodeMethod().getFullMethodName(),
                      request.getProof(),
                      request.getTicket(),
                      request.getCode());
              CompleteActivation.Activated activated = steps.complete().run(attempt)) {
            return toResponse(activated);
          }
        });
  }

  private static SubmitCodeResponse toResponse(CompleteActivation.Activated activated) {
    IssuedCertificate issued = activated.certificate();
    return SubmitCodeResponse.newBuilder()
        .setCertificate(SignerSteps.encoded(issued.certificate()))
        .addAllChain(issued.issuers().stream().map(SignerSteps::encoded).toList())
        .setDevice(activated.device().use(ByteString::copyFrom))
        .build();
  }

  private static ActivationStep step(
      Fields fields, String interaction, MethodDescriptor<?, ?> method, Proof proof) {
    return new ActivationStep(
        SignerSteps.interaction(fields, interaction),
        method.getFullMethodName(),
        SignerSteps.proof(fields, proof));
  }
}
