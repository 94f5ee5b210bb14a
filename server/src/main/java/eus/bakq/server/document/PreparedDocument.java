package eus.bakq.server.document;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.DtbsRepresentation;

/**
 * A document ready for its signature: what phase one keeps for phase two (documents.md section 3).
 *
 * @param state versioned bytes that only this package reads; no Java serialisation
 * @param dtbs what the signer's key has to sign
 */
public record PreparedDocument(Bytes state, DtbsRepresentation dtbs) {}
