package eus.bakq.pkcs11;

import java.util.Arrays;
import java.util.List;

/** The value of one attribute. */
public sealed interface AttributeValue {
  /** A CK_BBOOL. */
  record Flag(boolean value) implements AttributeValue {}

  /** A CK_ULONG. */
  record Ulong(long value) implements AttributeValue {}

  /** An array of CK_ULONG, such as mechanisms. */
  record Ulongs(List<Long> values) implements AttributeValue {
    public Ulongs {
      values = List.copyOf(values);
    }
  }

  /** Characters in UTF-8. */
  record Text(String value) implements AttributeValue {}

  /** Attributes that another object must have, or gets. */
  record Nested(Template template) implements AttributeValue {}

  /** Bytes, copied on the way in and out. They may be secret: {@code toString} gives their size. */
  final class Octets implements AttributeValue {
    private final byte[] value;

    Octets(byte[] value) {
      this.value = value.clone();
    }

    /** A copy of the bytes. */
    public byte[] value() {
      return value.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Octets octets && Arrays.equals(value, octets.value);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(value);
    }

    @Override
    public String toString() {
      return value.length + " bytes";
    }
  }
}
