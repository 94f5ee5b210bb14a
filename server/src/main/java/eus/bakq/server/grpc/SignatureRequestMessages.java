package eus.bakq.server.grpc;

import eus.bakq.relyingparty.v1.CreateSignatureRequestRequest;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.server.signing.CompletionDelay;
import eus.bakq.server.signing.CreateSignatureRequest;
import eus.bakq.server.signing.DocumentSource;
import eus.bakq.server.signing.SignatureRequestState;
import eus.bakq.server.signing.SignatureRequestView;
import eus.bakq.server.signing.UploadDocument;
import eus.bakq.server.signing.WishedDocument;
import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.Dni;
import eus.bakq.server.vocabulary.Language;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import eus.bakq.server.vocabulary.SignatureRequestId;
import eus.bakq.server.vocabulary.UploadId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The sedes' messages, as words of ours and back. */
final class SignatureRequestMessages {
  private static final Map<eus.bakq.relyingparty.v1.SignatureFormat, SignatureFormat> FORMATS =
      Map.of(
          eus.bakq.relyingparty.v1.SignatureFormat.SIGNATURE_FORMAT_PADES,
          SignatureFormat.PADES,
          eus.bakq.relyingparty.v1.SignatureFormat.SIGNATURE_FORMAT_XADES_ENVELOPED,
          SignatureFormat.XADES_ENVELOPED,
          eus.bakq.relyingparty.v1.SignatureFormat.SIGNATURE_FORMAT_XADES_ENVELOPING,
          SignatureFormat.XADES_ENVELOPING,
          eus.bakq.relyingparty.v1.SignatureFormat.SIGNATURE_FORMAT_XADES_DETACHED,
          SignatureFormat.XADES_DETACHED);
  private static final Map<eus.bakq.relyingparty.v1.SignatureLevel, SignatureLevel> LEVELS =
      Map.of(
          eus.bakq.relyingparty.v1.SignatureLevel.SIGNATURE_LEVEL_B_B, SignatureLevel.B_B,
          eus.bakq.relyingparty.v1.SignatureLevel.SIGNATURE_LEVEL_B_T, SignatureLevel.B_T,
          eus.bakq.relyingparty.v1.SignatureLevel.SIGNATURE_LEVEL_B_LT, SignatureLevel.B_LT,
          eus.bakq.relyingparty.v1.SignatureLevel.SIGNATURE_LEVEL_B_LTA, SignatureLevel.B_LTA);

  /** The only enum of the contract whose unspecified value means something: the default. */
  private static final Map<eus.bakq.relyingparty.v1.DigestAlgorithm, DigestAlgorithm> DIGESTS =
      Map.of(
          eus.bakq.relyingparty.v1.DigestAlgorithm.DIGEST_ALGORITHM_UNSPECIFIED,
          DigestAlgorithm.SHA256,
          eus.bakq.relyingparty.v1.DigestAlgorithm.DIGEST_ALGORITHM_SHA256,
          DigestAlgorithm.SHA256,
          eus.bakq.relyingparty.v1.DigestAlgorithm.DIGEST_ALGORITHM_SHA384,
          DigestAlgorithm.SHA384,
          eus.bakq.relyingparty.v1.DigestAlgorithm.DIGEST_ALGORITHM_SHA512,
          DigestAlgorithm.SHA512);

  private static final Map<eus.bakq.relyingparty.v1.Language, Language> LANGUAGES =
      Map.of(
          eus.bakq.relyingparty.v1.Language.LANGUAGE_BASQUE, Language.BASQUE,
          eus.bakq.relyingparty.v1.Language.LANGUAGE_SPANISH, Language.SPANISH,
          eus.bakq.relyingparty.v1.Language.LANGUAGE_ENGLISH, Language.ENGLISH);

  private SignatureRequestMessages() {}

  /**
   * What a sede asks.
   *
   * @param most how many documents it may ask for at once
   */
  static CreateSignatureRequest.Wish wish(CreateSignatureRequestRequest request, int most) {
    Fields fields = new Fields();
    var _ = fields.uuid("request_id", request.getRequestId());
    var format = fields.oneOf("format", request.getFormat(), FORMATS);
    var level = fields.oneOf("level", request.getLevel(), LEVELS);
    var digest = fields.oneOf("digest_algorithm", request.getDigestAlgorithm(), DIGESTS);
    var language = fields.oneOf("language", request.getLanguage(), LANGUAGES);
    var expectedSigner =
        fields.optionalParsed(
            "expected_signer",
            request.getExpectedSigner(),
            Dni::parse,
            "is a DNI or NIE with its letter");
    fields.require(
        request.getDocumentsCount() >= 1 && request.getDocumentsCount() <= most,
        "documents",
        "are 1 to " + most + " documents for this sede");
    fields.check();
    return new CreateSignatureRequest.Wish(
        documents(request),
        format.value(),
        level.value(),
        digest.value(),
        language.value(),
        expectedSigner.value());
  }

