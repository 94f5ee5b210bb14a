package eus.bakq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import eus.bakq.contract.v1.Reason;
import eus.bakq.signer.v1.ChangePasswordRequest;
import eus.bakq.signer.v1.ChangePasswordResponse;
import eus.bakq.signer.v1.OpenPasswordChangeRequest;
import eus.bakq.signer.v1.OpenPasswordChangeResponse;
import eus.bakq.signer.v1.PasswordServiceGrpc.PasswordServiceImplBase;
import eus.bakq.signer.v1.Proof;
import eus.bakq.signer.v1.SubmitOldPasswordRequest;
import eus.bakq.signer.v1.SubmitOldPasswordResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A change of password from the citizen's side. */
class PasswordCommandTest {
  private static final String INTERACTION = "5b1d3f6a-0000-4000-8000-000000000003";
  private static final String SERVICE = "bakq.signer.v1.PasswordService/";
  private static final String ANSWERS =
      """
      12345678Z
      larunbat gaua 7
      igande goiza 9
      igande goiza 9
      654321
      """;

  private final Changes changes = new Changes();
  private FakeServer server;

  @BeforeEach
  void start() throws IOException {
    server = FakeServer.serving(changes);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void takesEachStepInOrderWithAProofOfTheProgramsKey(@TempDir Path folder) throws Exception {
    Path device = folder.resolve("ane.device");
    FakeServer.Result result = server.run(ANSWERS, "password", "--device", device.toString());
    assertThat(result.err()).isEmpty();
    assertThat(result.exitCode()).isZero();
    assertThat(changes.seen)
        .containsExactly("opened", "12345678Z larunbat gaua 7", "654321 igande goiza 9");
    assertThat(result.out())
        .contains("The password is changed", "CN=Citizen")
        .doesNotContain("larunbat", "igande", "654321", "\u001b");
    assertThat(Files.readAllBytes(device)).isEqualTo(new byte[64]);
  }

  @Test
  void sendsNothingIfTheNewPasswordWasTypedInTwoWaysOrIsTheOldOne() {
    FakeServer.Result two = server.run(ANSWERS.replaceFirst("igande", "igan"), "password");
    assertThat(two.exitCode()).isEqualTo(2);
    assertThat(two.err()).contains("not the same");
    FakeServer.Result old =
        server.run(ANSWERS.replace("igande goiza 9", "larunbat gaua 7"), "password");
    assertThat(old.exitCode()).isEqualTo(2);
    assertThat(old.err()).contains("is the one of now");
    assertThat(changes.seen).isEmpty();
  }

  @Test
  void saysThatNothingWasChanged() {
    changes.refusal =
        FakeServer.refusal(Code.FAILED_PRECONDITION, Reason.REASON_PASSWORD_NOT_CHANGED);
    FakeServer.Result result = server.run(ANSWERS, "password");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("was not changed");
  }

  /** Each step in its place, with its proof, or the test fails. */
  private static final class Changes extends PasswordServiceImplBase {
    private final List<String> seen = new ArrayList<>();
    private byte[] programKey = new byte[0];
    private RuntimeException refusal;

    private <T> void answer(StreamObserver<T> observer, T answer) {
      observer.onNext(answer);
      observer.onCompleted();
    }

    private void requireProof(Proof proof, String step, byte[] ticket) {
      FakeServer.requireProof(programKey, proof, SERVICE + step, INTERACTION, ticket);
    }

    @Override
    public void openPasswordChange(
        OpenPasswordChangeRequest request, StreamObserver<OpenPasswordChangeResponse> observer) {
      seen.add("opened");
      programKey = request.getProgramKey().toByteArray();
      answer(
          observer, OpenPasswordChangeResponse.newBuilder().setInteractionId(INTERACTION).build());
    }

    @Override
    public void submitOldPassword(
        SubmitOldPasswordRequest request, StreamObserver<SubmitOldPasswordResponse> observer) {
      requireProof(request.getProof(), "SubmitOldPassword", new byte[0]);
      seen.add(request.getDni() + " " + request.getPassword().toStringUtf8());
      answer(
          observer,
          SubmitOldPasswordResponse.newBuilder()
              .setTicket(ByteString.copyFromUtf8("ticket"))
              .build());
    }

    @Override
    public void changePassword(
        ChangePasswordRequest request, StreamObserver<ChangePasswordResponse> observer) {
      if (refusal != null) {
        observer.onError(refusal);
        return;
      }
      requireProof(request.getProof(), "ChangePassword", request.getTicket().toByteArray());
      seen.add(request.getCode().toStringUtf8() + " " + request.getNewPassword().toStringUtf8());
      answer(
          observer,
          ChangePasswordResponse.newBuilder()
              .setCertificate(ACertificate.DER)
              .setDevice(ByteString.copyFrom(new byte[64]))
              .build());
    }
  }
}
