package eus.bakq.server.grpc;

import static eus.bakq.server.grpc.SignatureRequestMessages.id;
import static eus.bakq.server.grpc.SignatureRequestMessages.view;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import eus.bakq.relyingparty.v1.AcknowledgeSignedDocumentsRequest;
import eus.bakq.relyingparty.v1.AcknowledgeSignedDocumentsResponse;
import eus.bakq.relyingparty.v1.CancelSignatureRequestRequest;
import eus.bakq.relyingparty.v1.CancelSignatureRequestResponse;
import eus.bakq.relyingparty.v1.CreateSignatureRequestRequest;
import eus.bakq.relyingparty.v1.CreateSignatureRequestResponse;
import eus.bakq.relyingparty.v1.FetchSignedDocumentRequest;
import eus.bakq.relyingparty.v1.FetchSignedDocumentResponse;
import eus.bakq.relyingparty.v1.GetSignatureRequestRequest;
import eus.bakq.relyingparty.v1.GetSignatureRequestResponse;
import eus.bakq.relyingparty.v1.SignatureRequestServiceGrpc;
import eus.bakq.relyingparty.v1.StreamSignedDocumentRequest;
import eus.bakq.relyingparty.v1.StreamSignedDocumentResponse;
import eus.bakq.relyingparty.v1.UploadDocumentRequest;
import eus.bakq.relyingparty.v1.UploadDocumentResponse;
import eus.bakq.relyingparty.v1.WatchSignatureRequestRequest;
import eus.bakq.relyingparty.v1.WatchSignatureRequestResponse;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.database.IdempotentWish;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.signing.AcknowledgeSignedDocuments;
import eus.bakq.server.signing.CancelSignatureRequest;
import eus.bakq.server.signing.CreateSignatureRequest;
import eus.bakq.server.signing.FetchSignedDocument;
import eus.bakq.server.signing.GetSignatureRequest;
import eus.bakq.server.signing.SignedDocument;
import io.grpc.stub.StreamObserver;
import java.util.UUID;

/** The sedes' door: converts and delegates. */
public final class SignatureRequestGrpcService
    extends SignatureRequestServiceGrpc.SignatureRequestServiceImplBase {
  private final IdempotentWishes wishes;
  private final CreateSignatureRequest create;
  private final GetSignatureRequest get;
  private final FetchSignedDocument fetch;
  private final AcknowledgeSignedDocuments acknowledge;
  private final CancelSignatureRequest cancel;
  private final SignatureRequestStreams streams;

  public SignatureRequestGrpcService(
      IdempotentWishes wishes,
      CreateSignatureRequest create,
      GetSignatureRequest get,
      FetchSignedDocument fetch,
      AcknowledgeSignedDocuments acknowledge,
      CancelSignatureRequest cancel,
      SignatureRequestStreams streams) {
    this.wishes = wishes;
    this.create = create;
    this.get = get;
    this.fetch = fetch;
    this.acknowledge = acknowledge;
    this.cancel = cancel;
    this.streams = streams;
  }

  @Override
  public void createSignatureRequest(
      CreateSignatureRequestRequest request,
      StreamObserver<CreateSignatureRequestResponse> observer) {
    Replies.reply(observer, () -> create(request));
  }

  private CreateSignatureRequestResponse create(CreateSignatureRequestRequest request)
      throws RefusedException {
    RegisteredCaller sede = CallerContext.current();
    CreateSignatureRequest.Wish wish =
        SignatureRequestMessages.wish(request, sede.quotas().documentsPerRequest());
    IdempotentWish identity =
        wishes.of(
            SignatureRequestServiceGrpc.getCreateSignatureRequestMethod().getFullMethodName(),
            UUID.fromString(request.getRequestId()),
            request);
    return CreateSignatureRequestResponse.newBuilder()
        .setSignatureRequest(view(create.run(sede, identity, wish)))
        .build();
  }

  @Override
  public StreamObserver<UploadDocumentRequest> uploadDocument(
      StreamObserver<UploadDocumentResponse> observer) {
    return streams.upload(observer);
  }

  @Override
  public void watchSignatureRequest(
      WatchSignatureRequestRequest request,
      StreamObserver<WatchSignatureRequestResponse> observer) {
    streams.watch(() -> id(request.getId()), observer);
  }

  @Override
  public void streamSignedDocument(
      StreamSignedDocumentRequest request, StreamObserver<StreamSignedDocumentResponse> observer) {
    streams.download(() -> id(request.getId()), request.getIndex(), observer);
  }

  @Override
  public void getSignatureRequest(
      GetSignatureRequestRequest request, StreamObserver<GetSignatureRequestResponse> observer) {
    Replies.reply(
        observer,
        () ->
            GetSignatureRequestResponse.newBuilder()
                .setSignatureRequest(view(get.run(CallerContext.current(), id(request.getId()))))
                .build());
  }

  @Override
  public void fetchSignedDocument(
      FetchSignedDocumentRequest request, StreamObserver<FetchSignedDocumentResponse> observer) {
    Replies.reply(
        observer,
        () -> {
          SignedDocument document =
              fetch.run(CallerContext.current(), id(request.getId()), request.getIndex());
          ByteString content = UnsafeByteOperations.unsafeWrap(document.content().toByteArray());
          return FetchSignedDocumentResponse.newBuilder()
              .setLabel(document.label())
              .setContent(content)
              .build();
        });
  }

  @Override
  public void acknowledgeSignedDocuments(
      AcknowledgeSignedDocumentsRequest request,
      StreamObserver<AcknowledgeSignedDocumentsResponse> observer) {
    Replies.reply(
        observer,
        () -> {
          acknowledge.run(CallerContext.current(), id(request.getId()));
          return AcknowledgeSignedDocumentsResponse.getDefaultInstance();
        });
  }

  @Override
  public void cancelSignatureRequest(
      CancelSignatureRequestRequest request,
      StreamObserver<CancelSignatureRequestResponse> observer) {
    Replies.reply(
        observer,
        () ->
            CancelSignatureRequestResponse.newBuilder()
                .setSignatureRequest(view(cancel.run(CallerContext.current(), id(request.getId()))))
                .build());
  }
}
