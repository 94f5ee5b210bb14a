package eus.bakq.server.signing;

import eus.bakq.server.authentication.AuthenticatedSigner;
import eus.bakq.server.authentication.CodeStep;
import eus.bakq.server.authentication.DeviceCookies;
import eus.bakq.server.authentication.Interactions;
import eus.bakq.server.database.CommitUnknownException;
import eus.bakq.server.database.Outage;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.sam.ActivationLedger;
import eus.bakq.server.sam.SignHashes;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignatureRequestId;
import eus.bakq.server.vocabulary.SignatureValue;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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

  /**
   * What was done.
   *
   * @param documents how many were signed
   * @param device the cookie by which the citizen's program is known from now on; close it
   */
  public record Signed(int documents, SecretBytes device) implements AutoCloseable {
    @Override
    public void close() {
      device.close();
    }
  }

  private final SigningParts parts;
  private final CodeStep codeStep;
  private final DeviceCookies devices;
  private final SignatureSubject subject;
  private final SignHashes signHashes;
  private final ActivationLedger ledger;
  private final Interactions interactions;
  private final CompleteDocuments completeDocuments;
  private final FailSignatureRequest fail;

  public AuthoriseSignature(
      SigningParts parts,
      CodeStep codeStep,
      DeviceCookies devices,
      SignatureSubject subject,
      SignHashes signHashes,
      ActivationLedger ledger,
      Interactions interactions,
      CompleteDocuments completeDocuments,
      FailSignatureRequest fail) {
    this.parts = parts;
    this.codeStep = codeStep;
    this.devices = devices;
    this.subject = subject;
    this.signHashes = signHashes;
    this.ledger = ledger;
    this.interactions = interactions;
    this.completeDocuments = completeDocuments;
    this.fail = fail;
  }

  /**
   * Judges the code and, if all was right, signs. When it returns, the values are durable together
   * with their record.
   *
   * @throws RefusedException what {@link CodeStep#run} refuses; SIGNATURE_REQUEST_NOT_OPEN;
   *     ACTIVATION_REFUSED
   */
  public Signed run(CodeStep.Attempt attempt) throws RefusedException {
    SignatureSubject.Authorised authorised = codeStep.run(attempt, subject);
    try (Signed signed = sign(authorised)) {
      complete(authorised.request());
      return new Signed(signed.documents(), signed.device().use(SecretBytes::copyOf));
    }
  }

  private Signed sign(SignatureSubject.Authorised authorised) throws RefusedException {
    // The cookie first: what the HSM does not give is missed before anything is signed.
    try (AuthenticatedSigner signer = authorised.signer();
        SecretBytes device = devices.give(signer)) {
      List<SignatureValue> values =
          signHashes.run(
              authorised.data(),
              authorised.context(),
              signer.activationSecret(),
              (handle, made) -> keep(handle, authorised, made));
      return new Signed(values.size(), device.use(SecretBytes::copyOf));
    } catch (RefusedException e) {
      beginAgainAfter(e, authorised, true);
      throw e;
    } catch (CommitUnknownException e) {
      throw e; // whatever is found now may change yet
    } catch (RuntimeException e) {
      beginAgainAfter(e, authorised, false);
      throw e;
    }
  }

  /**
   * Only for the authorisation that the request names: this process may have stood still for so
   * long that the citizen has authorised anew, other hashes.
   */
  private void keep(
      Handle handle, SignatureSubject.Authorised authorised, List<SignatureValue> values) {
    SignatureRequest request = parts.requests().lock(handle, authorised.request()).orElseThrow();
    if (!isTurnOf(authorised, request)) {
      throw UnavailableException.temporarily("the request was begun again meanwhile", null);
    }
    parts.documents().keepValues(handle, request.id(), values);
    parts.requests().move(handle, request, SignatureRequestState.COMPLETING);
  }

  /** Lets nothing hide {@code failure}; {@link SettleRequests} goes back later, if this cannot. */
  private void beginAgainAfter(
      Exception failure, SignatureSubject.Authorised authorised, boolean refused)
      throws RefusedException {
    try {
      beginAgain(authorised, refused);
    } catch (RuntimeException again) {
      failure.addSuppressed(again);
    }
  }

  /**
   * Back to FROZEN, if it is certain that nothing was and nothing will be committed; otherwise the
   * request stays AUTHORISED and is settled by {@link SettleRequests}. One that another
   * authorisation has by now is left to it.
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
              if (isTurnOf(authorised, request)
                  && (refused || ledger.isLetGo(handle, authorised.activation()))) {
                SettleRequests.beginAgain(handle, parts, interactions, request);
              }
            });
  }

  /** Whether the request waits for the outcome of this authorisation, and of no later one. */
  private static boolean isTurnOf(
      SignatureSubject.Authorised authorised, SignatureRequest request) {
    return request.state() == SignatureRequestState.AUTHORISED
        && request
            .authorisation()
            .map(SignatureRequest.Authorisation::activation)
            .equals(Optional.of(authorised.activation()));
  }

  /**
   * The signature is made and recorded: whatever fails here is only late, and is tried again by
   * {@link SettleRequests}.
   */
  private void complete(SignatureRequestId id) throws RefusedException {
    CompletionDelay delay = CompletionDelay.NONE;
    try {
      delay = completeDocuments.run(id);
    } catch (RuntimeException e) {
      LOG.atLevel(Outage.level(e))
          .addKeyValue("request", id)
          .setCause(e)
          .log("completing is put off");
      delay = CompletionDelay.of(e);
    }
    if (delay != CompletionDelay.NONE) {
      tellSede(id, delay);
    }
  }

  private void tellSede(SignatureRequestId id, CompletionDelay delay) throws RefusedException {
    try {
      fail.afterTry(id, delay, Duration.ZERO); // it has just begun
    } catch (RuntimeException e) { // The next try tells: the code was right all the same.
      LOG.atLevel(Outage.level(e))
          .addKeyValue("request", id)
          .setCause(e)
          .log("a request could not be settled");
    }
  }
}
