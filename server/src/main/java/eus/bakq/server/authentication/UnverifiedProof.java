package eus.bakq.server.authentication;

import eus.bakq.server.vocabulary.Bytes;
import java.util.Objects;

/**
 * What a program sends to show that it still holds its key; see bakq.signer.v1 for the text that is
 * signed.
 *
 * @param madeAtSeconds since 1970, by the program's clock
 * @param signature ECDSA P-256 with SHA-256 in DER
 */
public record UnverifiedProof(long madeAtSeconds, Bytes signature) {
  public UnverifiedProof {
    Objects.requireNonNull(signature);
  }
}
