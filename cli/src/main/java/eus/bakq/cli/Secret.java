package eus.bakq.cli;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/** A password or code in memory, in UTF-8; wiped on close. */
final class Secret implements AutoCloseable {
  /** Of UTF-8, for one char of Java. */
  private static final int MAX_BYTES_PER_CHAR = 3;

  private final byte[] value;

  private Secret(byte[] value) {
    this.value = value;
  }

  /** Takes the array over. */
  static Secret takeOver(byte[] value) {
    return new Secret(value);
  }

  /**
   * Wipes {@code characters}.
   *
   * @throws FailedException if they are no text
   */
  static Secret of(char[] characters) {
    ByteBuffer encoded = ByteBuffer.wrap(new byte[characters.length * MAX_BYTES_PER_CHAR]);
    CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder();
    try {
      if (encoder.encode(CharBuffer.wrap(characters), encoded, true).isError()) {
        throw FailedException.usage("What was typed is no text.");
      }
      return new Secret(Arrays.copyOf(encoded.array(), encoded.position()));
    } finally {
      Arrays.fill(encoded.array(), (byte) 0);
      Arrays.fill(characters, '\0');
    }
  }

  /** The secret itself, not a copy: gone when this is closed. */
  ByteString bytes() {
    return UnsafeByteOperations.unsafeWrap(value);
  }

  boolean isSameAs(Secret other) {
    return MessageDigest.isEqual(value, other.value);
  }

  boolean isEmpty() {
    return value.length == 0;
  }

  @Override
  public void close() {
    Arrays.fill(value, (byte) 0);
  }

  @Override
  public String toString() {
    return "[secret]";
  }
}
