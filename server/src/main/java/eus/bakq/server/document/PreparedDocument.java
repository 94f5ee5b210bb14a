package eus.bakq.server.document;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import java.util.Objects;

/**
 * A document ready for its signature: what phase one keeps for phase two. About 1 kB. The state is
 * not authenticated: keep it where no client can write. Whoever can write it can make a signature
 * fail, but not make one over other bytes: phase two recomputes what was signed and checks it with
 * the certificate.
 *
 * @param state versioned bytes that only this package reads; no Java serialisation
 * @param dtbs what the signer's key has to sign
 */
public record PreparedDocument(Bytes state, DtbsRepresentation dtbs) {
  public PreparedDocument {
    Objects.requireNonNull(state);
    Objects.requireNonNull(dtbs);
  }
}
