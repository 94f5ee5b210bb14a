package eus.bakq.server.signing;

import eus.bakq.server.vocabulary.Bytes;

/** A document with the citizen's signature. */
public record SignedDocument(String label, Bytes content) {}
