package eus.bakq.server.hsm;

import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import java.security.PublicKey;
import java.util.List;
import java.util.function.Function;

/**
 * Citizens' keys in the custody token. A key is there only during a call: nothing is left behind,
 * whatever the outcome. Safe for several threads. Every method throws {@link
 * eus.bakq.server.failure.UnavailableException} when the HSM does not answer; a value may then have
 * been computed, but none is returned.
 */
public interface CitizenKeys {
  /**
   * Makes a key pair, signs once with it, wraps it under the newest epoch and destroys it in the
   * token. The private key is sensitive always, and extractable only until it is wrapped.
   *
   * @param firstSignature what is to be signed (the certification request), once the public key is
   *     known
   */
  NewCitizenKey generate(
      KeyAlgorithm algorithm, Function<PublicKey, DtbsRepresentation> firstSignature);

  /**
   * Unwraps, signs each in order, destroys. Does not verify: the caller does, with the certificate.
   *
   * @return as many values as {@code dtbs}, in its order, and how often it was tried
   * @throws UnusableKeyException if the blob does not open under its epoch's key, or is not of its
   *     algorithm
   */
  CitizenSignatures sign(WrappedKey key, List<DtbsRepresentation> dtbs) throws UnusableKeyException;

  /**
   * Whether keys that were wrapped in {@code epoch} still open: false once both officers have ended
   * it, and of one that was never theirs. Asks no token.
   */
  boolean opens(String epoch);
}
