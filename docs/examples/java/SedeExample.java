import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import eus.bakq.relyingparty.v1.AcknowledgeSignedDocumentsRequest;
import eus.bakq.relyingparty.v1.CreateSignatureRequestRequest;
import eus.bakq.relyingparty.v1.DocumentToSign;
import eus.bakq.relyingparty.v1.Language;
import eus.bakq.relyingparty.v1.SignatureFormat;
import eus.bakq.relyingparty.v1.SignatureLevel;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestServiceGrpc;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import eus.bakq.relyingparty.v1.SignedDocumentHeader;
import eus.bakq.relyingparty.v1.StreamSignedDocumentRequest;
import eus.bakq.relyingparty.v1.StreamSignedDocumentResponse;
import eus.bakq.relyingparty.v1.UploadDocumentRequest;
import eus.bakq.relyingparty.v1.UploadDocumentResponse;
import eus.bakq.relyingparty.v1.UploadHeader;
import eus.bakq.relyingparty.v1.WatchSignatureRequestRequest;
import eus.bakq.relyingparty.v1.WatchSignatureRequestResponse;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.Iterator;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A sede: sends documents, asks a citizen to sign them, watches, fetches what was signed, and says
 * that it has it. Plain grpc-java, and the classes made of the contract (the jar of {@code proto}).
 *
 * <pre>
 * java -cp 'cli/target/lib/*' docs/examples/java/SedeExample.java var/demo/bakq.properties FOLDER FILE.pdf…
 * </pre>
 */
public final class SedeExample {
  private static final int CHUNK = 64 * 1024;

  private final ManagedChannel channel;

