package eus.bakq.server.grpc;

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
import eus.bakq.server.database.IdempotentWish;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.signing.AcknowledgeSignedDocuments;
import eus.bakq.server.signing.CancelSignatureRequest;
import eus.bakq.server.signing.CreateSignatureRequest;
import eus.bakq.server.signing.DocumentToSign;
import eus.bakq.server.signing.FetchSignedDocument;
import eus.bakq.server.signing.GetSignatureRequest;
import eus.bakq.server.signing.SignatureRequestState;
import eus.bakq.server.signing.SignatureRequestView;
import eus.bakq.server.signing.SignedDocument;
import eus.bakq.server.vocabulary.Dni;
import eus.bakq.server.vocabulary.Language;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import eus.bakq.server.vocabulary.SignatureRequestId;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The sedes' door: converts and delegates. */
public final class SignatureRequestGrpcService
    extends SignatureRequestServiceGrpc.SignatureRequestServiceImplBase {
  private static final int MOST_DOCUMENT_BYTES = 10 * 1024 * 1024;

  private static final Map<eus.bakq.relyingparty.v1.SignatureFormat, SignatureFormat> FORMATS =
      Map.of(
          eus.bakq.relyingparty.v1.SignatureFormat.SIGNATURE_FORMAT_PADES, SignatureFormat.PADES);
  private static final Map<eus.bakq.relyingparty.v1.SignatureLevel, SignatureLevel> LEVELS =
      Map.of(eus.bakq.relyingparty.v1.SignatureLevel.SIGNATURE_LEVEL_B_B, SignatureLevel.B_B);
  private static final Map<eus.bakq.relyingparty.v1.Language, Language> LANGUAGES =
      Map.of(
          eus.bakq.relyingparty.v1.Language.LANGUAGE_BASQUE, Language.BASQUE,
          eus.bakq.relyingparty.v1.Language.LANGUAGE_SPANISH, Language.SPANISH,
          eus.bakq.relyingparty.v1.Language.LANGUAGE_ENGLISH, Language.ENGLISH);

  private final IdempotentWishes wishes;
  private final CreateSignatureRequest create;
  private final GetSignatureRequest get;
  private final FetchSignedDocument fetch;
  private final AcknowledgeSignedDocuments acknowledge;
  private final CancelSignatureRequest cancel;

  public SignatureRequestGrpcService(
      IdempotentWishes wishes,
      CreateSignatureRequest create,
      GetSignatureRequest get,
      FetchSignedDocument fetch,
      AcknowledgeSignedDocuments acknowledge,
      CancelSignatureRequest cancel) {
    this.wishes = wishes;
    this.create = create;
    this.get = get;
    this.fetch = fetch;
    this.acknowledge = acknowledge;
    this.cancel = cancel;
  }

  @Override
  public void createSignatureRequest(
      CreateSignatureRequestRequest request,
      StreamObserver<CreateSignatureRequestResponse> observer) {
    Replies.reply(observer, () -> create(request));
  }

  private CreateSignatureRequestResponse create(CreateSignatureRequestRequest request)
      throws RefusedException {
    Fields fields = new Fields();
    var requestId = fields.uuid("request_id", request.getRequestId());
    var format = fields.oneOf("format", request.getFormat(), FORMATS);
    var level = fields.oneOf("level", request.getLevel(), LEVELS);
    var language = fields.oneOf("language", request.getLanguage(), LANGUAGES);
    var expectedSigner =
        fields.optionalParsed(
            "expected_signer",
            request.getExpectedSigner(),
            Dni::parse,
            "is a DNI or NIE with its letter");
    int most = CallerContext.current().quotas().documentsPerRequest();
    fields.require(
        request.getDocumentsCount() >= 1 && request.getDocumentsCount() <= most,
        "documents",
        "are 1 to " + most + " documents for this sede");
    fields.check();
    List<DocumentToSign> documents = new ArrayList<>();
    for (int i = 0; i < request.getDocumentsCount(); i++) {
      var document = request.getDocuments(i);
      var label = fields.text("documents[" + i + "].label", document.getLabel(), 1, 100);
      var content =
          fields.bytes(
              "documents[" + i + "].content", document.getContent(), 1, MOST_DOCUMENT_BYTES);
      fields.check();
      documents.add(new DocumentToSign(label.value(), content.value()));
    }
    IdempotentWish wish =
        wishes.of(
            SignatureRequestServiceGrpc.getCreateSignatureRequestMethod().getFullMethodName(),
            requestId.value(),
            request);
    return CreateSignatureRequestResponse.newBuilder()
        .setSignatureRequest(
            view(
                create.run(
                    CallerContext.current(),
                    wish,
                    new CreateSignatureRequest.Wish(
                        documents,
                        format.value(),
                        level.value(),
                        language.value(),
                        expectedSigner.value()))))
        .build();
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

  private static SignatureRequestId id(String value) {
    return new SignatureRequestId(new Fields().uuid("id", value).value());
  }

  private static eus.bakq.relyingparty.v1.SignatureRequest view(SignatureRequestView view) {
    return eus.bakq.relyingparty.v1.SignatureRequest.newBuilder()
        .setId(view.id().toString())
        .setState(state(view.state()))
        .setAuthorisationAddress(view.authorisationAddress().toString())
        .setReferenceCode(view.referenceCode())
        .setDocumentCount(view.documentCount())
        .setCreatedAt(Times.of(view.createdAt()))
        .setExpiresAt(Times.of(view.expiresAt()))
        .build();
  }

  private static eus.bakq.relyingparty.v1.SignatureRequestState state(SignatureRequestState state) {
    return switch (state) {
      case FROZEN -> eus.bakq.relyingparty.v1.SignatureRequestState.SIGNATURE_REQUEST_STATE_FROZEN;
      case CHALLENGED ->
          eus.bakq.relyingparty.v1.SignatureRequestState.SIGNATURE_REQUEST_STATE_CHALLENGED;
      case AUTHORISED ->
          eus.bakq.relyingparty.v1.SignatureRequestState.SIGNATURE_REQUEST_STATE_AUTHORISED;
      case COMPLETING ->
          eus.bakq.relyingparty.v1.SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETING;
      case COMPLETED ->
          eus.bakq.relyingparty.v1.SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETED;
      case REJECTED ->
          eus.bakq.relyingparty.v1.SignatureRequestState.SIGNATURE_REQUEST_STATE_REJECTED;
      case EXPIRED ->
          eus.bakq.relyingparty.v1.SignatureRequestState.SIGNATURE_REQUEST_STATE_EXPIRED;
      case CANCELLED ->
          eus.bakq.relyingparty.v1.SignatureRequestState.SIGNATURE_REQUEST_STATE_CANCELLED;
    };
  }
}
