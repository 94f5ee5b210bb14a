package eus.bakq.hsmconfig;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * The secrets of the two officers, together (KEY-08). PKCS#11 knows no act of two persons; here
 * everything is derived from both with HKDF-SHA-256, so that each alone has nothing. Wiped on
 * close.
 */
final class OfficerSecrets implements AutoCloseable {
  private static final int MINIMUM_SIZE = 20;
  private static final int MAXIMUM_SIZE = 1024;
  private static final String SIZE = "each officer's secret has 20 to 1024 bytes";
  private static final byte[] SALT = "bakq/ceremony/v1".getBytes(StandardCharsets.US_ASCII);

  private final byte[] both;

  private OfficerSecrets(byte[] both) {
    this.both = both;
  }

  /**
   * Reads one secret from each file: its bytes, without a line end after them.
   *
   * @throws CeremonyRefusedException if one has less than 20 bytes or more than 1024, or both are
   *     equal
   */
  static OfficerSecrets read(Path officerA, Path officerB)
      throws IOException, CeremonyRefusedException {
    byte[] a = readOne(officerA);
    byte[] b = readOne(officerB);
    try {
      return of(a, b);
    } finally {
      Arrays.fill(a, (byte) 0);
      Arrays.fill(b, (byte) 0);
    }
  }

  private static OfficerSecrets of(byte[] a, byte[] b) throws CeremonyRefusedException {
    if (Math.min(a.length, b.length) < MINIMUM_SIZE
        || Math.max(a.length, b.length) > MAXIMUM_SIZE) {
      throw new CeremonyRefusedException(SIZE);
    }
    if (MessageDigest.isEqual(a, b)) {
      throw new CeremonyRefusedException(
          "both officers gave the same secret: the ceremony needs two persons");
    }
    return new OfficerSecrets(
        ByteBuffer.allocate(8 + a.length + b.length)
            .putInt(a.length)
            .put(a)
            .putInt(b.length)
            .put(b)
            .array());
  }

  /** The PIN of the security officer of the token {@code label}: 48 hexadecimal digits. */
  byte[] securityOfficerPin(String label) {
    byte[] derived = derive("so-pin/" + label, 24);
    try {
      return HexFormat.of().formatHex(derived).getBytes(StandardCharsets.US_ASCII);
    } finally {
      Arrays.fill(derived, (byte) 0);
    }
  }

  /** The private key that signs transcripts: the 32 bytes of an Ed25519 seed. */
  byte[] transcriptSeed() {
    return derive("transcript", 32);
  }

  private byte[] derive(String purpose, int size) {
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveData(
              HKDFParameterSpec.ofExtract()
                  .addSalt(SALT)
                  .addIKM(both)
                  .thenExpand(purpose.getBytes(StandardCharsets.UTF_8), size));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a JDK 25 has HKDF-SHA256", e);
    }
  }

  private static byte[] readOne(Path file) throws IOException, CeremonyRefusedException {
    byte[] read = InputFile.read(file, MAXIMUM_SIZE + 2, SIZE);
    try {
      int size = read.length;
      while (size > 0 && (read[size - 1] == '\n' || read[size - 1] == '\r')) {
        size--;
      }
      return Arrays.copyOf(read, size);
    } finally {
      Arrays.fill(read, (byte) 0);
    }
  }

  @Override
  public void close() {
    Arrays.fill(both, (byte) 0);
  }

  @Override
  public String toString() {
    return "[secret]";
  }
}
