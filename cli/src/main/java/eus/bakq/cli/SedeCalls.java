package eus.bakq.cli;

import com.google.protobuf.ByteString;
import eus.bakq.relyingparty.v1.AcknowledgeSignedDocumentsRequest;
import eus.bakq.relyingparty.v1.AcknowledgeSignedDocumentsResponse;
import eus.bakq.relyingparty.v1.CancelSignatureRequestRequest;
import eus.bakq.relyingparty.v1.CreateSignatureRequestRequest;
import eus.bakq.relyingparty.v1.DigestAlgorithm;
import eus.bakq.relyingparty.v1.DocumentToSign;
import eus.bakq.relyingparty.v1.FetchSignedDocumentRequest;
import eus.bakq.relyingparty.v1.GetSignatureRequestRequest;
import eus.bakq.relyingparty.v1.Language;
import eus.bakq.relyingparty.v1.SignatureFormat;
import eus.bakq.relyingparty.v1.SignatureLevel;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestServiceGrpc;
import eus.bakq.relyingparty.v1.SignatureRequestServiceGrpc.SignatureRequestServiceBlockingStub;
import eus.bakq.relyingparty.v1.StreamSignedDocumentRequest;
import eus.bakq.relyingparty.v1.StreamSignedDocumentResponse;
import eus.bakq.relyingparty.v1.WatchSignatureRequestRequest;
import eus.bakq.relyingparty.v1.WatchSignatureRequestResponse;
import io.grpc.Channel;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * The calls of a sede, as the self-test makes them. Documents are of any kind, and are signed apart
 * (XAdES detached): so the JDK alone can say which bytes a signature covers.
 */
record SedeCalls(Channel channel) {
  /** A wish for signatures on {@code documents}, in their order. */
  static CreateSignatureRequestRequest.Builder wish(List<byte[]> documents) {
    CreateSignatureRequestRequest.Builder wish =
        CreateSignatureRequestRequest.newBuilder()
            .setRequestId(UUID.randomUUID().toString())
            .setFormat(SignatureFormat.SIGNATURE_FORMAT_XADES_DETACHED)
            .setLevel(SignatureLevel.SIGNATURE_LEVEL_B_B)
            .setDigestAlgorithm(DigestAlgorithm.DIGEST_ALGORITHM_SHA256)
            .setLanguage(Language.LANGUAGE_ENGLISH);
    for (byte[] document : documents) {
      wish.addDocuments(
          DocumentToSign.newBuilder()
              .setLabel("self-test-" + (wish.getDocumentsCount() + 1) + ".txt")
              .setContent(ByteString.copyFrom(document)));
    }
    return wish;
  }

  SignatureRequest ask(CreateSignatureRequestRequest.Builder wish) {
    return stub().createSignatureRequest(wish.build()).getSignatureRequest();
  }

  SignatureRequest get(String id) {
    return stub()
        .getSignatureRequest(GetSignatureRequestRequest.newBuilder().setId(id).build())
        .getSignatureRequest();
  }

  /** The first that watching tells. */
  WatchSignatureRequestResponse watch(String id) {
    return stub()
        .watchSignatureRequest(WatchSignatureRequestRequest.newBuilder().setId(id).build())
        .next();
  }

  /** A signed document, whole. */
  ByteString fetch(String id, int index) {
    return stub()
        .fetchSignedDocument(
            FetchSignedDocumentRequest.newBuilder().setId(id).setIndex(index).build())
        .getContent();
  }

  /** The first piece of a signed document. */
  StreamSignedDocumentResponse stream(String id, int index) {
    return stub()
        .streamSignedDocument(
            StreamSignedDocumentRequest.newBuilder().setId(id).setIndex(index).build())
        .next();
  }

  AcknowledgeSignedDocumentsResponse acknowledge(String id) {
    return stub()
        .acknowledgeSignedDocuments(
            AcknowledgeSignedDocumentsRequest.newBuilder().setId(id).build());
  }

  SignatureRequest cancel(String id) {
    return stub()
        .cancelSignatureRequest(CancelSignatureRequestRequest.newBuilder().setId(id).build())
        .getSignatureRequest();
  }

  /** Sends {@code document} ahead, as one whose hash is {@code sha256}; the upload's id. */
  String upload(byte[] document, byte[] sha256) {
    return Upload.of(
        SignatureRequestServiceGrpc.newStub(channel)
            .withDeadlineAfter(Caller.DEADLINE_SECONDS, TimeUnit.SECONDS),
        document,
        sha256);
  }

  private SignatureRequestServiceBlockingStub stub() {
    return SignatureRequestServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(Caller.DEADLINE_SECONDS, TimeUnit.SECONDS);
  }
}
