package eus.bakq.server.signing;

import eus.bakq.server.document.SignatureForm;
import eus.bakq.server.vocabulary.ActivationDataId;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.Dni;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.Language;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import eus.bakq.server.vocabulary.SignatureRequestId;
import eus.bakq.server.vocabulary.SignerId;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What a sede asked to have signed, and how far it is.
 *
 * @param referenceNonce 128 random bits, drawn after freezing
 * @param frozenSet the hash of all that was frozen
 * @param authorisation who authorised it, once somebody has
 * @param erased whether its documents are gone
 * @param completion how it goes once the values are made
 */
record SignatureRequest(
    SignatureRequestId id,
    CallerName caller,
    SignatureRequestState state,
    SignatureFormat format,
    SignatureLevel level,
    DigestAlgorithm digest,
    Language language,
    Optional<Dni> expectedSigner,
    int documentCount,
    Bytes referenceNonce,
    Bytes frozenSet,
    Instant createdAt,
    Instant expiresAt,
    Optional<Authorisation> authorisation,
    boolean erased,
    Completion completion) {

  /**
   * How completing the documents goes.
   *
   * @param since when the values were made; of a request that has none, or was given them by the
   *     release before, when it expires or did
   * @param delay why it takes longer, while the request is COMPLETING
   * @param failure why it ended, if it has FAILED
   */
  record Completion(Instant since, CompletionDelay delay, Optional<CompletionFailure> failure) {
    Completion {
      Objects.requireNonNull(since);
      Objects.requireNonNull(delay);
      Objects.requireNonNull(failure);
    }

    /** Of a request that has no values yet, and expires at {@code expiry}. */
    static Completion notBegun(Instant expiry) {
      return new Completion(expiry, CompletionDelay.NONE, Optional.empty());
    }
  }

  /** Who authorised a request, with which activation data. */
  record Authorisation(
      InteractionId interaction,
      ActivationDataId activation,
      SignerId signer,
      CredentialId credential) {
    Authorisation {
      Objects.requireNonNull(interaction);
      Objects.requireNonNull(activation);
      Objects.requireNonNull(signer);
      Objects.requireNonNull(credential);
    }
  }

  /** What kind of signature is wanted on the document that the sede labelled so. */
  SignatureForm form(String label) {
    return new SignatureForm(format, level, label);
  }

  boolean isOpen(Instant now) {
    return state.isOpen() && now.isBefore(expiresAt);
  }
}
