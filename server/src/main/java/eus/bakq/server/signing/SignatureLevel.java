package eus.bakq.server.signing;

/** The baseline level of a signature. */
public enum SignatureLevel {
  /** The signature and the signer's certificate. */
  B_B
}
