package eus.bakq.pkcs11;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** An array of CK_ATTRIBUTE in native memory: each a type, a pointer to the value, its size. */
final class NativeTemplate {
  private static final long ATTRIBUTE_SIZE = 24;
  private static final long VALUE = 8;
  private static final long LENGTH = 16;

  /** CK_UNAVAILABLE_INFORMATION. */
  private static final long UNAVAILABLE = -1;

  /** No attribute of ours is larger; a module that says so is not believed. */
  private static final long MAXIMUM_VALUE_SIZE = 65_536;

  private final Scratch scratch;
  private final MemorySegment array;
  private final int count;

  private NativeTemplate(Scratch scratch, MemorySegment array, int count) {
    this.scratch = scratch;
    this.array = array;
    this.count = count;
  }

  /** {@code template}, written. */
  static NativeTemplate of(Scratch scratch, Template template) {
    int count = template.types().size();
    NativeTemplate result =
        new NativeTemplate(scratch, scratch.bytes(count * ATTRIBUTE_SIZE), count);
    int index = 0;
    for (AttributeType type : template.types()) {
      result.write(index, type, template.values().get(type));
      index++;
    }
    return result;
  }

  /** A question for the values of {@code types}. */
  static NativeTemplate asking(Scratch scratch, List<AttributeType> types) {
    NativeTemplate result =
        new NativeTemplate(scratch, scratch.bytes(types.size() * ATTRIBUTE_SIZE), types.size());
    for (int i = 0; i < types.size(); i++) {
      result.array.set(ValueLayout.JAVA_LONG, i * ATTRIBUTE_SIZE, types.get(i).value());
    }
    return result;
  }

  MemorySegment array() {
    return array;
  }

  long count() {
    return count;
  }

  /** After the module has filled in the sizes: makes room for each value. */
  void makeRoom() throws Pkcs11Exception {
    for (int i = 0; i < count; i++) {
      array.set(ValueLayout.ADDRESS, i * ATTRIBUTE_SIZE + VALUE, scratch.bytes(length(i)));
    }
  }

  /**
   * After {@link #makeRoom}: the questions inside values that are arrays of attributes. The module
   * fills in their types and sizes at the next call, and needs room for them at the one after.
   */
  List<NativeTemplate> nested() throws Pkcs11Exception {
    List<NativeTemplate> nested = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (type(i).form() == AttributeType.Form.TEMPLATE && length(i) > 0) {
        nested.add(new NativeTemplate(scratch, value(i), (int) (length(i) / ATTRIBUTE_SIZE)));
      }
    }
    return nested;
  }

  /** After the module has filled in the values. */
  Template read() throws Pkcs11Exception {
    Template template = Template.empty();
    for (int i = 0; i < count; i++) {
      template = template.with(type(i), read(i));
    }
    return template;
  }

  private AttributeValue read(int index) throws Pkcs11Exception {
    MemorySegment value = value(index);
    byte[] octets = value.toArray(ValueLayout.JAVA_BYTE);
    return switch (type(index).form()) {
      case FLAG -> new AttributeValue.Flag(value.get(ValueLayout.JAVA_BYTE, 0) != 0);
      case NUMBER, OBJECT_CLASS, CERTIFICATE_TYPE, KEY_TYPE, MECHANISM ->
          new AttributeValue.Ulong(value.get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
      case MECHANISMS -> new AttributeValue.Ulongs(numbers(value));
      case TEXT -> new AttributeValue.Text(new String(octets, StandardCharsets.UTF_8));
      case OCTETS -> new AttributeValue.Octets(octets);
      case TEMPLATE ->
          new AttributeValue.Nested(
              new NativeTemplate(scratch, value, (int) (value.byteSize() / ATTRIBUTE_SIZE)).read());
    };
  }

  private static List<Long> numbers(MemorySegment value) {
    List<Long> numbers = new ArrayList<>();
    for (long offset = 0; offset + Long.BYTES <= value.byteSize(); offset += Long.BYTES) {
      numbers.add(value.get(ValueLayout.JAVA_LONG_UNALIGNED, offset));
    }
    return numbers;
  }

  private void write(int index, AttributeType type, AttributeValue value) {
    MemorySegment bytes =
        switch (value) {
          case AttributeValue.Flag flag -> scratch.copy(new byte[] {(byte) (flag.value() ? 1 : 0)});
          case AttributeValue.Ulong number -> scratch.number(number.value());
          case AttributeValue.Ulongs numbers -> scratch.bytes(numbers.values().size() * 8L);
          case AttributeValue.Text text ->
              scratch.copy(text.value().getBytes(StandardCharsets.UTF_8));
          case AttributeValue.Octets octets -> scratch.copy(octets.value());
          case AttributeValue.Nested nested -> of(scratch, nested.template()).array;
        };
    if (value instanceof AttributeValue.Ulongs numbers) {
      for (int i = 0; i < numbers.values().size(); i++) {
        bytes.setAtIndex(ValueLayout.JAVA_LONG, i, numbers.values().get(i));
      }
    }
    long offset = index * ATTRIBUTE_SIZE;
    array.set(ValueLayout.JAVA_LONG, offset, type.value());
    array.set(ValueLayout.ADDRESS, offset + VALUE, bytes);
    array.set(ValueLayout.JAVA_LONG, offset + LENGTH, bytes.byteSize());
  }

  private AttributeType type(int index) throws Pkcs11Exception {
    return AttributeType.of(array.get(ValueLayout.JAVA_LONG, index * ATTRIBUTE_SIZE))
        .orElseThrow(
            () ->
                new Pkcs11Exception("C_GetAttributeValue", ReturnCode.CKR_ATTRIBUTE_TYPE_INVALID));
  }

  private long length(int index) throws Pkcs11Exception {
    long length = array.get(ValueLayout.JAVA_LONG, index * ATTRIBUTE_SIZE + LENGTH);
    if (length == UNAVAILABLE) {
      throw new Pkcs11Exception("C_GetAttributeValue", ReturnCode.CKR_ATTRIBUTE_TYPE_INVALID);
    }
    if (length < 0 || length > MAXIMUM_VALUE_SIZE) {
      throw new Pkcs11Exception("C_GetAttributeValue", ReturnCode.CKR_ATTRIBUTE_VALUE_INVALID);
    }
    return length;
  }

  @SuppressWarnings("restricted") // the pointer is one that was put here, with room for length
  private MemorySegment value(int index) throws Pkcs11Exception {
    return array
        .get(ValueLayout.ADDRESS, index * ATTRIBUTE_SIZE + VALUE)
        .reinterpret(length(index));
  }
}
