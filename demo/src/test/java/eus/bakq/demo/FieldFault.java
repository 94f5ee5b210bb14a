package eus.bakq.demo;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import eus.bakq.contract.v1.Contract;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/** A way in which one field of a message can be wrong. */
enum FieldFault {
  /** Not sent. */
  MISSING("not sent"),
  /** A hundred thousand characters, or more bytes than any field but a document has. */
  LONG("far too long"),
  /** With a bell in it. */
  CONTROL("with a control character"),
  /** With a mark that turns the direction of reading. */
  BIDI("with a mark of direction"),
  /** Bytes that are no text. */
  UTF8("not UTF-8"),
  /** Sent as another kind of field than it is: what is read is that it was not sent. */
  KIND("of another wire type"),
  /** An enum's number that the contract does not have. */
  UNKNOWN("a number without a name"),
  /** The least number there is. */
  LEAST("the least number of its type"),
  /** The greatest number there is. */
  GREATEST("the greatest number of its type");

  private static final int MANY = 100_000;
  private static final int NO_NAME = 99;
  private static final ByteString NO_TEXT = ByteString.copyFrom(new byte[] {'a', (byte) 0xC3, '('});

  private final String words;

  FieldFault(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }

  /** The faults that a field of this type can have. */
  static Set<FieldFault> of(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case STRING -> EnumSet.of(MISSING, LONG, CONTROL, BIDI, UTF8, KIND);
      case BYTE_STRING ->
          isText(field)
              ? EnumSet.of(MISSING, LONG, CONTROL, BIDI, KIND)
              : EnumSet.of(MISSING, LONG, KIND);
      case ENUM -> EnumSet.of(MISSING, UNKNOWN, KIND);
      case INT, LONG -> EnumSet.of(MISSING, LEAST, GREATEST, KIND);
      case MESSAGE -> EnumSet.of(MISSING, KIND);
      case BOOLEAN, FLOAT, DOUBLE ->
          throw new IllegalArgumentException("no faults are known of a " + field.getType());
    };
  }

  /** Passwords, codes and tickets are bytes, so that they may be wiped. */
  private static boolean isText(FieldDescriptor field) {
    return field.getOptions().getExtension(Contract.secret);
  }

  /** Puts the fault into {@code field} of {@code message}. */
  void into(Message.Builder message, FieldDescriptor field) {
    switch (this) {
      case MISSING -> message.clearField(field);
      case LONG -> message.setField(field, tooLong(field));
      case CONTROL -> message.setField(field, within(message, field, "\u0007"));
      case BIDI -> message.setField(field, within(message, field, "\u202e"));
      case UTF8 -> message.clearField(field).setUnknownFields(text(field));
      case KIND -> message.clearField(field).setUnknownFields(otherKind(field));
      case UNKNOWN -> message.setField(field, unnamed(field));
      case LEAST -> message.setField(field, number(field, Integer.MIN_VALUE, Long.MIN_VALUE));
      case GREATEST -> message.setField(field, number(field, Integer.MAX_VALUE, Long.MAX_VALUE));
    }
  }

  private static Object tooLong(FieldDescriptor field) {
    if (field.getJavaType() == JavaType.STRING) {
      return "x".repeat(MANY);
    }
    byte[] bytes =
        new byte
            [switch (field.getName()) {
              case "content" -> 10 * 1024 * 1024 + 1;
              case "chunk" -> 1024 * 1024 + 1;
              default -> MANY;
            }];
    Arrays.fill(bytes, (byte) 'x');
    return ByteString.copyFrom(bytes);
  }

  private static Object within(Message.Builder message, FieldDescriptor field, String mark) {
    if (message.getField(field) instanceof ByteString right) {
      return right.substring(0, 1).concat(ByteString.copyFromUtf8(mark)).concat(right.substring(1));
    }
    String right = (String) message.getField(field);
    return right.substring(0, 1) + mark + right.substring(1);
  }

  private static UnknownFieldSet text(FieldDescriptor field) {
    return unknown(field, UnknownFieldSet.Field.newBuilder().addLengthDelimited(NO_TEXT));
  }

  private static UnknownFieldSet otherKind(FieldDescriptor field) {
    return unknown(field, UnknownFieldSet.Field.newBuilder().addFixed32(7));
  }

  private static UnknownFieldSet unknown(
      FieldDescriptor field, UnknownFieldSet.Field.Builder value) {
    return UnknownFieldSet.newBuilder().addField(field.getNumber(), value.build()).build();
  }

  private static EnumValueDescriptor unnamed(FieldDescriptor field) {
    return field.getEnumType().findValueByNumberCreatingIfUnknown(NO_NAME);
  }

  private static Object number(FieldDescriptor field, int small, long large) {
    // Not a conditional expression: it would make an int a long.
    if (field.getJavaType() == JavaType.INT) {
      return small;
    }
    return large;
  }
}
