package eus.bakq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.rpc.Code;
import eus.bakq.contract.v1.Reason;
import eus.bakq.demo.v1.AuthorisationServiceGrpc.AuthorisationServiceImplBase;
import eus.bakq.demo.v1.Channel;
import eus.bakq.demo.v1.DocumentShown;
import eus.bakq.demo.v1.ListMessagesRequest;
import eus.bakq.demo.v1.ListMessagesResponse;
import eus.bakq.demo.v1.Message;
import eus.bakq.demo.v1.MessageServiceGrpc.MessageServiceImplBase;
import eus.bakq.demo.v1.OpenAuthorisationRequest;
import eus.bakq.demo.v1.OpenAuthorisationResponse;
import eus.bakq.demo.v1.RejectRequest;
import eus.bakq.demo.v1.RejectResponse;
import eus.bakq.demo.v1.SubmitCodeRequest;
import eus.bakq.demo.v1.SubmitCodeResponse;
import eus.bakq.demo.v1.SubmitPasswordRequest;
import eus.bakq.demo.v1.SubmitPasswordResponse;
import eus.bakq.signer.v1.Proof;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code authorise}, {@code phone} and {@code mailbox}. */
class CitizenCommandsTest {
  private static final String INTERACTION = "5b1d3f6a-0000-4000-8000-000000000001";
  private static final String SERVICE = "bakq.demo.v1.AuthorisationService/";

  private final Authorisations authorisations = new Authorisations();
  private final Messages messages = new Messages();

  @Test
  void showsWhatIsAskedAndSignsWithPasswordAndCode() throws Exception {
    try (FakeServer server = FakeServer.serving(authorisations)) {
      FakeServer.Result result =
          server.run("yes\n12345678Z\ncorrect horse\n123456\n", "authorise", "https://sign/x");
      assertThat(result.err()).isEmpty();
      assertThat(result.exitCode()).isZero();
      assertThat(result.out())
          .contains(
              "Gipuzkoa? asks", "K7Q4-2M9T", "hitzarmena.pdf", "00000000 00000000", "Signed: 1")
          .doesNotContain("correct horse", "123456\n", "\u001b");
    }
    assertThat(authorisations.seen)
        .containsExactly("open https://sign/x", "12345678Z correct horse", "123456");
  }

  @Test
  void keepsWhatTheDeviceIsKnownByForItsOwnerAlone(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("ane.device");
    String answers = "yes\n12345678Z\ncorrect horse\n123456\n";
    String[] authorise = {"authorise", "https://sign/x", "--device", file.toString()};
    try (FakeServer server = FakeServer.serving(authorisations)) {
      assertThat(server.run(answers, authorise).exitCode()).isZero();
      assertThat(authorisations.devices.getLast()).isEmpty();
      assertThat(Files.readAllBytes(file)).isEqualTo(new byte[64]);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");

      assertThat(server.run(answers, authorise).exitCode()).isZero();
      assertThat(authorisations.devices.getLast()).isEqualTo(ByteString.copyFrom(new byte[64]));
      try (Stream<Path> all = Files.list(folder)) {
        assertThat(all).containsExactly(file);
      }
    }
  }

  @Test
  void usesNoDeviceFileThatOthersCanReadOrThatIsAnother(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("ane.device");
    try (FakeServer server = FakeServer.serving(authorisations)) {
      Files.write(file, new byte[64]);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
      FakeServer.Result open =
          server.run("", "authorise", "https://sign/x", "--device", file.toString());
      assertThat(open.exitCode()).isEqualTo(2);
      assertThat(open.err()).contains("is open to others");

      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      Files.write(file, new byte[63]);
      FakeServer.Result another =
          server.run("", "authorise", "https://sign/x", "--device", file.toString());
      assertThat(another.exitCode()).isEqualTo(2);
      assertThat(another.err()).contains("is not one that keeps a device");
    }
    assertThat(authorisations.seen).isEmpty();
  }

  @Test
  void rejectsWhenTheCitizenSaysNo() throws Exception {
    try (FakeServer server = FakeServer.serving(authorisations)) {
      FakeServer.Result result = server.run("no\n", "authorise", "https://sign/x");
      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(result.err()).contains("nothing was signed");
    }
    assertThat(authorisations.seen).containsExactly("open https://sign/x", "reject");
  }

  @Test
  void doesNotSayWhatWasWrong() throws Exception {
    authorisations.refusal =
        FakeServer.refusal(Code.UNAUTHENTICATED, Reason.REASON_AUTHENTICATION_FAILED);
    try (FakeServer server = FakeServer.serving(authorisations)) {
      FakeServer.Result result =
          server.run("yes\n12345678Z\nwrong\n123456\n", "authorise", "https://sign/x");
      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(result.err()).contains("not recognised").doesNotContain("wrong\n");
    }
  }

  @Test
  void endsWhenTheInputEnds() throws Exception {
    try (FakeServer server = FakeServer.serving(authorisations)) {
      FakeServer.Result result = server.run("yes\n12345678Z\n", "authorise", "https://sign/x");
      assertThat(result.exitCode()).isEqualTo(2);
      assertThat(result.err()).contains("The input ended before the answer to 'Password'");
    }
  }

