package eus.bakq.server.vocabulary;

import java.util.Arrays;

/** How a citizen's key signs (KEY-02): a scheme over a hash. */
public enum SignatureAlgorithm {
  /** {@link SignatureScheme#ECDSA_P256} over a hash of {@link DigestAlgorithm#SHA256}. */
  ECDSA_P256_SHA256(SignatureScheme.ECDSA_P256, DigestAlgorithm.SHA256),
  /** {@link SignatureScheme#ECDSA_P256} over a hash of {@link DigestAlgorithm#SHA384}. */
  ECDSA_P256_SHA384(SignatureScheme.ECDSA_P256, DigestAlgorithm.SHA384),
  /** {@link SignatureScheme#ECDSA_P256} over a hash of {@link DigestAlgorithm#SHA512}. */
  ECDSA_P256_SHA512(SignatureScheme.ECDSA_P256, DigestAlgorithm.SHA512),
  /** {@link SignatureScheme#RSA_3072_PSS} over a hash of {@link DigestAlgorithm#SHA256}. */
  RSA_3072_PSS_SHA256(SignatureScheme.RSA_3072_PSS, DigestAlgorithm.SHA256),
  /** {@link SignatureScheme#RSA_3072_PSS} over a hash of {@link DigestAlgorithm#SHA384}. */
  RSA_3072_PSS_SHA384(SignatureScheme.RSA_3072_PSS, DigestAlgorithm.SHA384),
  /** {@link SignatureScheme#RSA_3072_PSS} over a hash of {@link DigestAlgorithm#SHA512}. */
  RSA_3072_PSS_SHA512(SignatureScheme.RSA_3072_PSS, DigestAlgorithm.SHA512),
  /** {@link SignatureScheme#RSA_3072_PKCS1} over a hash of {@link DigestAlgorithm#SHA256}. */
  RSA_3072_PKCS1_SHA256(SignatureScheme.RSA_3072_PKCS1, DigestAlgorithm.SHA256),
  /** {@link SignatureScheme#RSA_3072_PKCS1} over a hash of {@link DigestAlgorithm#SHA384}. */
  RSA_3072_PKCS1_SHA384(SignatureScheme.RSA_3072_PKCS1, DigestAlgorithm.SHA384),
  /** {@link SignatureScheme#RSA_3072_PKCS1} over a hash of {@link DigestAlgorithm#SHA512}. */
  RSA_3072_PKCS1_SHA512(SignatureScheme.RSA_3072_PKCS1, DigestAlgorithm.SHA512);

  private final SignatureScheme scheme;
  private final DigestAlgorithm digest;

  SignatureAlgorithm(SignatureScheme scheme, DigestAlgorithm digest) {
    this.scheme = scheme;
    this.digest = digest;
  }

  /** The one of {@code scheme} over {@code digest}. */
  public static SignatureAlgorithm of(SignatureScheme scheme, DigestAlgorithm digest) {
    return Arrays.stream(values())
        .filter(algorithm -> algorithm.scheme == scheme && algorithm.digest == digest)
        .findFirst()
        .orElseThrow();
  }

  public SignatureScheme scheme() {
    return scheme;
  }

  /** How what is signed is hashed. */
  public DigestAlgorithm digest() {
    return digest;
  }

  public KeyAlgorithm keyAlgorithm() {
    return scheme.keyAlgorithm();
  }

  /** The size in bytes of the hash that is signed: 32, 48 or 64. */
  public int digestSize() {
    return digest.size();
  }
}
