package eus.bakq.cli;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import eus.bakq.relyingparty.v1.SignatureRequestServiceGrpc.SignatureRequestServiceStub;
import eus.bakq.relyingparty.v1.UploadDocumentRequest;
import eus.bakq.relyingparty.v1.UploadDocumentResponse;
import eus.bakq.relyingparty.v1.UploadHeader;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Sends one document in pieces, each when the connection takes it. */
final class Upload
    implements ClientResponseObserver<UploadDocumentRequest, UploadDocumentResponse> {
  private static final int CHUNK_BYTES = 64 * 1024;

  private final byte[] document;
  private final byte[] sha256;
  private final CompletableFuture<String> id = new CompletableFuture<>();
  private ClientCallStreamObserver<UploadDocumentRequest> call;
  private boolean headed;
  private boolean ended;
  private int sent;

  private Upload(byte[] document, byte[] sha256) {
    this.document = document;
    this.sha256 = sha256;
  }

  /**
   * Returns the id under which the server holds {@code document}.
   *
   * @param stub with a deadline, which bounds the wait
   */
  static String of(SignatureRequestServiceStub stub, byte[] document) {
    return of(stub, document, Sha256.of(document));
  }

  /**
   * As {@link #of(SignatureRequestServiceStub, byte[])}, with a hash that may be another
   * document's.
   */
  static String of(SignatureRequestServiceStub stub, byte[] document, byte[] sha256) {
    Upload upload = new Upload(document, sha256);
    var _ = stub.uploadDocument(upload);
    try {
      return upload.id.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw FailedException.unavailable("Sending was interrupted; nothing was asked.");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StatusRuntimeException refused) {
        throw refused;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<UploadDocumentRequest> started) {
    call = started;
    call.setOnReadyHandler(this::send);
  }

  private void send() {
    while (!ended && call.isReady()) {
      if (!headed) {
        headed = true;
        call.onNext(UploadDocumentRequest.newBuilder().setHeader(header()).build());
      } else if (sent < document.length) {
        int size = Math.min(CHUNK_BYTES, document.length - sent);
        call.onNext(
            UploadDocumentRequest.newBuilder()
                .setChunk(UnsafeByteOperations.unsafeWrap(document, sent, size))
                .build());
        sent += size;
      } else {
        ended = true;
        call.onCompleted();
      }
    }
  }

  private UploadHeader header() {
    return UploadHeader.newBuilder()
        .setSize(document.length)
        .setSha256(ByteString.copyFrom(sha256))
        .build();
  }

  @Override
  public void onNext(UploadDocumentResponse response) {
    id.complete(response.getUploadId());
  }

  @Override
  public void onError(Throwable failure) {
    ended = true;
    id.completeExceptionally(failure);
  }

  @Override
  public void onCompleted() {
    id.completeExceptionally(new IllegalStateException("an upload ended without an answer"));
  }
}
