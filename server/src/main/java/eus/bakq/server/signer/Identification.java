package eus.bakq.server.signer;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

/**
 * That a person was identified (ENR-04).
 *
 * @param at when; kept in microseconds
 * @param officer who did it
 * @param evidenceSha256 of the signed application and the document's copy, which the registration
 *     point keeps: 32 bytes
 */
public record Identification(
    IdentificationMethod method, Instant at, CallerName officer, Bytes evidenceSha256) {
  public Identification {
    Objects.requireNonNull(method);
    Objects.requireNonNull(officer);
    at = at.truncatedTo(ChronoUnit.MICROS);
    if (evidenceSha256.size() != 32) {
      throw new IllegalArgumentException("the hash of the evidence has 32 bytes");
    }
  }
}
