package eus.bakq.server.signing;

import eus.bakq.server.authentication.AuthenticatedSigner;
import eus.bakq.server.authentication.CodeStep;
import eus.bakq.server.authentication.Interactions;
import eus.bakq.server.database.CommitUnknownException;
import eus.bakq.server.database.Outage;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.sam.ActivationLedger;
import eus.bakq.server.sam.SignHashes;
import eus.bakq.server.vocabulary.SignatureRequestId;
import eus.bakq.server.vocabulary.SignatureValue;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the code to the signed documents. The order of its steps is the policy: the factors are
 * judged and consumed, and the SAD made, in one transaction; the SAM signs and records; the values
 * are kept with their record; the documents are completed. Where it stops, docs/signing-cycle.md
 * says in which state the request is found.
 */
public final class AuthoriseSignature {
  private static final Logger LOG = LoggerFactory.getLogger(AuthoriseSignature.class);

  private final SigningParts parts;
  private final CodeStep codeStep;
  private final SignatureSubject subject;
  private final SignHashes signHashes;
  private final ActivationLedger ledger;
  private final Interactions interactions;
  private final CompleteDocuments completeDocuments;

  public AuthoriseSignature(
      SigningParts parts,
      CodeStep codeStep,
      SignatureSubject subject,
      SignHashes signHashes,
      ActivationLedger ledger,
      Interactions interactions,
      CompleteDocuments completeDocuments) {
    this.parts = parts;
    this.codeStep = codeStep;
    this.subject = subject;
    this.signHashes = signHashes;
    this.ledger = ledger;
    this.interactions = interactions;
    this.completeDocuments = completeDocuments;
  }

  /**
   * Judges the code and, if all was right, signs. When it returns, the values are durable together
   * with their record.
   *
   * @return how many documents were signed
   * @throws RefusedException what {@link CodeStep#run} refuses; SIGNATURE_REQUEST_NOT_OPEN;
   *     ACTIVATION_REFUSED
   */
  public int run(CodeStep.Attempt attempt) throws RefusedException {
    SignatureSubject.Authorised authorised = codeStep.run(attempt, subject);
    SignatureRequestId id = authorised.request();
    List<SignatureValue> values;
    try (AuthenticatedSigner signer = authorised.signer()) {
      values =
          signHashes.run(
              authorised.data(),
              authorised.context(),
              signer.activationSecret(),
              (handle, made) -> keep(handle, id, made));
    } catch (RefusedException e) {
      beginAgain(authorised, true);
      throw e;
    } catch (CommitUnknownException e) {
      throw e; // whatever is found now may change yet
    } catch (RuntimeException e) {
      beginAgain(authorised, false);
      throw e;
    }
    complete(id);
    return values.size();
  }

  private void keep(Handle handle, SignatureRequestId id, List<SignatureValue> values) {
    SignatureRequest request = parts.requests().lock(handle, id).orElseThrow();
    parts.documents().keepValues(handle, id, values);
    parts.requests().move(handle, request, SignatureRequestState.COMPLETING);
  }

  /**
   * Back to FROZEN, if it is certain that nothing was and nothing will be committed; otherwise the
   * request stays AUTHORISED and is settled by {@link SettleRequests}.
   *
   * @param refused the SAM has refused the activation data
   */
  private void beginAgain(SignatureSubject.Authorised authorised, boolean refused)
      throws RefusedException {
    parts
        .database()
        .transact(
            handle -> {
              SignatureRequest request =
                  parts.requests().lock(handle, authorised.request()).orElseThrow();
              boolean ours =
                  request.state() == SignatureRequestState.AUTHORISED
                      && request
                          .authorisation()
                          .orElseThrow()
                          .activation()
                          .equals(authorised.activation());
              if (ours && (refused || ledger.isLetGo(handle, authorised.activation()))) {
                SettleRequests.beginAgain(handle, parts, interactions, request);
              }
            });
  }

  /**
   * The signature is made and recorded: whatever fails here is only late, and is tried again by
   * {@link SettleRequests}.
   */
  private void complete(SignatureRequestId id) throws RefusedException {
    try {
      completeDocuments.run(id);
    } catch (RuntimeException e) {
      LOG.atLevel(Outage.level(e))
          .addKeyValue("request", id)
          .setCause(e)
          .log("completing is put off");
    }
  }
}
