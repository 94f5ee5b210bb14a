package eus.bakq.demo;

import com.google.protobuf.ByteString;
import eus.bakq.demo.v1.AuthorisationServiceGrpc;
import eus.bakq.demo.v1.DocumentShown;
import eus.bakq.demo.v1.OpenAuthorisationRequest;
import eus.bakq.demo.v1.OpenAuthorisationResponse;
import eus.bakq.demo.v1.RejectRequest;
import eus.bakq.demo.v1.RejectResponse;
import eus.bakq.demo.v1.SubmitCodeRequest;
import eus.bakq.demo.v1.SubmitCodeResponse;
import eus.bakq.demo.v1.SubmitPasswordRequest;
import eus.bakq.demo.v1.SubmitPasswordResponse;
import eus.bakq.server.authentication.CodeStep;
import eus.bakq.server.config.ProfileExtension.AuthorisationParts;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.grpc.Fields;
import eus.bakq.server.grpc.Replies;
import eus.bakq.server.grpc.SignerSteps;
import eus.bakq.server.grpc.Times;
import eus.bakq.server.signing.AuthoriseSignature;
import eus.bakq.server.signing.OpenAuthorisation;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureRequestId;
import io.grpc.stub.StreamObserver;
import java.util.UUID;

/** Authorising from a terminal: converts and delegates, as the signer pages will. */
final class AuthorisationGrpcService extends AuthorisationServiceGrpc.AuthorisationServiceImplBase {
  private static final int MOST_ADDRESS_CHARACTERS = 512;

  private final AuthorisationParts parts;

  AuthorisationGrpcService(AuthorisationParts parts) {
    this.parts = parts;
  }

  @Override
  public void openAuthorisation(
      OpenAuthorisationRequest request, StreamObserver<OpenAuthorisationResponse> observer) {
    Replies.reply(observer, () -> open(request));
  }

  private OpenAuthorisationResponse open(OpenAuthorisationRequest request) throws RefusedException {
    Fields fields = new Fields();
    var address =
        fields.text(
            "authorisation_address", request.getAuthorisationAddress(), 1, MOST_ADDRESS_CHARACTERS);
    fields.check();
    var id =
        fields.parsed(
            "authorisation_address",
            address.value(),
            AuthorisationGrpcService::requestOf,
            "is the address that the sede was given");
    Bytes programKey = SignerSteps.programKey(fields, request.getProgramKey());
    OpenAuthorisation.Shown shown = parts.open().run(id.value(), programKey);
    OpenAuthorisationResponse.Builder response =
        OpenAuthorisationResponse.newBuilder()
            .setInteractionId(shown.interaction().id().toString())
            .setSedeName(shown.sedeName())
            .setReferenceCode(shown.referenceCode())
            .setExpiresAt(Times.of(shown.interaction().expiresAt()));
    for (OpenAuthorisation.ShownDocument document : shown.documents()) {
      response.addDocuments(
          DocumentShown.newBuilder()
              .setLabel(document.label())
              .setSha256(ByteString.copyFrom(document.sha256().toByteArray()))
              .setSize(document.size()));
    }
    return response.build();
  }

  private static SignatureRequestId requestOf(String address) {
    return new SignatureRequestId(UUID.fromString(address.substring(address.indexOf('#') + 1)));
  }

  @Override
  public void submitPassword(
      SubmitPasswordRequest request, StreamObserver<SubmitPasswordResponse> observer) {
    Replies.reply(
        observer,
        () ->
            SignerSteps.takePasswordStep(
                parts.passwordStep(),
                SignerSteps.passwordAttempt(
                    request.getInteractionId(),
                    AuthorisationServiceGrpc.getSubmitPasswordMethod().getFullMethodName(),
                    request.getProof(),
                    request.getDni(),
                    request.getPassword(),
                    request.getDevice()),
                parts.subject(),
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
                      AuthorisationServiceGrpc.getSubmitCodeMethod().getFullMethodName(),
                      request.getProof(),
                      request.getTicket(),
                      request.getCode());
              AuthoriseSignature.Signed signed = parts.authorise().run(attempt)) {
            return SubmitCodeResponse.newBuilder()
                .setSignedCount(signed.documents())
                .setDevice(signed.device().use(ByteString::copyFrom))
                .build();
          }
        });
  }

  @Override
  public void reject(RejectRequest request, StreamObserver<RejectResponse> observer) {
    Replies.reply(
        observer,
        () -> {
          Fields fields = new Fields();
          parts
              .reject()
              .run(
                  SignerSteps.interaction(fields, request.getInteractionId()),
                  AuthorisationServiceGrpc.getRejectMethod().getFullMethodName(),
                  SignerSteps.proof(fields, request.getProof()));
          return RejectResponse.getDefaultInstance();
        });
  }
}
