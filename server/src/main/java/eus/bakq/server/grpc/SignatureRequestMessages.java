package eus.bakq.server.grpc;

import eus.bakq.relyingparty.v1.CreateSignatureRequestRequest;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.server.signing.CompletionDelay;
import eus.bakq.server.signing.CompletionFailure;
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

/** The sedes' messages, as words of ours and back. */
final class SignatureRequestMessages {
  private static final Words<eus.bakq.relyingparty.v1.SignatureFormat, SignatureFormat> FORMATS =
      Words.of(
          eus.bakq.relyingparty.v1.SignatureFormat.class,
          "SIGNATURE_FORMAT_",
          SignatureFormat.class);
  private static final Words<eus.bakq.relyingparty.v1.SignatureLevel, SignatureLevel> LEVELS =
      Words.of(
          eus.bakq.relyingparty.v1.SignatureLevel.class, "SIGNATURE_LEVEL_", SignatureLevel.class);

  /** The only enum of the contract whose unspecified value means something: the default. */
  private static final Words<eus.bakq.relyingparty.v1.DigestAlgorithm, DigestAlgorithm> DIGESTS =
      Words.of(
              eus.bakq.relyingparty.v1.DigestAlgorithm.class,
              "DIGEST_ALGORITHM_",
              DigestAlgorithm.class)
          .withDefault(
              eus.bakq.relyingparty.v1.DigestAlgorithm.DIGEST_ALGORITHM_UNSPECIFIED,
              DigestAlgorithm.SHA256);

  private static final Words<eus.bakq.relyingparty.v1.Language, Language> LANGUAGES =
      Words.of(eus.bakq.relyingparty.v1.Language.class, "LANGUAGE_", Language.class);
  private static final Words<eus.bakq.relyingparty.v1.SignatureRequestState, SignatureRequestState>
      STATES =
          Words.of(
              eus.bakq.relyingparty.v1.SignatureRequestState.class,
              "SIGNATURE_REQUEST_STATE_",
              SignatureRequestState.class);
  private static final Words<eus.bakq.relyingparty.v1.CompletionDelay, CompletionDelay> DELAYS =
      Words.of(
          eus.bakq.relyingparty.v1.CompletionDelay.class,
          "COMPLETION_DELAY_",
          CompletionDelay.class,
          CompletionDelay.NONE);
  private static final Words<eus.bakq.relyingparty.v1.CompletionFailure, CompletionFailure>
      FAILURES =
          Words.of(
              eus.bakq.relyingparty.v1.CompletionFailure.class,
              "COMPLETION_FAILURE_",
              CompletionFailure.class);

  private SignatureRequestMessages() {}

  /**
   * What a sede asks.
   *
   * @param most how many documents it may ask for at once
   */
  static CreateSignatureRequest.Wish wish(CreateSignatureRequestRequest request, int most) {
    Fields fields = new Fields();
    var _ = fields.uuid("request_id", request.getRequestId());
    var format = fields.oneOf("format", request.getFormat(), FORMATS.ours());
    var level = fields.oneOf("level", request.getLevel(), LEVELS.ours());
    var digest = fields.oneOf("digest_algorithm", request.getDigestAlgorithm(), DIGESTS.ours());
    var language = fields.oneOf("language", request.getLanguage(), LANGUAGES.ours());
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
    SignatureRequest.Builder request =
        SignatureRequest.newBuilder()
            .setId(view.id().toString())
            .setState(STATES.theirs(view.state()))
            .setAuthorisationAddress(view.authorisationAddress().toString())
            .setReferenceCode(view.referenceCode())
            .setDocumentCount(view.documentCount())
            .setCreatedAt(Times.of(view.createdAt()))
            .setExpiresAt(Times.of(view.expiresAt()))
            .setFormat(FORMATS.theirs(view.format()))
            .setLevel(LEVELS.theirs(view.level()))
            .setDigestAlgorithm(DIGESTS.theirs(view.digest()))
            .setCompletionDelay(DELAYS.theirs(view.completionDelay()));
    view.completionFailure().map(FAILURES::theirs).ifPresent(request::setCompletionFailure);
    return request.build();
  }
}
