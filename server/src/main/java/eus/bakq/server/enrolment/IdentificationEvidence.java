package eus.bakq.server.enrolment;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.IdentityDocument;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What an officer has seen (ENR-04).
 *
 * @param sha256 of the signed application and the document's copy, kept by the registration point:
 *     32 bytes
 * @param identifiedAt when the person was identified; empty: now
 */
public record IdentificationEvidence(
    IdentityDocument document, Bytes sha256, Optional<Instant> identifiedAt) {
  public IdentificationEvidence {
    Objects.requireNonNull(document);
    Objects.requireNonNull(identifiedAt);
    if (sha256.size() != 32) {
      throw new IllegalArgumentException("the hash of the evidence has 32 bytes");
    }
  }
}
