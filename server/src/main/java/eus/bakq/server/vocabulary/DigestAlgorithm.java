package eus.bakq.server.vocabulary;

/** How what is signed is hashed (KEY-02): SHA-2 of FIPS 180-4. */
public enum DigestAlgorithm {
  /** 32 bytes; the default. */
  SHA256("SHA-256", 32),
  /** 48 bytes. */
  SHA384("SHA-384", 48),
  /** 64 bytes. */
  SHA512("SHA-512", 64);

  private final String javaName;
  private final int size;

  DigestAlgorithm(String javaName, int size) {
    this.javaName = javaName;
    this.size = size;
  }

  /** As the Java platform calls it, such as {@code SHA-256}. */
  public String javaName() {
    return javaName;
  }

  /** The size of a hash in bytes. */
  public int size() {
    return size;
  }
}
