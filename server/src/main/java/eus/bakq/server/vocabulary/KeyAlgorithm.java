package eus.bakq.server.vocabulary;

/** What kinds of key a citizen may have (KEY-02). */
public enum KeyAlgorithm {
  /** NIST P-256; the default. */
  EC_P256,
  /** RSA with a modulus of 3072 bits and exponent 65537. */
  RSA_3072
}
