package eus.bakq.server.vocabulary;

/** How a citizen's key signs. All hash with SHA-256. */
public enum SignatureAlgorithm {
  /** ECDSA on P-256. A value is the DER form, at most 72 bytes. */
  ECDSA_P256_SHA256(KeyAlgorithm.EC_P256),
  /** RSASSA-PSS, MGF1 with SHA-256, salt of 32 bytes. A value has 384 bytes. */
  RSA_3072_PSS_SHA256(KeyAlgorithm.RSA_3072),
  /** RSASSA-PKCS1-v1_5, for peers that know no PSS. A value has 384 bytes. */
  RSA_3072_PKCS1_SHA256(KeyAlgorithm.RSA_3072);

  private final KeyAlgorithm keyAlgorithm;

  SignatureAlgorithm(KeyAlgorithm keyAlgorithm) {
    this.keyAlgorithm = keyAlgorithm;
  }

  public KeyAlgorithm keyAlgorithm() {
    return keyAlgorithm;
  }

  /** The size in bytes of the hash that is signed. */
  public int digestSize() {
    return 32;
  }
}
