package eus.bakq.pkcs11;

import java.util.Arrays;

/** The constants of PKCS#11 v2.40 that are used here, by their names in the standard. */
public enum Constant {
  CKO_DATA(0x0),
  CKO_CERTIFICATE(0x1),
  CKO_PUBLIC_KEY(0x2),
  CKO_PRIVATE_KEY(0x3),
  CKO_SECRET_KEY(0x4),
  CKC_X_509(0x0),
  CKK_RSA(0x0),
  CKK_EC(0x3),
  CKK_GENERIC_SECRET(0x10),
  CKK_AES(0x1F),
  CKM_RSA_PKCS_KEY_PAIR_GEN(0x0),
  CKM_RSA_PKCS(0x1),
  CKM_RSA_X_509(0x3),
  CKM_RSA_PKCS_PSS(0xD),
  CKM_SHA256(0x250),
  CKM_SHA256_HMAC(0x251),
  CKM_SHA384(0x260),
  CKM_SHA512(0x270),
  CKM_GENERIC_SECRET_KEY_GEN(0x350),
  CKM_EC_KEY_PAIR_GEN(0x1040),
  CKM_ECDSA(0x1041),
  CKM_AES_KEY_GEN(0x1080),
  CKM_AES_ECB(0x1081),
  CKM_AES_CBC_PAD(0x1085),
  CKM_AES_KEY_WRAP(0x2109),
  CKM_AES_KEY_WRAP_PAD(0x210A),
  CKG_MGF1_SHA256(0x2),
  CKG_MGF1_SHA384(0x3),
  CKG_MGF1_SHA512(0x4);

  private final long value;

  Constant(long value) {
    this.value = value;
  }

  /** The number in the standard. */
  public long value() {
    return value;
  }

  /** The name of {@code value} among the constants that begin with {@code prefix}, else 0x…. */
  static String nameOf(String prefix, long value) {
    return Arrays.stream(values())
        .filter(constant -> constant.value == value && constant.name().startsWith(prefix))
        .map(Constant::name)
        .findFirst()
        .orElse("0x" + Long.toHexString(value));
  }

  /**
   * The number of {@code name}: one of ours that begins with {@code prefix}, or 0x….
   *
   * @throws IllegalArgumentException if it is neither
   */
  static long valueOf(String prefix, String name) {
    if (name.startsWith("0x")) {
      return Long.parseUnsignedLong(name.substring(2), 16);
    }
    if (!name.startsWith(prefix)) {
      throw new IllegalArgumentException(name + " does not begin with " + prefix);
    }
    return valueOf(name).value;
  }
}