  @Test
  void showsThePhonesMessagesAndTheCodeOfTheNewest() throws Exception {
    messages.add(100, "", "Codigo 123456 para firmar.\n\n@sign.example #123456");
    messages.add(50, "", "BakQ: su contraseña temporal es K7Q42M9T. Sirve 10 min.");
    try (FakeServer server = FakeServer.serving(messages)) {
      assertThat(server.run("", "phone", "+34612345678").out()).contains("123456", "K7Q42M9T");
      assertThat(server.run("", "phone", "+34612345678", "--last").out())
          .contains("123456")
          .doesNotContain("K7Q42M9T");
      assertThat(server.run("", "phone", "+34612345678", "--code-only").out().strip())
          .isEqualTo("123456");
      assertThat(
              server.run("", "phone", "+34612345678", "--after", "1970-01-01T00:01:40Z").exitCode())
          .as("the newest was delivered at second 100, not after it")
          .isEqualTo(1);
      messages.list.removeFirst();
      assertThat(server.run("", "phone", "+34612345678", "--code-only").out().strip())
          .isEqualTo("K7Q42M9T");
    }
    assertThat(messages.channels).containsOnly(Channel.CHANNEL_SMS);
  }

  @Test
  void waitsForAMessageAndFindsTheLinkInIt() throws Exception {
    messages.add(100, "Your activation", "Open https://bakq.example/activate#abc-_123 soon.");
    messages.emptyAnswers = 2;
    try (FakeServer server = FakeServer.serving(messages)) {
      assertThat(
              server.run("", "mailbox", "ane@example.org", "--wait", "--link-only").out().strip())
          .isEqualTo("https://bakq.example/activate#abc-_123");
    }
    assertThat(messages.channels).hasSize(3).containsOnly(Channel.CHANNEL_EMAIL);
  }

  private static final class Authorisations extends AuthorisationServiceImplBase {
    private final List<String> seen = new ArrayList<>();
    private final List<ByteString> devices = new ArrayList<>();
    private byte[] programKey = new byte[0];
    private RuntimeException refusal;

    @Override
    public void openAuthorisation(
        OpenAuthorisationRequest request, StreamObserver<OpenAuthorisationResponse> observer) {
      seen.add("open " + request.getAuthorisationAddress());
      programKey = request.getProgramKey().toByteArray();
      observer.onNext(
          OpenAuthorisationResponse.newBuilder()
              .setInteractionId(INTERACTION)
              .setSedeName("Gipuzkoa\u001b")
              .setReferenceCode("K7Q4-2M9T")
              .addDocuments(
                  DocumentShown.newBuilder()
                      .setLabel("hitzarmena.pdf")
                      .setSha256(ByteString.copyFrom(new byte[32]))
                      .setSize(3))
              .build());
      observer.onCompleted();
    }

    @Override
    public void submitPassword(
        SubmitPasswordRequest request, StreamObserver<SubmitPasswordResponse> observer) {
      requireProof(request.getProof(), "SubmitPassword", new byte[0]);
      seen.add(request.getDni() + " " + request.getPassword().toStringUtf8());
      devices.add(request.getDevice());
      observer.onNext(
          SubmitPasswordResponse.newBuilder().setTicket(ByteString.copyFromUtf8("ticket")).build());
      observer.onCompleted();
    }

    @Override
    public void submitCode(SubmitCodeRequest request, StreamObserver<SubmitCodeResponse> observer) {
      if (refusal != null) {
        observer.onError(refusal);
        return;
      }
      requireProof(request.getProof(), "SubmitCode", request.getTicket().toByteArray());
      seen.add(request.getCode().toStringUtf8());
      observer.onNext(
          SubmitCodeResponse.newBuilder()
              .setSignedCount(1)
              .setDevice(ByteString.copyFrom(new byte[64]))
              .build());
      observer.onCompleted();
    }

    @Override
    public void reject(RejectRequest request, StreamObserver<RejectResponse> observer) {
      requireProof(request.getProof(), "Reject", new byte[0]);
      seen.add("reject");
      observer.onNext(RejectResponse.getDefaultInstance());
      observer.onCompleted();
    }

    private void requireProof(Proof proof, String step, byte[] ticket) {
      FakeServer.requireProof(programKey, proof, SERVICE + step, INTERACTION, ticket);
    }
  }

  private static final class Messages extends MessageServiceImplBase {
    private final List<Message> list = new ArrayList<>();
    private final List<Channel> channels = new ArrayList<>();
    private int emptyAnswers;

    void add(long second, String subject, String text) {
      list.add(
          Message.newBuilder()
              .setDeliveredAt(Timestamp.newBuilder().setSeconds(second))
              .setSubject(subject)
              .setText(text)
              .build());
    }

    @Override
    public void listMessages(
        ListMessagesRequest request, StreamObserver<ListMessagesResponse> observer) {
      channels.add(request.getChannel());
      boolean empty = emptyAnswers > 0;
      emptyAnswers--;
      observer.onNext(
          ListMessagesResponse.newBuilder().addAllMessages(empty ? List.of() : list).build());
      observer.onCompleted();
    }
  }
}
