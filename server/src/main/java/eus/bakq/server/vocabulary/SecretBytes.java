package eus.bakq.server.vocabulary;

import java.util.Arrays;
import java.util.function.Function;

/**
 * A secret in memory: a password, a PIN, what opens a seal. Wiped on close; after that, reading it
 * throws. Not for several threads at once. The array given to {@link #use} is the secret itself: do
 * not keep it.
 */
public final class SecretBytes implements AutoCloseable {
  private final byte[] value;
  private boolean closed;

  private SecretBytes(byte[] value) {
    this.value = value;
  }

  /**
   * Takes {@code value} over: the caller's array is the secret from now on, and is wiped on close.
   */
  public static SecretBytes takeOver(byte[] value) {
    return new SecretBytes(value);
  }

  public static SecretBytes copyOf(byte[] value) {
    return new SecretBytes(value.clone());
  }

  public <T> T use(Function<byte[], T> reader) {
    if (closed) {
      throw new IllegalStateException("this secret was wiped");
    }
    return reader.apply(value);
  }

  public int size() {
    return value.length;
  }

  @Override
  public void close() {
    Arrays.fill(value, (byte) 0);
    closed = true;
  }

  @Override
  public String toString() {
    return "[secret]";
  }
}
