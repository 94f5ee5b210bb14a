package eus.bakq.server.hsm;

import eus.bakq.server.vocabulary.SignatureValue;
import java.util.List;

/**
 * What a citizen's key has signed.
 *
 * @param values one for each hash, in its order
 * @param attempts how often that was begun: more than once if the HSM failed meanwhile. What it may
 *     have computed in the others went nowhere
 */
public record CitizenSignatures(List<SignatureValue> values, int attempts) {
  public CitizenSignatures {
    values = List.copyOf(values);
    if (attempts < 1) {
      throw new IllegalArgumentException("nothing is signed without an attempt");
    }
  }
}
