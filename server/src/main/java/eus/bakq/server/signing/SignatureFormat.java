package eus.bakq.server.signing;

/** The form of a signature. */
public enum SignatureFormat {
  /** Inside a PDF, ETSI EN 319 142-1. */
  PADES
}
