package eus.bakq.server.vocabulary;

/** How a key makes a value out of a hash. */
public enum SignatureScheme {
  /** ECDSA on P-256. A value is the DER form, at most 72 bytes. */
  ECDSA_P256(KeyAlgorithm.EC_P256),
  /**
   * RSASSA-PSS; MGF1 with the hash of the message, and a salt of that hash's size. A value has 384
   * bytes.
   */
  RSA_3072_PSS(KeyAlgorithm.RSA_3072),
  /** RSASSA-PKCS1-v1_5, for peers that know no PSS. A value has 384 bytes. */
  RSA_3072_PKCS1(KeyAlgorithm.RSA_3072);

  private final KeyAlgorithm keyAlgorithm;

  SignatureScheme(KeyAlgorithm keyAlgorithm) {
    this.keyAlgorithm = keyAlgorithm;
  }

  public KeyAlgorithm keyAlgorithm() {
    return keyAlgorithm;
  }
}
