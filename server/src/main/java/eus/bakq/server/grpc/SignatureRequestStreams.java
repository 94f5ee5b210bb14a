package eus.bakq.server.grpc;

import eus.bakq.relyingparty.v1.StreamSignedDocumentResponse;
import eus.bakq.relyingparty.v1.UploadDocumentRequest;
import eus.bakq.relyingparty.v1.UploadDocumentResponse;
import eus.bakq.relyingparty.v1.WatchSignatureRequestResponse;
import eus.bakq.server.caller.CallerPlaces;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.signing.FetchSignedDocument;
import eus.bakq.server.signing.SignedDocument;
import eus.bakq.server.signing.StreamSettings;
import eus.bakq.server.signing.UploadDocument;
import eus.bakq.server.signing.UploadDocument.Announced;
import eus.bakq.server.signing.UploadDocument.Uploaded;
import eus.bakq.server.signing.WatchSignatureRequest;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureRequestId;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Begins the sedes' streams, each in a place that its sede has for such streams, and within the
 * time that one may take. Safe for several threads.
 */
public final class SignatureRequestStreams implements AutoCloseable {
  private final UploadDocument upload;
  private final FetchSignedDocument fetch;
  private final WatchSignatureRequest watch;
  private final CallerPlaces uploads;
  private final CallerPlaces downloads;
  private final CallerPlaces watches;
  private final Duration longestTransfer;
  private final StreamClock clock = new StreamClock();

  public SignatureRequestStreams(
      UploadDocument upload,
      FetchSignedDocument fetch,
      WatchSignatureRequest watch,
      StreamSettings settings) {
    this.upload = upload;
    this.fetch = fetch;
    this.watch = watch;
    this.uploads = new CallerPlaces(settings.uploads(), settings.uploadsPerSede());
    this.downloads = new CallerPlaces(settings.downloads(), settings.downloadsPerSede());
    this.watches = new CallerPlaces(settings.watches(), settings.watchesPerSede());
    this.longestTransfer = settings.longestTransfer();
  }

  StreamObserver<UploadDocumentRequest> upload(StreamObserver<UploadDocumentResponse> observer) {
    RegisteredCaller sede = CallerContext.current();
    CallerPlaces.Place place;
    try {
      place = uploads.take(sede.name());
    } catch (Throwable failure) { // The edge: whatever fails ends the call in our shape.
      observer.onError(ErrorStatus.of(failure));
      return new Ignoring();
    }
    return UploadStream.begin(
        (ServerCallStreamObserver<UploadDocumentResponse>) observer,
        new UploadStream.Destination() {
          @Override
          public void requireRoom(Announced announced) throws RefusedException {
            upload.requireRoom(sede, announced);
          }

          @Override
          public Uploaded keep(Announced announced, Bytes content) throws RefusedException {
            return upload.run(sede, announced, content);
          }
        },
        place,
        clock,
        longestTransfer);
  }

  void download(
      Supplier<SignatureRequestId> id,
      int index,
      StreamObserver<StreamSignedDocumentResponse> observer) {
    var call = (ServerCallStreamObserver<StreamSignedDocumentResponse>) observer;
    RegisteredCaller sede = CallerContext.current();
    // Answering a caller who has gone is then no error; one who went while waiting gets nothing.
    call.setOnCancelHandler(() -> {});
    if (Context.current().isCancelled()) {
      return;
    }
    CallerPlaces.Place place;
    try {
      place = downloads.take(sede.name());
    } catch (Throwable failure) { // The edge, as above.
      call.onError(ErrorStatus.of(failure));
      return;
    }
    SignedDocument document;
    try {
      document = fetch.run(sede, id.get(), index);
    } catch (Throwable failure) { // The edge, as above.
      place.close();
      call.onError(ErrorStatus.of(failure));
      return;
    }
    DocumentStream.begin(call, document, place, clock, longestTransfer);
  }

  void watch(
      Supplier<SignatureRequestId> id, StreamObserver<WatchSignatureRequestResponse> observer) {
    RegisteredCaller sede = CallerContext.current();
    CallerPlaces.Place place;
    try {
      place = watches.take(sede.name());
    } catch (Throwable failure) { // The edge, as above.
      observer.onError(ErrorStatus.of(failure));
      return;
    }
    WatchStream stream =
        WatchStream.begin(
            (ServerCallStreamObserver<WatchSignatureRequestResponse>) observer, place);
    try {
      stream.watchedBy(watch.run(sede, id.get(), stream));
    } catch (Throwable failure) { // The edge, as above.
      stream.fail(failure);
    }
  }

  /** Ends every watch; what is being sent or read has the time that its listener gives it. */
  public void endWatches() {
    watch.close();
  }

  /** Ends what is still being sent or read, as unavailable: its listener is about to be closed. */
  public void endTransfers() {
    clock.endAll();
  }

  /** After the listener is closed: nothing is timed any more. */
  @Override
  public void close() {
    watch.close();
    clock.close();
  }

  /** What a caller sends whose stream was refused. */
  private static final class Ignoring implements StreamObserver<UploadDocumentRequest> {
    @Override
    public void onNext(UploadDocumentRequest message) {}

    @Override
    public void onError(Throwable gone) {}

    @Override
    public void onCompleted() {}
  }
}