  private static List<WishedDocument> documents(CreateSignatureRequestRequest request) {
    List<WishedDocument> documents = new ArrayList<>();
    for (int i = 0; i < request.getDocumentsCount(); i++) {
      documents.add(document("documents[" + i + "]", request.getDocuments(i)));
    }
    return documents;
  }

  private static WishedDocument document(
      String path, eus.bakq.relyingparty.v1.DocumentToSign document) {
    Fields fields = new Fields();
    var label = fields.text(path + ".label", document.getLabel(), 1, 100);
    boolean uploaded = !document.getUploadId().isEmpty();
    if (uploaded) {
      var id = fields.uuid(path + ".upload_id", document.getUploadId());
      fields.require(
          document.getContent().isEmpty(), path + ".content", "is not sent beside an upload_id");
      fields.check();
      return new WishedDocument(
          label.value(), new DocumentSource.Uploaded(new UploadId(id.value())));
    }
    var content =
        fields.bytes(path + ".content", document.getContent(), 1, UploadDocument.MOST_BYTES);
    fields.check();
    return new WishedDocument(label.value(), new DocumentSource.Inline(content.value()));
  }

  static SignatureRequestId id(String value) {
    return new SignatureRequestId(new Fields().uuid("id", value).value());
  }

  static SignatureRequest view(SignatureRequestView view) {
    return SignatureRequest.newBuilder()
        .setId(view.id().toString())
        .setState(state(view.state()))
        .setAuthorisationAddress(view.authorisationAddress().toString())
        .setReferenceCode(view.referenceCode())
        .setDocumentCount(view.documentCount())
        .setCreatedAt(Times.of(view.createdAt()))
        .setExpiresAt(Times.of(view.expiresAt()))
        .setFormat(format(view.format()))
        .setLevel(level(view.level()))
        .setDigestAlgorithm(digest(view.digest()))
        .setCompletionDelay(delay(view.completionDelay()))
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

  private static eus.bakq.relyingparty.v1.SignatureFormat format(SignatureFormat format) {
    return switch (format) {
      case PADES -> eus.bakq.relyingparty.v1.SignatureFormat.SIGNATURE_FORMAT_PADES;
      case XADES_ENVELOPED ->
          eus.bakq.relyingparty.v1.SignatureFormat.SIGNATURE_FORMAT_XADES_ENVELOPED;
      case XADES_ENVELOPING ->
          eus.bakq.relyingparty.v1.SignatureFormat.SIGNATURE_FORMAT_XADES_ENVELOPING;
      case XADES_DETACHED ->
          eus.bakq.relyingparty.v1.SignatureFormat.SIGNATURE_FORMAT_XADES_DETACHED;
    };
  }

  private static eus.bakq.relyingparty.v1.SignatureLevel level(SignatureLevel level) {
    return switch (level) {
      case B_B -> eus.bakq.relyingparty.v1.SignatureLevel.SIGNATURE_LEVEL_B_B;
      case B_T -> eus.bakq.relyingparty.v1.SignatureLevel.SIGNATURE_LEVEL_B_T;
      case B_LT -> eus.bakq.relyingparty.v1.SignatureLevel.SIGNATURE_LEVEL_B_LT;
      case B_LTA -> eus.bakq.relyingparty.v1.SignatureLevel.SIGNATURE_LEVEL_B_LTA;
    };
  }

  private static eus.bakq.relyingparty.v1.DigestAlgorithm digest(DigestAlgorithm digest) {
    return switch (digest) {
      case SHA256 -> eus.bakq.relyingparty.v1.DigestAlgorithm.DIGEST_ALGORITHM_SHA256;
      case SHA384 -> eus.bakq.relyingparty.v1.DigestAlgorithm.DIGEST_ALGORITHM_SHA384;
      case SHA512 -> eus.bakq.relyingparty.v1.DigestAlgorithm.DIGEST_ALGORITHM_SHA512;
    };
  }

  private static eus.bakq.relyingparty.v1.CompletionDelay delay(CompletionDelay delay) {
    return switch (delay) {
      case NONE -> eus.bakq.relyingparty.v1.CompletionDelay.COMPLETION_DELAY_UNSPECIFIED;
      case EVIDENCE_UNAVAILABLE ->
          eus.bakq.relyingparty.v1.CompletionDelay.COMPLETION_DELAY_EVIDENCE_UNAVAILABLE;
      case FAULT -> eus.bakq.relyingparty.v1.CompletionDelay.COMPLETION_DELAY_FAULT;
    };
  }
}
