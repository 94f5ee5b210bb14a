package eus.bakq.server.document;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureLevel;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Objects;

/**
 * What one prepared PDF is, between its two phases. Version 1, of the first release, knew level
 * B-B, hashes of SHA-256 and one size of the place only; it is still read, and never written.
 *
 * @param signingTime in whole seconds, as it stands in the document
 * @param certificateSha256 of the signer's certificate in DER
 * @param dtbs the DTBS/R, a hash by the algorithm's digest
 * @param signaturesBefore how many signatures the original has
 * @param original what the increment belongs to, and the increment itself
 */
record PreparedState(
    SignatureLevel level,
    SignatureAlgorithm algorithm,
    Instant signingTime,
    Bytes certificateSha256,
    Bytes dtbs,
    int signaturesBefore,
    SignatureIncrement original) {
  private static final int FIRST_VERSION = 1;
  private static final int VERSION = 2;

  /** Whose state it is: another format's state has another letter here. */
  private static final byte PADES = 'P';

  private static final int CONTENT_SIZE_OF_FIRST_VERSION = 12_000;
  private static final int HASH = DigestAlgorithm.SHA256.size();

  /** Of version 1 without the tail: the shortest that there is. */
  private static final int SHORTEST = 1 + 1 + 8 + 4 * HASH + 4 * 4;

  /** Of version 2 without the hashes by the algorithm's digest and the tail. */
  private static final int FIXED = 4 + 8 + 2 * HASH + 5 * 4;

  private static final int LONGEST =
      FIXED + 2 * DigestAlgorithm.SHA512.size() + SignatureIncrement.MAXIMUM_TAIL;

  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  PreparedState {
    Objects.requireNonNull(level);
    Objects.requireNonNull(algorithm);
    if (original.digestAlgorithm() != algorithm.digest()) {
      throw new IllegalArgumentException("a document has the digest of its signature");
    }
    if (!signingTime.equals(signingTime.truncatedTo(ChronoUnit.SECONDS))) {
      throw new IllegalArgumentException("the signing time is in whole seconds");
    }
    if (signingTime.isBefore(Instant.EPOCH) || signingTime.isAfter(LATEST)) {
      throw new IllegalArgumentException("the signing time is of the years 1970 to 9999");
    }
    if (certificateSha256.size() != HASH || dtbs.size() != algorithm.digestSize()) {
      throw new IllegalArgumentException("a hash is as long as its algorithm says");
    }
    if (signaturesBefore < 0) {
      throw new IllegalArgumentException("a document has no less than no signatures");
    }
  }

  /**
   * Fixed fields, big endian, then the deflated tail, then SHA-256 of all that: against damage, not
   * against who can write it.
   */
  Bytes encode() {
    byte[] tail = original.deflatedTail().toByteArray();
    byte[] content =
        ByteBuffer.allocate(FIXED + 2 * algorithm.digestSize() + tail.length)
            .put((byte) VERSION)
            .put(PADES)
            .put(code(level))
            .put(code(algorithm))
            .putLong(signingTime.getEpochSecond())
            .put(certificateSha256.toByteArray())
            .put(original.originalSha256().toByteArray())
            .putInt(signaturesBefore)
            .putInt(original.originalLength())
            .putInt(original.contentSize())
            .putInt(original.tailLength())
            .putInt(original.contentsOffset())
            .put(dtbs.toByteArray())
            .put(original.byteRangeDigest().toByteArray())
            .put(tail)
            .array();
    return Bytes.copyOf(
        ByteBuffer.allocate(content.length + HASH).put(content).put(Bytes.sha256(content)).array());
  }

  /**
   * Reads what {@link #encode} wrote, in this release or the one before.
   *
   * @throws IllegalStateException if it is anything else
   */
  static PreparedState decode(Bytes encoded) {
    int size = encoded.size() - HASH;
    if (size < SHORTEST || size > LONGEST) {
      throw new IllegalStateException("a prepared state is too short or too long");
    }
    byte[] all = encoded.toByteArray();
    byte[] content = Arrays.copyOf(all, size);
    if (!Arrays.equals(Bytes.sha256(content), Arrays.copyOfRange(all, size, all.length))) {
      throw new IllegalStateException("a prepared state is damaged");
    }
    ByteBuffer in = ByteBuffer.wrap(content);
    try {
      return switch (in.get()) {
        case FIRST_VERSION -> firstVersion(in);
        case VERSION -> secondVersion(in);
        default -> throw new IllegalStateException("a prepared state is of another version");
      };
    } catch (BufferUnderflowException | IllegalArgumentException | DateTimeException e) {
      throw new IllegalStateException("a prepared state is damaged", e);
    }
  }

  private static PreparedState firstVersion(ByteBuffer in) {
    SignatureAlgorithm algorithm = algorithm(in.get());
    Instant signingTime = Instant.ofEpochSecond(in.getLong());
    Bytes certificate = take(in, HASH);
    Bytes dtbs = take(in, HASH);
    Bytes originalSha256 = take(in, HASH);
    Bytes byteRange = take(in, HASH);
    int signaturesBefore = in.getInt();
    int originalLength = in.getInt();
    int tailLength = in.getInt();
    int contentsOffset = in.getInt();
    return new PreparedState(
        SignatureLevel.B_B,
        algorithm,
        signingTime,
        certificate,
        dtbs,
        signaturesBefore,
        new SignatureIncrement(
            originalSha256,
            originalLength,
            DigestAlgorithm.SHA256,
            byteRange,
            CONTENT_SIZE_OF_FIRST_VERSION,
            tailLength,
            contentsOffset,
            take(in, in.remaining())));
  }

  private static PreparedState secondVersion(ByteBuffer in) {
    if (in.get() != PADES) {
      throw new IllegalStateException("a prepared state is of another format");
    }
    SignatureLevel level = level(in.get());
    SignatureAlgorithm algorithm = algorithm(in.get());
    Instant signingTime = Instant.ofEpochSecond(in.getLong());
    Bytes certificate = take(in, HASH);
    Bytes originalSha256 = take(in, HASH);
    int signaturesBefore = in.getInt();
    int originalLength = in.getInt();
    int contentSize = in.getInt();
    int tailLength = in.getInt();
    int contentsOffset = in.getInt();
    Bytes dtbs = take(in, algorithm.digestSize());
    Bytes byteRange = take(in, algorithm.digestSize());
    return new PreparedState(
        level,
        algorithm,
        signingTime,
        certificate,
        dtbs,
        signaturesBefore,
        new SignatureIncrement(
            originalSha256,
            originalLength,
            algorithm.digest(),
            byteRange,
            contentSize,
            tailLength,
            contentsOffset,
            take(in, in.remaining())));
  }

  private static Bytes take(ByteBuffer in, int size) {
    byte[] part = new byte[size];
    in.get(part);
    return Bytes.copyOf(part);
  }

  private static byte code(SignatureLevel level) {
    return switch (level) {
      case B_B -> 1;
      case B_T -> 2;
      case B_LT -> 3;
      case B_LTA -> 4;
    };
  }

  private static SignatureLevel level(byte code) {
    for (SignatureLevel level : SignatureLevel.values()) {
      if (code(level) == code) {
        return level;
      }
    }
    throw new IllegalStateException("a prepared state names an unknown level");
  }

  private static byte code(SignatureAlgorithm algorithm) {
    return switch (algorithm) {
      case ECDSA_P256_SHA256 -> 1;
      case RSA_3072_PSS_SHA256 -> 2;
      case RSA_3072_PKCS1_SHA256 -> 3;
      case ECDSA_P256_SHA384 -> 4;
      case RSA_3072_PSS_SHA384 -> 5;
      case RSA_3072_PKCS1_SHA384 -> 6;
      case ECDSA_P256_SHA512 -> 7;
      case RSA_3072_PSS_SHA512 -> 8;
      case RSA_3072_PKCS1_SHA512 -> 9;
    };
  }

  private static SignatureAlgorithm algorithm(byte code) {
    for (SignatureAlgorithm algorithm : SignatureAlgorithm.values()) {
      if (code(algorithm) == code) {
        return algorithm;
      }
    }
    throw new IllegalStateException("a prepared state names an unknown algorithm");
  }
}
