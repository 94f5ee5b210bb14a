package eus.bakq.server.vocabulary;

import java.util.Objects;

/** The hash that is signed (DTBS/R of EN 419 241-1), with how it is signed. */
public record DtbsRepresentation(SignatureAlgorithm algorithm, Bytes digest) {
  public DtbsRepresentation {
    Objects.requireNonNull(algorithm);
    if (digest.size() != algorithm.digestSize()) {
      throw new IllegalArgumentException("digest has the wrong size for " + algorithm);
    }
  }
}
