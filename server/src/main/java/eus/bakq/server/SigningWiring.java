package eus.bakq.server;

import eus.bakq.server.config.ProfileExtension.AuthorisationParts;
import eus.bakq.server.sam.ActivationIssuer;
import eus.bakq.server.sam.SignHashes;
import eus.bakq.server.signing.AuthoriseSignature;
import eus.bakq.server.signing.CompleteDocuments;
import eus.bakq.server.signing.OpenAuthorisation;
import eus.bakq.server.signing.RejectSignatureRequest;
import eus.bakq.server.signing.SettleRequests;
import eus.bakq.server.signing.SignatureMessages;
import eus.bakq.server.signing.SignatureSubject;
import eus.bakq.server.signing.SigningParts;
import eus.bakq.server.signing.StandIn;

/** Signature requests: the parts of {@code sam} and {@code signing}, joined. */
record SigningWiring(
    SigningParts parts,
    SignatureSubject subject,
    AuthoriseSignature authorise,
    SettleRequests settleRequests,
    SignatureMessages messages) {

  static SigningWiring of(Common common, AuthenticationWiring authentication) {
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
            new ActivationIssuer(
                keys,
                common.ledger(),
                common.audit(),
                common.random(),
                common.configuration().sam()),
            StandIn.make(common.random(), common.clock().instant()),
            common.configuration().rsaScheme());
    CompleteDocuments complete =
        new CompleteDocuments(parts, common.documents(), common.credentials(), common.outbox());
    return new SigningWiring(
        parts,
        subject,
        new AuthoriseSignature(
            parts,
            authentication.codeStep(),
            subject,
            signHashes(common),
            common.ledger(),
            authentication.interactions(),
            complete),
        new SettleRequests(parts, authentication.interactions(), common.ledger(), complete),
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

  AuthorisationParts authorisationParts(AuthenticationWiring authentication) {
    return new AuthorisationParts(
        new OpenAuthorisation(parts, authentication.interactions()),
        authentication.passwordStep(),
        subject,
        authorise,
        new RejectSignatureRequest(parts, authentication.interactions()));
  }
}
