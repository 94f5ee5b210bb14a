package eus.bakq.pkcs11;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The native memory of one call: zeroed, then freed on close, since a buffer may hold a PIN, the
 * input of a MAC or a secret that was read. For one thread.
 */
final class Scratch implements AutoCloseable {
  /** What CK_ULONG and pointers are aligned to. */
  private static final long ALIGNMENT = 8;

  private final Arena arena = Arena.ofConfined();
  private final List<MemorySegment> segments = new ArrayList<>(8);

  /** {@code size} zero bytes; the null pointer if that is none. */
  MemorySegment bytes(long size) {
    if (size == 0) {
      return MemorySegment.NULL;
    }
    MemorySegment segment = arena.allocate(size, ALIGNMENT);
    segments.add(segment);
    return segment;
  }

  /** A copy of {@code value}; the null pointer if it is empty. */
  MemorySegment copy(byte[] value) {
    MemorySegment segment = bytes(value.length);
    MemorySegment.copy(value, 0, segment, ValueLayout.JAVA_BYTE, 0, value.length);
    return segment;
  }

  /** A CK_ULONG in memory. */
  MemorySegment number(long value) {
    MemorySegment segment = bytes(Long.BYTES);
    segment.set(ValueLayout.JAVA_LONG, 0, value);
    return segment;
  }

  /** A CK_MECHANISM: type, pointer to its parameter, size of that. */
  MemorySegment mechanism(Mechanism mechanism) {
    MemorySegment segment = bytes(24);
    segment.set(ValueLayout.JAVA_LONG, 0, mechanism.type());
    segment.set(ValueLayout.ADDRESS, 8, copy(mechanism.parameter()));
    segment.set(ValueLayout.JAVA_LONG, 16, mechanism.parameter().length);
    return segment;
  }

  @Override
  public void close() {
    segments.forEach(segment -> segment.fill((byte) 0));
    arena.close();
  }
}
