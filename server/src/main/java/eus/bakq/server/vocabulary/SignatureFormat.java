package eus.bakq.server.vocabulary;

/** The form of a signature, and where it is. */
public enum SignatureFormat {
  /** Inside a PDF, ETSI EN 319 142-1. */
  PADES,
  /** Inside the XML document that it signs, as the last child of its root, ETSI EN 319 132-1. */
  XADES_ENVELOPED,
  /** Around what it signs, which is inside the signature. */
  XADES_ENVELOPING,
  /** A file of its own, which names the document by a reference. */
  XADES_DETACHED
}
