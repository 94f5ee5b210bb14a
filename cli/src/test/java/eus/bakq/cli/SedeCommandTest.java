package eus.bakq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import eus.bakq.contract.v1.Reason;
import eus.bakq.relyingparty.v1.AcknowledgeSignedDocumentsRequest;
import eus.bakq.relyingparty.v1.AcknowledgeSignedDocumentsResponse;
import eus.bakq.relyingparty.v1.CancelSignatureRequestRequest;
import eus.bakq.relyingparty.v1.CancelSignatureRequestResponse;
import eus.bakq.relyingparty.v1.CreateSignatureRequestRequest;
import eus.bakq.relyingparty.v1.CreateSignatureRequestResponse;
import eus.bakq.relyingparty.v1.DigestAlgorithm;
import eus.bakq.relyingparty.v1.GetSignatureRequestRequest;
import eus.bakq.relyingparty.v1.GetSignatureRequestResponse;
import eus.bakq.relyingparty.v1.Language;
import eus.bakq.relyingparty.v1.SignatureFormat;
import eus.bakq.relyingparty.v1.SignatureLevel;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestServiceGrpc.SignatureRequestServiceImplBase;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import eus.bakq.relyingparty.v1.SignedDocumentHeader;
import eus.bakq.relyingparty.v1.StreamSignedDocumentRequest;
import eus.bakq.relyingparty.v1.StreamSignedDocumentResponse;
import eus.bakq.relyingparty.v1.UploadDocumentRequest;
import eus.bakq.relyingparty.v1.UploadDocumentResponse;
import eus.bakq.relyingparty.v1.UploadHeader;
import eus.bakq.relyingparty.v1.WatchSignatureRequestRequest;
import eus.bakq.relyingparty.v1.WatchSignatureRequestResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SedeCommandTest {
  @TempDir Path folder;
  private final Requests requests = new Requests();
  private FakeServer server;

  @BeforeEach
  void start() throws IOException {
    server = FakeServer.serving(requests);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void signsWaitsFetchesInOrderAndAcknowledges() throws IOException {
    Path first = Files.writeString(folder.resolve("hitzarmena.pdf"), "one");
    Path second = Files.writeString(folder.resolve("eranskina.pdf"), "two");
    Path out = folder.resolve("signed");
    FakeServer.Result result =
        server.run(
            "",
            "sede",
            "sign",
            first.toString(),
            second.toString(),
            "--language",
            "es",
            "--wait",
            "--out",
            out.toString());
    assertThat(result.err()).isEmpty();
    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).contains("K7Q4-2M9T", "https://sign.example/x", "COMPLETED");
    assertThat(requests.created.getDocumentsList())
        .extracting(document -> document.getLabel())
        .containsExactly("hitzarmena.pdf", "eranskina.pdf");
    assertThat(requests.created.getLanguage()).isEqualTo(Language.LANGUAGE_SPANISH);
    assertThat(requests.created.getRequestId()).hasSize(36);
    assertThat(out.resolve("hitzarmena.signed.pdf")).hasContent("signed one");
    assertThat(out.resolve("eranskina.signed.pdf")).hasContent("signed two");
    assertThat(requests.calls).containsSubsequence("fetch 0", "fetch 1", "acknowledge");
    try (Stream<Path> files = Files.list(out)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void keepsTheDocumentsAtTheServerIfAsked() throws IOException {
    create("one");
    assertThat(fetch("--keep").exitCode()).isZero();
    assertThat(requests.calls).doesNotContain("acknowledge");
    assertThat(fetch().exitCode()).as("the same file again is no fault").isZero();
    assertThat(requests.calls).contains("acknowledge");
  }

  @Test
  void asksForTheFormThatIsTypedAndNamesTheFilesAfterIt() throws IOException {
    Path file = Files.writeString(folder.resolve("faktura.xml"), "<x/>");
    FakeServer.Result result =
        server.run(
            "",
            "sede",
            "sign",
            file.toString(),
            "--format",
            "xades-detached",
            "--level",
            "b-lta",
            "--digest",
            "sha512",
            "--wait",
            "--out",
            folder.toString());
    assertThat(result.err()).isEmpty();
    assertThat(requests.created.getFormat())
        .isEqualTo(SignatureFormat.SIGNATURE_FORMAT_XADES_DETACHED);
    assertThat(requests.created.getLevel()).isEqualTo(SignatureLevel.SIGNATURE_LEVEL_B_LTA);
    assertThat(requests.created.getDigestAlgorithm())
        .isEqualTo(DigestAlgorithm.DIGEST_ALGORITHM_SHA512);
    assertThat(result.out()).contains("XADES_DETACHED B-LTA SHA512");
    assertThat(folder.resolve("faktura.xades.xml")).hasContent("signed <x/>");
  }

  @ParameterizedTest
  @CsvSource({
    "SIGNATURE_FORMAT_PADES, .signed.pdf",
    "SIGNATURE_FORMAT_XADES_ENVELOPED, .signed.xml",
    "SIGNATURE_FORMAT_XADES_ENVELOPING, .signed.xml",
    "SIGNATURE_FORMAT_XADES_DETACHED, .xades.xml"
  })
  void namesEachFormat(SignatureFormat format, String suffix) {
    assertThat(SignatureForms.suffix(format)).isEqualTo(suffix);
  }

  @Test
  void sendsLargeFilesOneByOneAndSmallOnesIfAsked() throws IOException {
    Path small = Files.writeString(folder.resolve("small.pdf"), "small");
    Path large = Files.write(folder.resolve("large.pdf"), new byte[1_100_000]);
    assertThat(server.run("", "sede", "sign", small.toString()).exitCode()).isZero();
    assertThat(requests.calls).isEmpty();

    assertThat(server.run("", "sede", "sign", small.toString(), "--stream").exitCode()).isZero();
    assertThat(requests.uploads).containsExactly(ByteString.copyFromUtf8("small"));

    FakeServer.Result both =
        server.run(
            "", "sede", "sign", large.toString(), small.toString(), "--label", "A", "--label", "B");
    assertThat(both.exitCode()).isZero();
    assertThat(requests.uploads).hasSize(3);
    assertThat(requests.created.getDocumentsList())
        .extracting(document -> document.getLabel() + " " + document.getUploadId())
        .containsExactly("A upload 2", "B upload 3");
    assertThat(requests.created.getDocumentsList())
        .allSatisfy(document -> assertThat(document.getContent()).isEqualTo(ByteString.EMPTY));
  }

  @Test
  void showsEachChangeOnceAndEndsAsTheRequestDoes() {
    requests.breaks = 1;
    FakeServer.Result result = server.run("", "sede", "watch", "any");
    assertThat(result.exitCode()).isZero();
    assertThat(result.out().lines()).containsExactly("FROZEN", "CHALLENGED", "COMPLETED");
    assertThat(requests.calls).containsExactly("watch", "watch");

    requests.end = SignatureRequestState.SIGNATURE_REQUEST_STATE_EXPIRED;
    assertThat(server.run("", "sede", "watch", "any").exitCode()).isEqualTo(1);
  }

  @Test
  void keepsNothingOfADocumentThatCameInPart() throws IOException {
    create("one");
    requests.cut = true;
    FakeServer.Result result = fetch();
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(requests.calls).doesNotContain("acknowledge");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactly("a.pdf");
    }
  }

  @Test
  void neitherOverwritesAnotherFileNorGivesUpTheDocuments() throws IOException {
    create("one");
    Files.writeString(folder.resolve("a.signed.pdf"), "something else");
    FakeServer.Result result = fetch();
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains("is another one");
    assertThat(folder.resolve("a.signed.pdf")).hasContent("something else");
    assertThat(requests.calls).doesNotContain("acknowledge");
  }

  @Test
  void saysInOneSentenceThatTheCitizenSaidNo() throws IOException {
    requests.end = SignatureRequestState.SIGNATURE_REQUEST_STATE_REJECTED;
    Path file = Files.writeString(folder.resolve("a.pdf"), "one");
    FakeServer.Result result = server.run("", "sede", "sign", file.toString(), "--wait");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).containsOnlyOnce("\n").contains("REJECTED");
  }

  @Test
  void saysThatASignedRequestHasFailedAndWhy() throws IOException {
    requests.end = SignatureRequestState.SIGNATURE_REQUEST_STATE_FAILED;
    Path file = Files.writeString(folder.resolve("a.pdf"), "one");
    FakeServer.Result result = server.run("", "sede", "sign", file.toString(), "--wait");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out() + result.err()).contains("FAILED");
  }

  @Test
  void saysWhatToDoAboutARefusalAndNeverShowsAStack() {
    requests.refusal =
        FakeServer.refusal(Code.NOT_FOUND, Reason.REASON_SIGNATURE_REQUEST_NOT_FOUND);
    FakeServer.Result result = server.run("", "sede", "status", "unknown");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .contains("There is no such signature request", "ab".repeat(16))
        .doesNotContain("Exception", "\tat ");
  }

  @Test
  void tellsScriptsThatTheServiceIsNotAvailableNow() {
    requests.refusal = FakeServer.refusal(Code.UNAVAILABLE, Reason.REASON_OVERLOADED);
    assertThat(server.run("", "sede", "status", "any").exitCode()).isEqualTo(3);
  }

  @Test
  void cancels() {
    FakeServer.Result result = server.run("", "sede", "cancel", "any");
    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).contains("CANCELLED");
  }

  @Test
  void printsJson() {
    assertThat(server.run("", "sede", "status", "any", "--json").out())
        .contains("\"referenceCode\":\"K7Q4-2M9T\"");
  }

  @Test
  void refusesWrongArgumentsWithTheCodeOfUsage() {
    assertThat(server.run("", "sede", "sign").exitCode()).isEqualTo(2);
    assertThat(server.run("", "sede", "sign", "no-such-file.pdf").exitCode()).isEqualTo(2);
    assertThat(server.run("", "sede", "sign", "a.pdf", "--out", "b").exitCode()).isEqualTo(2);
    assertThat(server.run("", "fly").exitCode()).isEqualTo(2);
    assertThat(requests.calls).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "contract.PDF, contract",
    "../../etc/passwd, _.._etc_passwd",
    "..pdf, document",
    "/, _",
    "Hitzarmena nº 3: a*b, Hitzarmena nº 3_ a_b",
    "gnp\u202efdp, gnp_fdp"
  })
  void makesNamesOfFilesThatStayInTheFolder(String label, String name) {
    assertThat(SignedDocuments.fileName(label)).isEqualTo(name);
  }

  private void create(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("a.pdf"), content);
    assertThat(server.run("", "sede", "sign", file.toString()).exitCode()).isZero();
    requests.state = SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETED;
  }

  private FakeServer.Result fetch(String... options) {
    List<String> arguments =
        new ArrayList<>(List.of("sede", "fetch", "any", "--out", folder.toString()));
    arguments.addAll(List.of(options));
    return server.run("", arguments.toArray(String[]::new));
  }

  /** One signature request, which ends when it is asked for its state. */
  private static final class Requests extends SignatureRequestServiceImplBase {
    private final List<String> calls = new ArrayList<>();
    private CreateSignatureRequestRequest created =
        CreateSignatureRequestRequest.getDefaultInstance();
    private SignatureRequestState state = SignatureRequestState.SIGNATURE_REQUEST_STATE_FROZEN;
    private SignatureRequestState end = SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETED;
    private final List<ByteString> uploads = new ArrayList<>();
    private RuntimeException refusal;
    private int breaks;
    private boolean cut;

    private SignatureRequest request() {
      return SignatureRequest.newBuilder()
          .setId("0f8fad5b-d9cb-469f-a165-70867728950e")
          .setState(state)
          .setReferenceCode("K7Q4-2M9T")
          .setAuthorisationAddress("https://sign.example/x")
          .setDocumentCount(created.getDocumentsCount())
          .setFormat(created.getFormat())
          .setLevel(created.getLevel())
          .setDigestAlgorithm(created.getDigestAlgorithm())
          .setExpiresAt(com.google.protobuf.Timestamp.newBuilder().setSeconds(Integer.MAX_VALUE))
          .build();
    }

    private <T> void answer(StreamObserver<T> observer, T answer) {
      if (refusal != null) {
        observer.onError(refusal);
        return;
      }
      observer.onNext(answer);
      observer.onCompleted();
    }

    @Override
    public void createSignatureRequest(
        CreateSignatureRequestRequest request,
        StreamObserver<CreateSignatureRequestResponse> observer) {
      created = request;
      answer(
          observer,
          CreateSignatureRequestResponse.newBuilder().setSignatureRequest(request()).build());
    }

    @Override
    public void getSignatureRequest(
        GetSignatureRequestRequest request, StreamObserver<GetSignatureRequestResponse> observer) {
      state = end;
      answer(
          observer,
          GetSignatureRequestResponse.newBuilder().setSignatureRequest(request()).build());
    }

    /** Breaks as often as {@code breaks} says; then tells each state of the way. */
    @Override
    public void watchSignatureRequest(
        WatchSignatureRequestRequest request,
        StreamObserver<WatchSignatureRequestResponse> observer) {
      calls.add("watch");
      observer.onNext(watched());
      if (refusal == null && breaks > 0) {
        breaks--;
        observer.onError(Status.UNAVAILABLE.asRuntimeException());
        return;
      }
      state = SignatureRequestState.SIGNATURE_REQUEST_STATE_CHALLENGED;
      observer.onNext(watched());
      observer.onNext(watched());
      state = end;
      answer(observer, watched());
    }

    private WatchSignatureRequestResponse watched() {
      return WatchSignatureRequestResponse.newBuilder().setSignatureRequest(request()).build();
    }

    @Override
    public StreamObserver<UploadDocumentRequest> uploadDocument(
        StreamObserver<UploadDocumentResponse> observer) {
      return new StreamObserver<>() {
        private UploadHeader header = UploadHeader.getDefaultInstance();
        private ByteString content = ByteString.EMPTY;

        @Override
        public void onNext(UploadDocumentRequest message) {
          if (message.hasHeader()) {
            header = message.getHeader();
          }
          content = content.concat(message.getChunk());
        }

        @Override
        public void onError(Throwable gone) {
          calls.add("upload broken");
        }

        @Override
        public void onCompleted() {
          assertThat(header.getSize()).isEqualTo(content.size());
          assertThat(header.getSha256().toByteArray()).isEqualTo(Sha256.of(content.toByteArray()));
          calls.add("upload");
          uploads.add(content);
          answer(
              observer,
              UploadDocumentResponse.newBuilder().setUploadId("upload " + uploads.size()).build());
        }
      };
    }

    @Override
    public void streamSignedDocument(
        StreamSignedDocumentRequest request,
        StreamObserver<StreamSignedDocumentResponse> observer) {
      calls.add("fetch " + request.getIndex());
      var document = created.getDocuments(request.getIndex());
      ByteString signed = ByteString.copyFromUtf8("signed ").concat(document.getContent());
      observer.onNext(
          StreamSignedDocumentResponse.newBuilder()
              .setHeader(
                  SignedDocumentHeader.newBuilder()
                      .setLabel(document.getLabel())
                      .setSize(signed.size())
                      .setSha256(ByteString.copyFrom(Sha256.of(signed.toByteArray()))))
              .build());
      observer.onNext(
          StreamSignedDocumentResponse.newBuilder().setChunk(signed.substring(0, 3)).build());
      if (cut) {
        observer.onCompleted();
        return;
      }
      answer(
          observer,
          StreamSignedDocumentResponse.newBuilder().setChunk(signed.substring(3)).build());
    }

    @Override
    public void acknowledgeSignedDocuments(
        AcknowledgeSignedDocumentsRequest request,
        StreamObserver<AcknowledgeSignedDocumentsResponse> observer) {
      calls.add("acknowledge");
      answer(observer, AcknowledgeSignedDocumentsResponse.getDefaultInstance());
    }

    @Override
    public void cancelSignatureRequest(
        CancelSignatureRequestRequest request,
        StreamObserver<CancelSignatureRequestResponse> observer) {
      state = SignatureRequestState.SIGNATURE_REQUEST_STATE_CANCELLED;
      answer(
          observer,
          CancelSignatureRequestResponse.newBuilder().setSignatureRequest(request()).build());
    }
  }
}
