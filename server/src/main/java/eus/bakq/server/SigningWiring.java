package eus.bakq.server;

import eus.bakq.server.caller.CallerRateLimit;
import eus.bakq.server.config.ProfileExtension.AuthorisationParts;
import eus.bakq.server.database.IdempotentCalls;
import eus.bakq.server.grpc.IdempotentWishes;
import eus.bakq.server.grpc.SignatureRequestGrpcService;
import eus.bakq.server.grpc.SignatureRequestStreams;
import eus.bakq.server.sam.ActivationIssuer;
import eus.bakq.server.sam.SignHashes;
import eus.bakq.server.signing.AcknowledgeSignedDocuments;
import eus.bakq.server.signing.AuthoriseSignature;
import eus.bakq.server.signing.CancelSignatureRequest;
import eus.bakq.server.signing.CompleteDocuments;
import eus.bakq.server.signing.CreateSignatureRequest;
import eus.bakq.server.signing.FailSignatureRequest;
import eus.bakq.server.signing.FetchSignedDocument;
import eus.bakq.server.signing.GetSignatureRequest;
import eus.bakq.server.signing.OfferedForms;
import eus.bakq.server.signing.OpenAuthorisation;
import eus.bakq.server.signing.RejectSignatureRequest;
import eus.bakq.server.signing.SettleRequests;
import eus.bakq.server.signing.SignatureMessages;
import eus.bakq.server.signing.SignatureSubject;
import eus.bakq.server.signing.SigningParts;
import eus.bakq.server.signing.StandIn;
import eus.bakq.server.signing.StreamSettings;
import eus.bakq.server.signing.UploadDocument;
import eus.bakq.server.signing.WatchSignatureRequest;
import java.util.function.LongSupplier;

/** Signature requests: the parts of {@code sam} and {@code signing}, joined. */
record SigningWiring(
    SigningParts parts,
    SignatureSubject subject,
    AuthoriseSignature authorise,
    SettleRequests settleRequests,
    SignatureMessages messages) {

  static SigningWiring of(
      Common common, AuthenticationWiring authentication, LongSupplier nanoTime) {
    var keys = common.hsm().infrastructureKeys();
    SigningParts parts =
        new SigningParts(
            common.database(),
            keys,
            common.audit(),
            common.callers(),
            common.random(),
            common.configuration().signing());
    SignatureSubject subject =
        new SignatureSubject(
            parts,
            common.documents(),
            common.signers(),
            common.credentials(),
            authentication.parts().altered(),
            new ActivationIssuer(
                keys,
                common.ledger(),
                common.audit(),
                common.random(),
                common.configuration().sam()),
            StandIn.make(common.authority(), common.clock().instant()),
            common.configuration().rsaScheme(),
            common.configuration().sam().algorithms());
    FailSignatureRequest fail = new FailSignatureRequest(parts, common.outbox());
    CompleteDocuments complete =
        new CompleteDocuments(
            parts,
            common.documents(),
            common.credentials(),
            common.register(),
            common.anchors(),
            fail,
            common.outbox());
    return new SigningWiring(
        parts,
        subject,
        new AuthoriseSignature(
            parts,
            authentication.codeStep(),
            authentication.parts().devices(),
            subject,
            signHashes(common),
            common.ledger(),
            authentication.interactions(),
            complete,
            fail),
        new SettleRequests(
            parts, authentication.interactions(), common.ledger(), complete, fail, nanoTime),
        new SignatureMessages(
            parts, authentication.pendingCodes(), common.signers(), common.wording()));
  }

  private static SignHashes signHashes(Common common) {
    return new SignHashes(
        common.database(),
        common.hsm().infrastructureKeys(),
        common.ledger(),
        common.credentials(),
        common.register(),
        common.hsm().citizenKeys(),
        common.seal(),
        common.audit(),
        common.configuration().sam());
  }

  /**
   * The streams of the sedes' door; to be closed after it.
   *
   * @param nanoTime by which watches last
   */
  SignatureRequestStreams streams(Common common, LongSupplier nanoTime) {
    StreamSettings settings = common.configuration().streams();
    return new SignatureRequestStreams(
        new UploadDocument(parts, settings),
        new FetchSignedDocument(parts),
        WatchSignatureRequest.start(parts, nanoTime),
        settings);
  }

  SignatureRequestGrpcService sedeService(
      Common common,
      AuthenticationWiring authentication,
      IdempotentWishes wishes,
      IdempotentCalls idempotentCalls,
      CallerRateLimit rateLimit,
      SignatureRequestStreams streams) {
    OfferedForms offered =
        new OfferedForms(common.documents()::offers, common.configuration().sam().algorithms());
    return new SignatureRequestGrpcService(
        wishes,
        new CreateSignatureRequest(parts, common.documents(), idempotentCalls, rateLimit, offered),
        new GetSignatureRequest(parts),
        new FetchSignedDocument(parts),
        new AcknowledgeSignedDocuments(parts),
        new CancelSignatureRequest(parts, authentication.interactions()),
        streams);
  }

  AuthorisationParts authorisationParts(AuthenticationWiring authentication) {
    return new AuthorisationParts(
        new OpenAuthorisation(parts, authentication.interactions()),
        authentication.passwordStep(),
        subject,
        authorise,
        new RejectSignatureRequest(parts, authentication.interactions()));
  }
}
