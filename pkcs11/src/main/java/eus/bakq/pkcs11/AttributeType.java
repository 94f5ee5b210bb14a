package eus.bakq.pkcs11;

import java.util.Arrays;
import java.util.Optional;

/** The attributes (CKA_…) of objects that are used here, and the form of each one's value. */
public enum AttributeType {
  CKA_CLASS(0x0, Form.OBJECT_CLASS),
  CKA_TOKEN(0x1, Form.FLAG),
  CKA_PRIVATE(0x2, Form.FLAG),
  CKA_LABEL(0x3, Form.TEXT),
  CKA_APPLICATION(0x10, Form.TEXT),
  CKA_VALUE(0x11, Form.OCTETS),
  CKA_CERTIFICATE_TYPE(0x80, Form.CERTIFICATE_TYPE),
  CKA_ISSUER(0x81, Form.OCTETS),
  CKA_SERIAL_NUMBER(0x82, Form.OCTETS),
  CKA_TRUSTED(0x86, Form.FLAG),
  CKA_KEY_TYPE(0x100, Form.KEY_TYPE),
  CKA_SUBJECT(0x101, Form.OCTETS),
  CKA_ID(0x102, Form.OCTETS),
  CKA_SENSITIVE(0x103, Form.FLAG),
  CKA_ENCRYPT(0x104, Form.FLAG),
  CKA_DECRYPT(0x105, Form.FLAG),
  CKA_WRAP(0x106, Form.FLAG),
  CKA_UNWRAP(0x107, Form.FLAG),
  CKA_SIGN(0x108, Form.FLAG),
  CKA_SIGN_RECOVER(0x109, Form.FLAG),
  CKA_VERIFY(0x10A, Form.FLAG),
  CKA_VERIFY_RECOVER(0x10B, Form.FLAG),
  CKA_DERIVE(0x10C, Form.FLAG),
  CKA_MODULUS(0x120, Form.OCTETS),
  CKA_MODULUS_BITS(0x121, Form.NUMBER),
  CKA_PUBLIC_EXPONENT(0x122, Form.OCTETS),
  CKA_PRIVATE_EXPONENT(0x123, Form.OCTETS),
  CKA_PRIME_1(0x124, Form.OCTETS),
  CKA_VALUE_LEN(0x161, Form.NUMBER),
  CKA_EXTRACTABLE(0x162, Form.FLAG),
  CKA_LOCAL(0x163, Form.FLAG),
  CKA_NEVER_EXTRACTABLE(0x164, Form.FLAG),
  CKA_ALWAYS_SENSITIVE(0x165, Form.FLAG),
  CKA_KEY_GEN_MECHANISM(0x166, Form.MECHANISM),
  CKA_MODIFIABLE(0x170, Form.FLAG),
  CKA_COPYABLE(0x171, Form.FLAG),
  CKA_DESTROYABLE(0x172, Form.FLAG),
  CKA_EC_PARAMS(0x180, Form.OCTETS),
  CKA_EC_POINT(0x181, Form.OCTETS),
  CKA_ALWAYS_AUTHENTICATE(0x202, Form.FLAG),
  CKA_WRAP_WITH_TRUSTED(0x210, Form.FLAG),
  CKA_WRAP_TEMPLATE(0x40000211L, Form.TEMPLATE),
  CKA_UNWRAP_TEMPLATE(0x40000212L, Form.TEMPLATE),
  CKA_ALLOWED_MECHANISMS(0x40000600L, Form.MECHANISMS),
  /** Of NSS alone, which opens no EC key without it. */
  CKA_NSS_DB(0xD5A0DB00L, Form.OCTETS);

  /** The form of a value: how its bytes are read, and what its numbers are called. */
  enum Form {
    FLAG(""),
    NUMBER(""),
    OBJECT_CLASS("CKO_"),
    CERTIFICATE_TYPE("CKC_"),
    KEY_TYPE("CKK_"),
    MECHANISM("CKM_"),
    MECHANISMS("CKM_"),
    TEXT(""),
    OCTETS(""),
    TEMPLATE("");

    private final String prefix;

    Form(String prefix) {
      this.prefix = prefix;
    }

    /** What the names of its numbers begin with. */
    String prefix() {
      return prefix;
    }
  }

  private final long value;
  private final Form form;

  AttributeType(long value, Form form) {
    this.value = value;
    this.form = form;
  }

  /** The number in the standard. */
  public long value() {
    return value;
  }

  Form form() {
    return form;
  }

  /** Whether the token alone sets it: it can be read and compared, but not be asked for. */
  public boolean isSetByToken() {
    return switch (this) {
      case CKA_LOCAL, CKA_NEVER_EXTRACTABLE, CKA_ALWAYS_SENSITIVE, CKA_KEY_GEN_MECHANISM -> true;
      default -> false;
    };
  }

  static Optional<AttributeType> of(long value) {
    return Arrays.stream(values()).filter(type -> type.value == value).findFirst();
  }
}
