package eus.bakq.server.vocabulary;

import java.util.Objects;

/** A digital signature value (DSV): ECDSA in DER, RSA as the modulus is long. */
public record SignatureValue(SignatureAlgorithm algorithm, Bytes value) {
  public SignatureValue {
    Objects.requireNonNull(algorithm);
    if (value.isEmpty() || value.size() > 512) {
      throw new IllegalArgumentException("a signature value has 1 to 512 bytes");
    }
  }
}
