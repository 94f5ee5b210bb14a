package eus.bakq.demo;

import com.google.protobuf.ByteString;
import eus.bakq.relyingparty.v1.AcknowledgeSignedDocumentsRequest;
import eus.bakq.relyingparty.v1.AcknowledgeSignedDocumentsResponse;
import eus.bakq.relyingparty.v1.CancelSignatureRequestRequest;
import eus.bakq.relyingparty.v1.CreateSignatureRequestRequest;
import eus.bakq.relyingparty.v1.DocumentToSign;
import eus.bakq.relyingparty.v1.FetchSignedDocumentRequest;
import eus.bakq.relyingparty.v1.GetSignatureRequestRequest;
import eus.bakq.relyingparty.v1.Language;
import eus.bakq.relyingparty.v1.SignatureFormat;
import eus.bakq.relyingparty.v1.SignatureLevel;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestServiceGrpc;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import io.grpc.Channel;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;

/** A sede: what it calls, and nothing more. */
record Sede(Channel channel) {
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
  private static final int PIECE = 256 * 1024;

  /** A wish for signatures on {@code documents}, with a new request_id. */
  static CreateSignatureRequestRequest.Builder wish(byte[]... documents) {
    CreateSignatureRequestRequest.Builder wish =
        CreateSignatureRequestRequest.newBuilder()
            .setRequestId(UUID.randomUUID().toString())
            .setFormat(SignatureFormat.SIGNATURE_FORMAT_PADES)
            .setLevel(SignatureLevel.SIGNATURE_LEVEL_B_B)
            .setLanguage(Language.LANGUAGE_ENGLISH);
    for (byte[] document : documents) {
      wish.addDocuments(
          DocumentToSign.newBuilder()
              .setLabel("document " + (wish.getDocumentsCount() + 1))
              .setContent(ByteString.copyFrom(document)));
    }
    return wish;
  }

  SignatureRequest ask(byte[]... documents) {
    return ask(wish(documents));
  }

  SignatureRequest ask(CreateSignatureRequestRequest.Builder wish) {
    return stub().createSignatureRequest(wish.build()).getSignatureRequest();
  }

  /** A wish for a signature on what was uploaded. */
  static CreateSignatureRequestRequest.Builder wishFor(String... uploads) {
    CreateSignatureRequestRequest.Builder wish = wish();
    for (String upload : uploads) {
      wish.addDocuments(
          DocumentToSign.newBuilder()
              .setLabel("document " + (wish.getDocumentsCount() + 1))
              .setUploadId(upload));
    }
    return wish;
  }

  /** Sends a document in pieces of 256 KiB; returns the id of the upload. */
  String upload(byte[] document) {
    Uploading uploading = uploading().header(document);
    for (int start = 0; start < document.length; start += PIECE) {
      uploading.chunk(
          Arrays.copyOfRange(document, start, Math.min(start + PIECE, document.length)));
    }
    return uploading.complete();
  }

  /** Begins an upload. */
  Uploading uploading() {
    return Uploading.begin(channel);
  }

  Watching watch(String id) {
    return Watching.begin(channel, id);
  }

  /** Reads a signed document in pieces, and compares it with its header. */
  byte[] stream(String id, int index) {
    Reading reading = Reading.begin(channel, id, index);
    reading.request(Integer.MAX_VALUE);
    return reading.whole();
  }

  SignatureRequest get(String id) {
    return stub()
        .getSignatureRequest(GetSignatureRequestRequest.newBuilder().setId(id).build())
        .getSignatureRequest();
  }

  /** Waits until the request is completed, and fetches. */
  byte[] fetchCompleted(String id, int index) {
    long end = System.nanoTime() + LONGEST_WAIT.toNanos();
    while (get(id).getState() != SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETED) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not completed: " + get(id));
      }
      try {
        Thread.sleep(Duration.ofMillis(50));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
    return fetch(id, index);
  }

  byte[] fetch(String id, int index) {
    return stub()
        .fetchSignedDocument(
            FetchSignedDocumentRequest.newBuilder().setId(id).setIndex(index).build())
        .getContent()
        .toByteArray();
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

  private SignatureRequestServiceGrpc.SignatureRequestServiceBlockingStub stub() {
    return SignatureRequestServiceGrpc.newBlockingStub(channel);
  }
}
