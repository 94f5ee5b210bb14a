package eus.bakq.server.grpc;

import com.google.protobuf.ByteString;
import eus.bakq.relyingparty.v1.UploadDocumentRequest;
import eus.bakq.relyingparty.v1.UploadDocumentResponse;
import eus.bakq.relyingparty.v1.UploadHeader;
import eus.bakq.server.caller.CallerPlaces;
import eus.bakq.server.failure.MalformedException;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.signing.UploadDocument;
import eus.bakq.server.signing.UploadDocument.Announced;
import eus.bakq.server.signing.UploadDocument.Uploaded;
import eus.bakq.server.vocabulary.Bytes;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * One document that is being sent. Asks for one message at a time, holds at most what was
 * announced, and keeps nothing before all of it is there. Messages come one after the other; the
 * clock may end it beside them.
 */
final class UploadStream implements StreamObserver<UploadDocumentRequest> {
  private static final int MOST_CHUNK_BYTES = 1024 * 1024;
  private static final int SHA256_BYTES = 32;

  /** What becomes of a document. */
  interface Destination {
    /** Says that it may be sent. */
    void requireRoom(Announced announced) throws RefusedException;

    /** Keeps it. */
    Uploaded keep(Announced announced, Bytes content) throws RefusedException;
  }

  private final ServerCallStreamObserver<UploadDocumentResponse> call;
  private final Destination destination;
  private final CallerPlaces.Place place;
  private Runnable takeBackLimit = () -> {};
  private Announced announced;
  private ByteBuffer content;
  private boolean over;

  private UploadStream(
      ServerCallStreamObserver<UploadDocumentResponse> call,
      Destination destination,
      CallerPlaces.Place place) {
    this.call = call;
    this.destination = destination;
    this.place = place;
  }

  /**
   * Begins one, within the call.
   *
   * @param place is given back at its end
   */
  static UploadStream begin(
      ServerCallStreamObserver<UploadDocumentResponse> call,
      Destination destination,
      CallerPlaces.Place place,
      StreamClock clock,
      Duration longest) {
    call.disableAutoRequest();
    UploadStream stream = new UploadStream(call, destination, place);
    call.setOnCancelHandler(stream::end);
    stream.limit(clock, longest);
    call.request(1);
    return stream;
  }

  private synchronized void limit(StreamClock clock, Duration longest) {
    Context context = Context.current();
    takeBackLimit = clock.limit(longest, failure -> context.run(() -> fail(failure)));
  }

  @Override
  public void onNext(UploadDocumentRequest message) {
    try {
      if (take(message)) {
        call.request(1);
      }
    } catch (Throwable failure) { // The edge: whatever fails ends the call in our shape.
      fail(failure);
    }
  }

  /** Whether more is wanted. What was sent before the sender could know is left alone. */
  private boolean take(UploadDocumentRequest message) throws RefusedException {
    if (isOver()) {
      return false;
    }
    return switch (message.getPartCase()) {
      case HEADER -> announce(message.getHeader());
      case CHUNK -> append(message.getChunk());
      case PART_NOT_SET ->
          throw new MalformedException("part", "is a header first, and then chunks");
    };
  }

  private synchronized boolean isOver() {
    return over;
  }

  /** Asks for room without holding anything: the clock, which all streams share, may end this. */
  private boolean announce(UploadHeader header) throws RefusedException {
    Announced said = said(header);
    destination.requireRoom(said);
    return begin(said);
  }

  private synchronized Announced said(UploadHeader header) {
    Fields fields = new Fields();
    fields.require(announced == null, "header", "comes first, and once");
    var size = fields.number("header.size", header.getSize(), 1L, (long) UploadDocument.MOST_BYTES);
    var sha256 = fields.bytes("header.sha256", header.getSha256(), SHA256_BYTES, SHA256_BYTES);
    fields.check();
    return new Announced(Math.toIntExact(size.value()), sha256.value());
  }

  private synchronized boolean begin(Announced said) {
    if (over) {
      return false;
    }
    announced = said;
    content = ByteBuffer.allocate(said.size());
    return true;
  }

  private synchronized boolean append(ByteString chunk) throws RefusedException {
    if (over) {
      return false;
    }
    Fields fields = new Fields();
    fields.require(announced != null, "header", "comes first, and once");
    fields.require(
        chunk.size() >= 1 && chunk.size() <= MOST_CHUNK_BYTES, "chunk", "has 1 to 1048576 bytes");
    fields.check();
    if (chunk.size() > content.remaining()) {
      throw new RefusedException(Refusal.UPLOAD_DIFFERS);
    }
    chunk.copyTo(content);
    return true;
  }

  /** The caller has sent everything. */
  @Override
  public void onCompleted() {
    try {
      if (!finish()) {
        return;
      }
      Uploaded uploaded = destination.keep(announced, Bytes.copyOf(content.array()));
      call.onNext(
          UploadDocumentResponse.newBuilder()
              .setUploadId(uploaded.id().toString())
              .setExpiresAt(Times.of(uploaded.expiresAt()))
              .build());
      call.onCompleted();
    } catch (Throwable failure) { // The edge, as above; the end is ours since finish().
      call.onError(ErrorStatus.of(failure));
    } finally {
      release();
    }
  }

  /** Whether the end is ours to tell: from here on the clock ends nothing any more. */
  private synchronized boolean finish() throws RefusedException {
    if (over) {
      return false;
    }
    over = true;
    if (announced == null) {
      throw new MalformedException("header", "comes first, and once");
    }
    if (content.hasRemaining()) {
      throw new RefusedException(Refusal.UPLOAD_DIFFERS);
    }
    return true;
  }

  /** The caller has gone. */
  @Override
  public void onError(Throwable gone) {
    end();
  }

  private void fail(Throwable failure) {
    if (end()) {
      call.onError(ErrorStatus.of(failure));
    }
  }

  /** Whether this was what ended it. */
  private synchronized boolean end() {
    if (over) {
      return false;
    }
    over = true;
    release();
    return true;
  }

  private synchronized void release() {
    takeBackLimit.run();
    content = null;
    place.close();
  }
}
