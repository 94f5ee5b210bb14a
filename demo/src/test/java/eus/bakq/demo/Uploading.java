package eus.bakq.demo;

import com.google.protobuf.ByteString;
import eus.bakq.relyingparty.v1.SignatureRequestServiceGrpc;
import eus.bakq.relyingparty.v1.UploadDocumentRequest;
import eus.bakq.relyingparty.v1.UploadDocumentResponse;
import eus.bakq.relyingparty.v1.UploadHeader;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One upload, message by message. For one thread. */
final class Uploading
    implements ClientResponseObserver<UploadDocumentRequest, UploadDocumentResponse> {
  private static final int LONGEST_WAIT_SECONDS = 60;

  private final CompletableFuture<UploadDocumentResponse> answer = new CompletableFuture<>();
  private ClientCallStreamObserver<UploadDocumentRequest> call;

  private Uploading() {}

  static Uploading begin(Channel channel) {
    Uploading uploading = new Uploading();
    var _ = SignatureRequestServiceGrpc.newStub(channel).uploadDocument(uploading);
    return uploading;
  }

  /** Announces {@code document} as it is. */
  Uploading header(byte[] document) {
    return header(document.length, sha256(document));
  }

  Uploading header(long size, byte[] sha256) {
    return send(
        UploadDocumentRequest.newBuilder()
            .setHeader(
                UploadHeader.newBuilder().setSize(size).setSha256(ByteString.copyFrom(sha256)))
            .build());
  }

  Uploading chunk(byte[] chunk) {
    return send(UploadDocumentRequest.newBuilder().setChunk(ByteString.copyFrom(chunk)).build());
  }

  /**
   * Sends a message; one that comes after the server has ended the call is lost, as it would be.
   */
  Uploading send(UploadDocumentRequest message) {
    if (!answer.isDone()) {
      call.onNext(message);
    }
    return this;
  }

  /** Says that this was all; the id of the upload. */
  String complete() {
    if (!answer.isDone()) {
      call.onCompleted();
    }
    return await();
  }

  /** Waits for the server's answer without saying anything. */
  String await() {
    try {
      return answer.get(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS).getUploadId();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof StatusRuntimeException refused
          ? refused
          : new IllegalStateException(e);
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("the server does not answer an upload", e);
    }
  }

  /** Whether the server has answered. */
  boolean isOver() {
    return answer.isDone();
  }

  /** Goes away in the middle. */
  void goAway() {
    call.cancel("the sede has gone", Status.CANCELLED.asRuntimeException());
  }

  static byte[] sha256(byte[] document) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(document);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<UploadDocumentRequest> started) {
    call = started;
  }

  @Override
  public void onNext(UploadDocumentResponse response) {
    answer.complete(response);
  }

  @Override
  public void onError(Throwable failure) {
    answer.completeExceptionally(failure);
  }

  @Override
  public void onCompleted() {
    answer.completeExceptionally(new IllegalStateException("ended without an answer"));
  }
}
