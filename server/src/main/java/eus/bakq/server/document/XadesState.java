package eus.bakq.server.document;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * What one prepared XML signature is, between its two phases.
 *
 * @param signingTime in whole seconds, as it stands in the signature
 * @param certificateSha256 of the signer's certificate in DER
 * @param toBeSigned the canonical form of SignedInfo: its hash is the DTBS/R
 * @param signaturesBefore how many signatures the original has
 */
record XadesState(
    SignatureAlgorithm algorithm,
    Instant signingTime,
    Bytes certificateSha256,
    Bytes toBeSigned,
    int signaturesBefore,
    XadesFrame frame) {
  /** Apart from the versions of {@link PreparedState}: whoever mixes them up is told. */
  private static final int VERSION = 0x58_01;

  private static final int HASH = 32;

  /** Of the canonical SignedInfo: two references with their transforms. */
  private static final int LARGEST_SIGNED_INFO = 64 * 1024;

  private static final int LARGEST = 2 * XadesFrame.MAXIMUM_SIZE;

  XadesState {
    Objects.requireNonNull(algorithm);
    Objects.requireNonNull(frame);
    if (!signingTime.equals(signingTime.truncatedTo(ChronoUnit.SECONDS))) {
      throw new IllegalArgumentException("the signing time is in whole seconds");
    }
    if (certificateSha256.size() != HASH) {
      throw new IllegalArgumentException("hashes have 32 bytes");
    }
    if (toBeSigned.isEmpty() || toBeSigned.size() > LARGEST_SIGNED_INFO || signaturesBefore < 0) {
      throw new IllegalArgumentException("a prepared signature has something to be signed");
    }
  }

  /** Version, SHA-256 of the rest against damage, and the rest: deflated fields. */
  Bytes encode() {
    ByteArrayOutputStream fields = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(fields))) {
      out.writeUTF(algorithm.name());
      out.writeUTF(frame.format().name());
      out.writeLong(signingTime.getEpochSecond());
      out.write(certificateSha256.toByteArray());
      out.writeInt(signaturesBefore);
      out.write(frame.originalSha256().toByteArray());
      out.writeInt(frame.originalLength());
      out.writeInt(frame.from());
      out.writeInt(frame.to());
      out.writeInt(frame.valueOffset());
      write(out, toBeSigned);
      write(out, frame.content());
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail to be written", e);
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(VERSION >> 8);
    all.write(VERSION);
    all.writeBytes(Bytes.sha256(fields.toByteArray()));
    all.writeBytes(fields.toByteArray());
    return Bytes.copyOf(all.toByteArray());
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IllegalStateException if it is anything else
   */
  static XadesState decode(Bytes encoded) {
    byte[] all = encoded.toByteArray();
    if (all.length <= 2 + HASH || all.length > LARGEST) {
      throw new IllegalStateException("a prepared state is too short or too long");
    }
    if ((all[0] & 0xFF) != VERSION >> 8 || (all[1] & 0xFF) != (VERSION & 0xFF)) {
      throw new IllegalStateException("a prepared state is of another version");
    }
    byte[] fields = Arrays.copyOfRange(all, 2 + HASH, all.length);
    if (!Arrays.equals(Bytes.sha256(fields), Arrays.copyOfRange(all, 2, 2 + HASH))) {
      throw new IllegalStateException("a prepared state is damaged");
    }
    try (DataInputStream in =
        new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(fields)))) {
      XadesState state = read(in);
      if (in.read() >= 0) {
        throw new IllegalStateException("a prepared state is too long");
      }
      return state;
    } catch (IOException | IllegalArgumentException | DateTimeException e) {
      throw new IllegalStateException("a prepared state is damaged", e);
    }
  }

  private static XadesState read(DataInputStream in) throws IOException {
    SignatureAlgorithm algorithm = SignatureAlgorithm.valueOf(in.readUTF());
    SignatureFormat format = SignatureFormat.valueOf(in.readUTF());
    Instant signingTime = Instant.ofEpochSecond(in.readLong());
    Bytes certificate = read(in, HASH);
    int signaturesBefore = in.readInt();
    Bytes original = read(in, HASH);
    int originalLength = in.readInt();
    int from = in.readInt();
    int to = in.readInt();
    int valueOffset = in.readInt();
    Bytes toBeSigned = read(in, size(in, LARGEST_SIGNED_INFO));
    Bytes content = read(in, size(in, XadesFrame.MAXIMUM_SIZE));
    return new XadesState(
        algorithm,
        signingTime,
        certificate,
        toBeSigned,
        signaturesBefore,
        new XadesFrame(format, original, originalLength, from, to, content, valueOffset));
  }

  private static void write(DataOutputStream out, Bytes bytes) throws IOException {
    out.writeInt(bytes.size());
    out.write(bytes.toByteArray());
  }

  private static int size(DataInputStream in, int largest) throws IOException {
    int size = in.readInt();
    if (size < 1 || size > largest) {
      throw new IllegalArgumentException("a part is too long");
    }
    return size;
  }

  private static Bytes read(DataInputStream in, int size) throws IOException {
    byte[] part = new byte[size];
    in.readFully(part);
    return Bytes.copyOf(part);
  }
}
