package eus.bakq.server.vocabulary;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;

/**
 * Reads what {@link Encoding} wrote. Not for several threads at once. Every method throws {@link
 * IllegalArgumentException} where the bytes are not what is asked for, whoever made them.
 */
public final class Decoding {
  private final ByteBuffer in;

  private Decoding(ByteBuffer in) {
    this.in = in;
  }

  /**
   * Begins to read.
   *
   * @param domain that the encoding must have
   * @param most how many bytes at most
   */
  public static Decoding of(String domain, Bytes encoded, int most) {
    if (encoded.size() > most) {
      throw new IllegalArgumentException(
          "an encoding of " + domain + " has at most " + most + " bytes");
    }
    Decoding decoding = new Decoding(ByteBuffer.wrap(encoded.toByteArray()));
    if (!decoding.text().equals(domain)) {
      throw new IllegalArgumentException("not an encoding of " + domain);
    }
    return decoding;
  }

  public byte[] bytes() {
    try {
      int length = in.getInt();
      if (length < 0 || length > in.remaining()) {
        throw new IllegalArgumentException("a part is longer than what is left");
      }
      byte[] part = new byte[length];
      in.get(part);
      return part;
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("a part is missing", e);
    }
  }

  public String text() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  public long number() {
    return sized(8).getLong();
  }

  public Instant time() {
    long micros = number();
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000);
  }

  public UUID id() {
    ByteBuffer part = sized(16);
    return new UUID(part.getLong(), part.getLong());
  }

  private ByteBuffer sized(int size) {
    byte[] part = bytes();
    if (part.length != size) {
      throw new IllegalArgumentException("a part does not have " + size + " bytes");
    }
    return ByteBuffer.wrap(part);
  }

  /** Ends: nothing may be left. */
  public void end() {
    if (in.hasRemaining()) {
      throw new IllegalArgumentException("there is more than there should be");
    }
  }
}