  private SedeExample(ManagedChannel channel) {
    this.channel = channel;
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments.length < 3) {
      System.err.println("usage: SedeExample CONNECTION FOLDER FILE.pdf…");
      System.exit(2);
    }
    Path folder = Files.createDirectories(Path.of(arguments[1]));
    List<Path> files = List.of(arguments).stream().skip(2).map(Path::of).toList();
    ManagedChannel channel = connect(Path.of(arguments[0]));
    int exitCode;
    try {
      exitCode = new SedeExample(channel).run(folder, files) ? 0 : 1;
    } catch (StatusRuntimeException refused) {
      System.err.println(explain(refused));
      exitCode = 1;
    } finally {
      channel.shutdownNow();
    }
    System.exit(exitCode);
  }

  /** The client certificate says who calls: there is no password, no token and no name to send. */
  private static ManagedChannel connect(Path connection) throws IOException {
    Properties values = new Properties();
    try (Reader reader = Files.newBufferedReader(connection)) {
      values.load(reader);
    }
    Path beside = connection.toAbsolutePath();
    return Grpc.newChannelBuilder(
            values.getProperty("sede.address").strip(),
            TlsChannelCredentials.newBuilder()
                .trustManager(file(beside, values, "authority"))
                .keyManager(
                    file(beside, values, "sede.certificate"), file(beside, values, "sede.key"))
                .build())
        .keepAliveTime(2, TimeUnit.MINUTES) // a watch is silent for minutes
        .build();
  }

  private static java.io.File file(Path beside, Properties values, String key) {
    return beside.resolveSibling(values.getProperty(key).strip()).toFile();
  }

  private boolean run(Path folder, List<Path> files) throws Exception {
    // Drawn once for this wish, and kept with it: whoever repeats it asks for nothing twice.
    CreateSignatureRequestRequest.Builder wish =
        CreateSignatureRequestRequest.newBuilder()
            .setRequestId(UUID.randomUUID().toString())
            .setFormat(SignatureFormat.SIGNATURE_FORMAT_PADES)
            .setLevel(SignatureLevel.SIGNATURE_LEVEL_B_B)
            .setLanguage(Language.LANGUAGE_ENGLISH);
    for (Path file : files) {
      wish.addDocuments(
          DocumentToSign.newBuilder()
              .setLabel(file.getFileName().toString())
              .setUploadId(upload(Files.readAllBytes(file))));
      System.out.println("uploaded " + file.getFileName());
    }
    SignatureRequest request =
        stub(60).createSignatureRequest(wish.build()).getSignatureRequest();
    System.out.println("signature request " + request.getId());
    System.out.println("authorise at " + request.getAuthorisationAddress());
    System.out.println("reference code " + request.getReferenceCode());

    SignatureRequest last = watch(request.getId());
    if (last.getState() != SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETED) {
      return false;
    }
    for (int index = 0; index < request.getDocumentCount(); index++) {
      System.out.println("fetched " + fetch(request.getId(), index, folder));
    }
    // Only now, when every document is safe here: they are erased there, for good.
    stub(60)
        .acknowledgeSignedDocuments(
            AcknowledgeSignedDocumentsRequest.newBuilder().setId(request.getId()).build());
    System.out.println("acknowledged");
    return true;
  }

  private SignatureRequestServiceGrpc.SignatureRequestServiceBlockingStub stub(long seconds) {
    return SignatureRequestServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(seconds, TimeUnit.SECONDS);
  }

  /** Watches until the request has ended: a watch that breaks, or is over before, is begun again. */
  private SignatureRequest watch(String id) throws InterruptedException {
    SignatureRequest last = SignatureRequest.getDefaultInstance();
    while (true) {
      try {
        Iterator<WatchSignatureRequestResponse> news =
            stub(31 * 60)
                .watchSignatureRequest(WatchSignatureRequestRequest.newBuilder().setId(id).build());
        while (news.hasNext()) {
          last = news.next().getSignatureRequest();
          System.out.println(
              "state " + last.getState().name().replace("SIGNATURE_REQUEST_STATE_", ""));
        }
        switch (last.getState()) {
          case SIGNATURE_REQUEST_STATE_COMPLETED,
              SIGNATURE_REQUEST_STATE_REJECTED,
              SIGNATURE_REQUEST_STATE_EXPIRED,
              SIGNATURE_REQUEST_STATE_CANCELLED,
              SIGNATURE_REQUEST_STATE_FAILED -> {
            return last;
          }
          default -> {} // half an hour was over
        }
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() != Status.Code.UNAVAILABLE) {
          throw e;
        }
        TimeUnit.SECONDS.sleep(2); // or what RetryInfo says
      }
    }
  }

  /** Reads one signed document: whole, compared with its header and on disk, or not at all. */
  private Path fetch(String id, int index, Path folder) throws Exception {
    Iterator<StreamSignedDocumentResponse> pieces =
        stub(120)
            .streamSignedDocument(
                StreamSignedDocumentRequest.newBuilder().setId(id).setIndex(index).build());
    SignedDocumentHeader header = pieces.next().getHeader();
    MessageDigest hash = MessageDigest.getInstance("SHA-256");
    Path part = Files.createTempFile(folder, ".", ".part");
    try (FileOutputStream out = new FileOutputStream(part.toFile())) {
      while (pieces.hasNext()) {
        byte[] piece = pieces.next().getChunk().toByteArray();
        hash.update(piece);
        out.write(piece);
      }
      out.getFD().sync();
    }
    if (Files.size(part) != header.getSize()
        || !MessageDigest.isEqual(hash.digest(), header.getSha256().toByteArray())) {
      Files.delete(part);
      throw new IOException("document " + index + " did not arrive whole");
    }
    // A label is a name for people: it may hold anything, also what means a folder.
    String name = header.getLabel().replaceAll("[^\\p{L}\\p{N} ._-]", "_").replaceAll("\\.pdf$", "");
    Path target = folder.resolve((index + 1) + " " + name + ".signed.pdf");
    return Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Sends one document in pieces, as fast as the server takes it; returns the id of the upload. */
  private String upload(byte[] document) throws Exception {
    CompletableFuture<String> id = new CompletableFuture<>();
    UploadHeader header =
        UploadHeader.newBuilder()
            .setSize(document.length)
            .setSha256(
                ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(document)))
            .build();
    var _ =
        SignatureRequestServiceGrpc.newStub(channel)
            .withDeadlineAfter(120, TimeUnit.SECONDS)
            .uploadDocument(new Sending(document, header, id));
    try {
      return id.get();
    } catch (java.util.concurrent.ExecutionException e) {
      throw (Exception) e.getCause();
    }
  }

  private static final class Sending
      implements ClientResponseObserver<UploadDocumentRequest, UploadDocumentResponse> {
    private final byte[] document;
    private final UploadHeader header;
    private final CompletableFuture<String> id;
    private int sent = -1; // the header first

    private Sending(byte[] document, UploadHeader header, CompletableFuture<String> id) {
      this.document = document;
      this.header = header;
      this.id = id;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<UploadDocumentRequest> call) {
      call.setOnReadyHandler(
          () -> {
            while (call.isReady() && !id.isDone() && sent <= document.length) {
              if (sent < 0) {
                call.onNext(UploadDocumentRequest.newBuilder().setHeader(header).build());
                sent = 0;
              } else if (sent < document.length) {
                int size = Math.min(CHUNK, document.length - sent);
                call.onNext(
                    UploadDocumentRequest.newBuilder()
                        .setChunk(ByteString.copyFrom(document, sent, size))
                        .build());
                sent += size;
              } else {
                sent = document.length + 1;
                call.onCompleted();
              }
            }
          });
    }

    @Override
    public void onNext(UploadDocumentResponse response) {
      id.complete(response.getUploadId());
    }

    @Override
    public void onError(Throwable failure) {
      id.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {}
  }

  /** For people: what it was, which fields, and what to report. docs/errors.md has every reason. */
  private static String explain(StatusRuntimeException refused) {
    StringBuilder text = new StringBuilder(refused.getStatus().getCode().name());
    com.google.rpc.Status status = StatusProto.fromThrowable(refused);
    try {
      for (Any detail : status.getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          ErrorInfo info = detail.unpack(ErrorInfo.class);
          text.append(": ").append(info.getReason());
          text.append("\n  correlation id ").append(info.getMetadataOrThrow("correlation_id"));
        } else if (detail.is(BadRequest.class)) {
          for (var violation : detail.unpack(BadRequest.class).getFieldViolationsList()) {
            text.append("\n  ").append(violation.getField());
            text.append(": ").append(violation.getDescription());
          }
        }
      }
    } catch (InvalidProtocolBufferException e) {
      text.append("\n  (with details that cannot be read)");
    }
    return text.toString();
  }
}
