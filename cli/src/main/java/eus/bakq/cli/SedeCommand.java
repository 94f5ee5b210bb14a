package eus.bakq.cli;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import eus.bakq.relyingparty.v1.CancelSignatureRequestRequest;
import eus.bakq.relyingparty.v1.CreateSignatureRequestRequest;
import eus.bakq.relyingparty.v1.DocumentToSign;
import eus.bakq.relyingparty.v1.GetSignatureRequestRequest;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestServiceGrpc;
import eus.bakq.relyingparty.v1.SignatureRequestServiceGrpc.SignatureRequestServiceBlockingStub;
import eus.bakq.relyingparty.v1.SignatureRequestServiceGrpc.SignatureRequestServiceStub;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A sede: asks for signatures, sees how it goes, fetches what was signed. */
@Command(name = "sede", description = "As a sede: ask for signatures and fetch signed documents.")
final class SedeCommand {
  private static final long MAX_DOCUMENT_BYTES = 10L * 1024 * 1024;
  private static final long MOST_INLINE_BYTES = 1024 * 1024;
  private static final long TRANSFER_SECONDS = 180;

  private final Caller caller;

  SedeCommand(Caller caller) {
    this.caller = caller;
  }

  @Command(
      name = "sign",
      description = "Ask a citizen to sign files; prints where the citizen goes to agree.")
  int sign(
      @Parameters(arity = "1..*", paramLabel = "FILE", description = "The files, in order.")
          List<Path> files,
      @Option(
              names = "--label",
              paramLabel = "TEXT",
              description = "What the citizen reads as the name of a file; once for each file.")
          List<String> labels,
      @Option(
              names = "--format",
              defaultValue = "pades",
              description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
          SignatureForms.Format format,
      @Option(
              names = "--level",
              defaultValue = "b-b",
              description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
          SignatureForms.Level level,
      @Option(
              names = "--digest",
              defaultValue = "sha256",
              description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
          SignatureForms.Digest digest,
      @Option(
              names = "--stream",
              description = "Send the files one by one first; done anyway for more than 1 MiB.")
          boolean stream,
      @Option(names = "--language", defaultValue = "eu", description = "eu, es or en.")
          Languages language,
      @Option(
              names = "--signer",
              paramLabel = "DNI",
              defaultValue = "",
              description = "The one person who may sign.")
          String signer,
      @Option(
              names = "--request-id",
              paramLabel = "UUID",
              defaultValue = "",
              description = "To repeat a call whose answer was lost.")
          String requestId,
      @Option(names = "--wait", description = "Wait until the citizen has agreed or not.")
          boolean wait,
      @Option(
              names = "--out",
              paramLabel = "DIR",
              description = "With --wait: fetch the signed documents into this folder.")
          Path out,
      @Option(names = "--json", description = "Print as JSON.") boolean json) {
    if (out != null && !wait) {
      throw FailedException.usage("--out needs --wait; or fetch later with `bakq sede fetch`.");
    }
    String id = Caller.requestId(requestId);
    CreateSignatureRequestRequest request =
        CreateSignatureRequestRequest.newBuilder()
            .setRequestId(id)
            .addAllDocuments(documents(files, labels == null ? List.of() : labels, stream))
            .setFormat(format.word())
            .setLevel(level.word())
            .setDigestAlgorithm(digest.word())
            .setLanguage(language.ofRelyingParty())
            .setExpectedSigner(signer)
            .build();
    SignatureRequest made = stub().createSignatureRequest(request).getSignatureRequest();
    show(made, json);
    if (!wait) {
      return 0;
    }
    SignatureRequest ended = watch().toTheEnd(made.getId(), news -> {});
    show(ended, json);
    if (ended.getState() != SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETED) {
      throw FailedException.refused(
          "The citizen did not sign: the request is " + state(ended) + ".");
    }
    return out == null ? 0 : fetch(ended.getId(), out, false);
  }

  @Command(name = "status", description = "Show in which state a signature request is.")
  int status(
      @Parameters(paramLabel = "ID", description = "The id of the signature request.") String id,
      @Option(names = "--json", description = "Print as JSON.") boolean json) {
    show(get(id), json);
    return 0;
  }

  @Command(
      name = "watch",
      description = "Show each change of a signature request until it has ended.")
  int watch(
      @Parameters(paramLabel = "ID", description = "The id of the signature request.") String id,
      @Option(names = "--json", description = "Print as JSON, a line for each change.")
          boolean json) {
    var out = caller.terminal().out();
    SignatureRequest ended =
        watch()
            .toTheEnd(
                id,
                news -> {
                  out.println(json ? json(news) : state(news));
                  out.flush();
                });
    return ended.getState() == SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETED
        ? 0
        : FailedException.REFUSED;
  }

  private RequestWatch watch() {
    return new RequestWatch(
        SignatureRequestServiceGrpc.newBlockingStub(caller.channels().to(Door.SEDE)),
        caller.clock());
  }

  @Command(
      name = "fetch",
      description = "Fetch the signed documents, and have them erased at the server.")
  int fetch(
      @Parameters(paramLabel = "ID", description = "The id of the signature request.") String id,
      @Option(
              names = "--out",
              required = true,
              paramLabel = "DIR",
              description = "Into which folder.")
          Path out,
      @Option(names = "--keep", description = "Do not have them erased at the server.")
          boolean keep) {
    SignedDocuments documents = new SignedDocuments(caller.terminal(), this::transferStub);
    documents.fetch(get(id), out);
    if (!keep) {
      documents.acknowledge(id);
    }
    return 0;
  }

  @Command(name = "cancel", description = "Withdraw a signature request that nobody has agreed to.")
  int cancel(
      @Parameters(paramLabel = "ID", description = "The id of the signature request.") String id,
      @Option(names = "--json", description = "Print as JSON.") boolean json) {
    var request = CancelSignatureRequestRequest.newBuilder().setId(id).build();
    show(stub().cancelSignatureRequest(request).getSignatureRequest(), json);
    return 0;
  }

  private List<DocumentToSign> documents(List<Path> files, List<String> labels, boolean stream) {
    if (!labels.isEmpty() && labels.size() != files.size()) {
      throw FailedException.usage("Give --label once for each file, or not at all.");
    }
    List<byte[]> contents = files.stream().map(SedeCommand::content).toList();
    boolean uploaded =
        stream || contents.stream().mapToLong(one -> one.length).sum() > MOST_INLINE_BYTES;
    List<DocumentToSign> documents = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      DocumentToSign.Builder document =
          DocumentToSign.newBuilder()
              .setLabel(labels.isEmpty() ? files.get(i).getFileName().toString() : labels.get(i));
      if (uploaded) {
        document.setUploadId(Upload.of(asyncStub(), contents.get(i)));
      } else {
        document.setContent(ByteString.copyFrom(contents.get(i)));
      }
      documents.add(document.build());
    }
    return documents;
  }

  private static byte[] content(Path file) {
    try {
      if (Files.size(file) > MAX_DOCUMENT_BYTES) {
        throw FailedException.usage("The file " + file + " is larger than 10 MiB.");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw FailedException.usage("The file " + file + " cannot be read.", e);
    }
  }

  private SignatureRequest get(String id) {
    var request = GetSignatureRequestRequest.newBuilder().setId(id).build();
    return stub().getSignatureRequest(request).getSignatureRequest();
  }

  private SignatureRequestServiceBlockingStub stub() {
    return SignatureRequestServiceGrpc.newBlockingStub(caller.channels().to(Door.SEDE))
        .withDeadlineAfter(Caller.DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  private SignatureRequestServiceBlockingStub transferStub() {
    return SignatureRequestServiceGrpc.newBlockingStub(caller.channels().to(Door.SEDE))
        .withDeadlineAfter(TRANSFER_SECONDS, TimeUnit.SECONDS);
  }

  private SignatureRequestServiceStub asyncStub() {
    return SignatureRequestServiceGrpc.newStub(caller.channels().to(Door.SEDE))
        .withDeadlineAfter(TRANSFER_SECONDS, TimeUnit.SECONDS);
  }

  private void show(SignatureRequest request, boolean json) {
    var out = caller.terminal().out();
    if (json) {
      out.println(json(request));
      return;
    }
    out.print(
        Text.table(
            List.of(
                List.of("signature request", Text.printable(request.getId())),
                List.of("state", state(request)),
                List.of("authorise at", Text.printable(request.getAuthorisationAddress())),
                List.of("reference code", Text.printable(request.getReferenceCode())),
                List.of("documents", Integer.toString(request.getDocumentCount())),
                List.of("form", form(request)),
                List.of("ends", Text.time(request.getExpiresAt())))));
    out.flush();
  }

  static String json(com.google.protobuf.MessageOrBuilder message) {
    try {
      return JsonFormat.printer().omittingInsignificantWhitespace().print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a message without Any has always JSON", e);
    }
  }

  private static String form(SignatureRequest request) {
    return String.join(
        " ",
        request.getFormat().name().replace("SIGNATURE_FORMAT_", ""),
        request.getLevel().name().replace("SIGNATURE_LEVEL_", "").replace('_', '-'),
        request.getDigestAlgorithm().name().replace("DIGEST_ALGORITHM_", ""));
  }

  private static String state(SignatureRequest request) {
    String state = request.getState().name().replace("SIGNATURE_REQUEST_STATE_", "");
    if (request.getState() == SignatureRequestState.SIGNATURE_REQUEST_STATE_FAILED) {
      return state + " (" + failure(request) + "; nothing signed was handed out)";
    }
    return switch (request.getCompletionDelay()) {
      case COMPLETION_DELAY_EVIDENCE_UNAVAILABLE ->
          state + " (a time stamp or the status of a certificate is not to be had now)";
      case COMPLETION_DELAY_CERTIFICATE_ON_HOLD -> state + " (the signer's certificate is on hold)";
      case COMPLETION_DELAY_FAULT -> state + " (the service has a fault, which is tried again)";
      case COMPLETION_DELAY_UNSPECIFIED, UNRECOGNIZED -> state;
    };
  }

  private static String failure(SignatureRequest request) {
    return switch (request.getCompletionFailure()) {
      case COMPLETION_FAILURE_EVIDENCE_UNAVAILABLE ->
          "a time stamp or the status of a certificate was not to be had";
      case COMPLETION_FAILURE_CERTIFICATE_NOT_GOOD ->
          "the signer's certificate was not good any more";
      case COMPLETION_FAILURE_FAULT, COMPLETION_FAILURE_UNSPECIFIED, UNRECOGNIZED ->
          "the service had a fault";
    };
  }
}
