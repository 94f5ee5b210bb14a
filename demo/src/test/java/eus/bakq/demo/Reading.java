package eus.bakq.demo;

import eus.bakq.relyingparty.v1.SignatureRequestServiceGrpc;
import eus.bakq.relyingparty.v1.SignedDocumentHeader;
import eus.bakq.relyingparty.v1.StreamSignedDocumentRequest;
import eus.bakq.relyingparty.v1.StreamSignedDocumentResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One signed document that is read in pieces, as fast as it is asked for. For one thread. */
final class Reading extends ClientCall.Listener<StreamSignedDocumentResponse> {
  private static final int LONGEST_WAIT_SECONDS = 60;

  private final ClientCall<StreamSignedDocumentRequest, StreamSignedDocumentResponse> call;
  private final CompletableFuture<SignedDocumentHeader> header = new CompletableFuture<>();
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private final ByteArrayOutputStream content = new ByteArrayOutputStream();

  private Reading(ClientCall<StreamSignedDocumentRequest, StreamSignedDocumentResponse> call) {
    this.call = call;
  }

  /** Asks for a document, and for none of its messages yet. */
  static Reading begin(Channel channel, String id, int index) {
    Reading reading =
        new Reading(
            channel.newCall(
                SignatureRequestServiceGrpc.getStreamSignedDocumentMethod(), CallOptions.DEFAULT));
    reading.call.start(reading, new Metadata());
    reading.call.sendMessage(
        StreamSignedDocumentRequest.newBuilder().setId(id).setIndex(index).build());
    reading.call.halfClose();
    return reading;
  }

  /** Is ready for so many messages more. */
  void request(int messages) {
    call.request(messages);
  }

  /** Waits for the header. */
  SignedDocumentHeader header() {
    return await(header);
  }

  /** Waits for the end, and compares what came with the header. */
  byte[] whole() {
    await(end);
    byte[] whole = content.toByteArray();
    SignedDocumentHeader said = header();
    if (said.getSize() != whole.length
        || !Arrays.equals(said.getSha256().toByteArray(), Uploading.sha256(whole))) {
      throw new AssertionError("not what the header said");
    }
    return whole;
  }

  /** How many bytes have come. */
  int received() {
    return content.size();
  }

  void goAway() {
    call.cancel("the sede has gone", Status.CANCELLED.asRuntimeException());
  }

  private static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw (RuntimeException) e.getCause();
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("the server does not answer a reader", e);
    }
  }

  @Override
  public void onMessage(StreamSignedDocumentResponse message) {
    switch (message.getPartCase()) {
      case HEADER -> header.complete(message.getHeader());
      case CHUNK -> content.writeBytes(message.getChunk().toByteArray());
      case PART_NOT_SET -> end.completeExceptionally(new AssertionError("a message of nothing"));
    }
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    if (status.isOk()) {
      end.complete(null);
    } else {
      header.completeExceptionally(status.asRuntimeException(trailers));
      end.completeExceptionally(status.asRuntimeException(trailers));
    }
  }
}
