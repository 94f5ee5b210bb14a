package eus.bakq.server.grpc;

import com.google.protobuf.ByteString;
import eus.bakq.server.authentication.CodeStep;
import eus.bakq.server.authentication.PasswordStep;
import eus.bakq.server.certificate.IssuedCertificate;
import eus.bakq.server.enrolment.ChangePassword;
import eus.bakq.server.enrolment.OpenPasswordChange;
import eus.bakq.server.enrolment.PasswordChangeSubject;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.signer.v1.ChangePasswordRequest;
import eus.bakq.signer.v1.ChangePasswordResponse;
import eus.bakq.signer.v1.OpenPasswordChangeRequest;
import eus.bakq.signer.v1.OpenPasswordChangeResponse;
import eus.bakq.signer.v1.PasswordServiceGrpc;
import eus.bakq.signer.v1.SubmitOldPasswordRequest;
import eus.bakq.signer.v1.SubmitOldPasswordResponse;
import io.grpc.stub.StreamObserver;

/** The door of citizens' programs, for changing the password: converts and delegates. */
public final class PasswordGrpcService extends PasswordServiceGrpc.PasswordServiceImplBase {
  /** The steps that this door leads to. */
  public record Steps(
      OpenPasswordChange open,
      PasswordStep passwordStep,
      PasswordChangeSubject subject,
      ChangePassword change) {}

  private final Steps steps;

  public PasswordGrpcService(Steps steps) {
    this.steps = steps;
  }

  @Override
  public void openPasswordChange(
      OpenPasswordChangeRequest request, StreamObserver<OpenPasswordChangeResponse> observer) {
    Replies.reply(
        observer,
        () -> {
          OpenPasswordChange.Opened opened =
              steps.open().run(SignerSteps.programKey(new Fields(), request.getProgramKey()));
          return OpenPasswordChangeResponse.newBuilder()
              .setInteractionId(opened.interaction().toString())
              .setExpiresAt(Times.of(opened.expiresAt()))
              .build();
        });
  }

  @Override
  public void submitOldPassword(
      SubmitOldPasswordRequest request, StreamObserver<SubmitOldPasswordResponse> observer) {
    Replies.reply(
        observer,
        () ->
            SignerSteps.takePasswordStep(
                steps.passwordStep(),
                SignerSteps.passwordAttempt(
                    request.getInteractionId(),
                    PasswordServiceGrpc.getSubmitOldPasswordMethod().getFullMethodName(),
                    request.getProof(),
                    request.getDni(),
                    request.getPassword(),
                    request.getDevice()),
                steps.subject(),
                (ticket, codeExpiresAt) ->
                    SubmitOldPasswordResponse.newBuilder()
                        .setTicket(ticket)
                        .setCodeExpiresAt(codeExpiresAt)
                        .build()));
  }

  @Override
  public void changePassword(
      ChangePasswordRequest request, StreamObserver<ChangePasswordResponse> observer) {
    Replies.reply(observer, () -> change(request));
  }

  private ChangePasswordResponse change(ChangePasswordRequest request) throws RefusedException {
    try (CodeStep.Attempt attempt =
            SignerSteps.codeAttempt(
                request.getInteractionId(),
                PasswordServiceGrpc.getChangePasswordMethod().getFullMethodName(),
                request.getProof(),
                request.getTicket(),
                request.getCode());
        SecretBytes chosen =
            SignerSteps.password(new Fields(), "new_password", request.getNewPassword());
        ChangePassword.Changed changed = steps.change().run(attempt, chosen)) {
      IssuedCertificate issued = changed.certificate();
      return ChangePasswordResponse.newBuilder()
          .setCertificate(SignerSteps.encoded(issued.certificate()))
          .addAllChain(issued.issuers().stream().map(SignerSteps::encoded).toList())
          .setDevice(changed.device().use(ByteString::copyFrom))
          .build();
    }
  }
}
