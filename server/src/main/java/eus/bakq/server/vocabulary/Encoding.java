package eus.bakq.server.vocabulary;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;

/**
 * The one encoding of what is hashed, MACed or authenticated ({@code enc(…)} in
 * docs/sole-control.md): a domain such as {@code bakq/verify/v1}, then each part, everything
 * prefixed with its length in four bytes, big endian. So no two different lists of parts have the
 * same encoding, and no encoding of one domain is one of another.
 *
 * <p>Not for several threads at once. {@link #toByteArray} may hold secrets if parts are secret:
 * wipe it.
 */
public final class Encoding {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream(128);

  private Encoding(String domain) {
    text(domain);
  }

  public static Encoding of(String domain) {
    return new Encoding(domain);
  }

  public Encoding bytes(byte[] part) {
    out.writeBytes(ByteBuffer.allocate(4).putInt(part.length).array());
    out.writeBytes(part);
    return this;
  }

  public Encoding bytes(Bytes part) {
    return bytes(part.toByteArray());
  }

  public Encoding text(String part) {
    return bytes(part.getBytes(StandardCharsets.UTF_8));
  }

  public Encoding number(long part) {
    return bytes(ByteBuffer.allocate(8).putLong(part).array());
  }

  /** A time in microseconds since 1970, the precision that the database keeps. */
  public Encoding time(Instant part) {
    return number(
        Math.addExact(
            Math.multiplyExact(part.getEpochSecond(), 1_000_000L), part.getNano() / 1000));
  }

  public Encoding id(UUID part) {
    return bytes(
        ByteBuffer.allocate(16)
            .putLong(part.getMostSignificantBits())
            .putLong(part.getLeastSignificantBits())
            .array());
  }

  public byte[] toByteArray() {
    return out.toByteArray();
  }

  public Bytes toBytes() {
    return Bytes.copyOf(out.toByteArray());
  }
}
