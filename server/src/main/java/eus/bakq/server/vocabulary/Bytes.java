package eus.bakq.server.vocabulary;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An immutable string of bytes that are not secret. Equality takes the same time wherever two of
 * one length differ.
 */
public final class Bytes {
  private static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] value;

  private Bytes(byte[] value) {
    this.value = value;
  }

  public static Bytes copyOf(byte[] value) {
    return new Bytes(value.clone());
  }

  public static Bytes empty() {
    return EMPTY;
  }

  public static Bytes fromHex(String hex) {
    return new Bytes(HexFormat.of().parseHex(hex));
  }

  public byte[] toByteArray() {
    return value.clone();
  }

  public int size() {
    return value.length;
  }

  public boolean isEmpty() {
    return value.length == 0;
  }

  /** Lower-case hexadecimal. */
  public String toHex() {
    return HexFormat.of().formatHex(value);
  }

  public Bytes sha256() {
    return new Bytes(sha256(value));
  }

  /** The hash of these bytes: {@link DigestAlgorithm#size} bytes. */
  public Bytes digest(DigestAlgorithm algorithm) {
    return new Bytes(digest(algorithm, value));
  }

  /** SHA-256 of {@code value}: 32 bytes. */
  public static byte[] sha256(byte[] value) {
    return digest(DigestAlgorithm.SHA256, value);
  }

  private static byte[] digest(DigestAlgorithm algorithm, byte[] value) {
    try {
      return MessageDigest.getInstance(algorithm.javaName()).digest(value);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("a Java platform has SHA-2", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes bytes && MessageDigest.isEqual(value, bytes.value);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(value);
  }

  /**
   * The size and the first bytes of the hash: enough to tell two apart in a log, never the value.
   */
  @Override
  public String toString() {
    return value.length + " bytes, sha256 " + sha256().toHex().substring(0, 8);
  }
}
