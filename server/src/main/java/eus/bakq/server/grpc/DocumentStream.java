package eus.bakq.server.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import eus.bakq.relyingparty.v1.SignedDocumentHeader;
import eus.bakq.relyingparty.v1.StreamSignedDocumentResponse;
import eus.bakq.server.caller.CallerPlaces;
import eus.bakq.server.signing.SignedDocument;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;

/**
 * One signed document that is being read, at the pace of its reader: a piece is handed on when the
 * connection takes it. The clock may end it beside the connection's threads.
 */
final class DocumentStream {
  private static final int CHUNK_BYTES = 64 * 1024;

  private final ServerCallStreamObserver<StreamSignedDocumentResponse> call;
  private final CallerPlaces.Place place;
  private final SignedDocument document;
  private final ByteString content;
  private Runnable takeBackLimit = () -> {};
  private boolean headed;
  private int sent;
  private boolean over;

  private DocumentStream(
      ServerCallStreamObserver<StreamSignedDocumentResponse> call,
      SignedDocument document,
      CallerPlaces.Place place) {
    this.call = call;
    this.document = document;
    this.content = UnsafeByteOperations.unsafeWrap(document.content().toByteArray());
    this.place = place;
  }

  /**
   * Begins one, within the call, whose handlers are set by it.
   *
   * @param place is given back at its end
   */
  static void begin(
      ServerCallStreamObserver<StreamSignedDocumentResponse> call,
      SignedDocument document,
      CallerPlaces.Place place,
      StreamClock clock,
      Duration longest) {
    DocumentStream stream = new DocumentStream(call, document, place);
    call.setOnReadyHandler(stream::send);
    call.setOnCancelHandler(stream::end);
    stream.limit(clock, longest);
    stream.send();
  }

  private synchronized void limit(StreamClock clock, Duration longest) {
    Context context = Context.current();
    takeBackLimit = clock.limit(longest, failure -> context.run(() -> fail(failure)));
  }

  private synchronized void send() {
    while (!over && call.isReady()) {
      if (!headed) {
        call.onNext(header());
        headed = true;
      } else if (sent < content.size()) {
        int end = Math.min(sent + CHUNK_BYTES, content.size());
        call.onNext(
            StreamSignedDocumentResponse.newBuilder()
                .setChunk(content.substring(sent, end))
                .build());
        sent = end;
      } else {
        end();
        call.onCompleted();
      }
    }
  }

  private StreamSignedDocumentResponse header() {
    return StreamSignedDocumentResponse.newBuilder()
        .setHeader(
            SignedDocumentHeader.newBuilder()
                .setLabel(document.label())
                .setSize(content.size())
                .setSha256(
                    UnsafeByteOperations.unsafeWrap(document.content().sha256().toByteArray())))
        .build();
  }

  private synchronized void fail(Exception failure) {
    if (!over) {
      end();
      call.onError(ErrorStatus.of(failure));
    }
  }

  private synchronized void end() {
    over = true;
    takeBackLimit.run();
    place.close();
  }
}
