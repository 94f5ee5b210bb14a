package eus.bakq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import eus.bakq.contract.v1.Reason;
import eus.bakq.signer.v1.AcceptTermsRequest;
import eus.bakq.signer.v1.AcceptTermsResponse;
import eus.bakq.signer.v1.ActivationServiceGrpc.ActivationServiceImplBase;
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
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Flow F2 from the citizen's side. */
class ActivateCommandTest {
  private static final String INTERACTION = "5b1d3f6a-0000-4000-8000-000000000002";
  private static final String SERVICE = "bakq.signer.v1.ActivationService/";
  private static final String LINK = "https://bakq.example/activate#the-token";
  private static final String ANSWERS =
      """
      K7Q42M9T
      larunbat gaua 7
      larunbat gaua 7
      2031-05-17
      yes
      larunbat gaua 7
      654321
      """;

  private final Activation activation = new Activation();
  private FakeServer server;

  @BeforeEach
  void start() throws IOException {
    server = FakeServer.serving(activation);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void takesEachStepInOrderWithAProofOfTheProgramsKey() {
    FakeServer.Result result = server.run(ANSWERS, "activate", LINK);
    assertThat(result.err()).isEmpty();
    assertThat(result.exitCode()).isZero();
    assertThat(activation.seen)
        .containsExactly(
            "the-token",
            "K7Q42M9T larunbat gaua 7",
            "2031-5-17",
            "v1",
            "12345678Z larunbat gaua 7",
            "654321");
    assertThat(result.out())
        .contains("······123", "Ane", "You promise.", "BakQ is active", "CN=Citizen")
        .doesNotContain("larunbat", "K7Q42M9T", "654321", "\u001b");
  }

  @Test
  void asksForTheLinkWhereArgumentsCanBeSeen() {
    FakeServer.Result result = server.run(LINK + "\n" + ANSWERS, "activate", "-");
    assertThat(result.exitCode()).isZero();
    assertThat(activation.seen).startsWith("the-token");
  }

  @Test
  void sendsNoPasswordThatWasTypedInTwoWays() {
    FakeServer.Result result =
        server.run("K7Q42M9T\nlarunbat gaua 7\nlarunbat gaua 8\n", "activate", LINK);
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains("not the same");
    assertThat(activation.seen).containsExactly("the-token");
  }

  @Test
  void acceptsNoTermsUnlessTheCitizenSaysYes() {
    FakeServer.Result result = server.run(ANSWERS.replace("yes", "y"), "activate", LINK);
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(activation.seen).doesNotContain("v1");
  }

  @Test
  void saysWhatToDoAboutALinkThatCannotBeUsed() {
    activation.refusal = FakeServer.refusal(Code.NOT_FOUND, Reason.REASON_ACTIVATION_LINK_INVALID);
    FakeServer.Result result = server.run(ANSWERS, "activate", LINK);
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("ask a registration point for a new one");
  }

  /** Each step in its place, with its proof, or the test fails. */
  private static final class Activation extends ActivationServiceImplBase {
    private final List<String> seen = new ArrayList<>();
    private byte[] programKey = new byte[0];
    private RuntimeException refusal;

    private <T> void answer(StreamObserver<T> observer, T answer) {
      if (refusal == null) {
        observer.onNext(answer);
        observer.onCompleted();
      } else {
        observer.onError(refusal);
      }
    }

    private void requireProof(Proof proof, String step, byte[] ticket) {
      FakeServer.requireProof(programKey, proof, SERVICE + step, INTERACTION, ticket);
    }

    @Override
    public void openActivation(
        OpenActivationRequest request, StreamObserver<OpenActivationResponse> observer) {
      seen.add(request.getLinkToken());
      programKey = request.getProgramKey().toByteArray();
      answer(
          observer,
          OpenActivationResponse.newBuilder()
              .setInteractionId(INTERACTION)
              .setMaskedMobile("······123")
              .build());
    }

    @Override
    public void setPassword(
        SetPasswordRequest request, StreamObserver<SetPasswordResponse> observer) {
      requireProof(request.getProof(), "SetPassword", new byte[0]);
      seen.add(
          request.getTemporaryPassword().toStringUtf8()
              + " "
              + request.getNewPassword().toStringUtf8());
      answer(
          observer,
          SetPasswordResponse.newBuilder()
              .setPersonalData(PersonalData.newBuilder().setDni("12345678Z").setGivenName("Ane"))
              .build());
    }

    @Override
    public void confirmPersonalData(
        ConfirmPersonalDataRequest request, StreamObserver<ConfirmPersonalDataResponse> observer) {
      requireProof(request.getProof(), "ConfirmPersonalData", new byte[0]);
      var expiry = request.getDocumentExpiry();
      seen.add(expiry.getYear() + "-" + expiry.getMonth() + "-" + expiry.getDay());
      answer(
          observer,
          ConfirmPersonalDataResponse.newBuilder()
              .setTermsVersion("v1")
              .setTermsText("You promise.\nWe promise.\u001b")
              .setTermsSha256(ByteString.copyFrom(new byte[32]))
              .build());
    }

    @Override
    public void acceptTerms(
        AcceptTermsRequest request, StreamObserver<AcceptTermsResponse> observer) {
      requireProof(request.getProof(), "AcceptTerms", new byte[0]);
      assertThat(request.getTermsSha256().size()).isEqualTo(32);
      seen.add(request.getTermsVersion());
      answer(observer, AcceptTermsResponse.getDefaultInstance());
    }

    @Override
    public void submitPassword(
        SubmitPasswordRequest request, StreamObserver<SubmitPasswordResponse> observer) {
      requireProof(request.getProof(), "SubmitPassword", new byte[0]);
      seen.add(request.getDni() + " " + request.getPassword().toStringUtf8());
      answer(
          observer,
          SubmitPasswordResponse.newBuilder().setTicket(ByteString.copyFromUtf8("ticket")).build());
    }

    @Override
    public void submitCode(SubmitCodeRequest request, StreamObserver<SubmitCodeResponse> observer) {
      requireProof(request.getProof(), "SubmitCode", request.getTicket().toByteArray());
      seen.add(request.getCode().toStringUtf8());
      answer(observer, SubmitCodeResponse.newBuilder().setCertificate(ACertificate.DER).build());
    }
  }
}
