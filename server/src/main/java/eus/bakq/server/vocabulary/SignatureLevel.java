package eus.bakq.server.vocabulary;

/**
 * The baseline level of a signature, the same in PAdES and XAdES (ETSI EN 319 142-1 and EN 319
 * 132-1, clause 6). Each has all of the one before.
 */
public enum SignatureLevel {
  /** The signature and the signer's certificate. */
  B_B,
  /** With a time stamp: it existed then. */
  B_T,
  /** With certificates and revocation data: it can be validated when their sources are gone. */
  B_LT,
  /** With a time stamp over all that: it can be validated when today's algorithms are broken. */
  B_LTA
}
