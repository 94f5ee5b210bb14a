package eus.bakq.pkcs11;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A mechanism (CKM_…) and its parameter, if it has one. Immutable. */
public final class Mechanism {
  private final long type;
  private final byte[] parameter;

  private Mechanism(long type, byte[] parameter) {
    this.type = type;
    this.parameter = parameter;
  }

  /** Without parameter: NULL and 0. */
  public static Mechanism of(Constant type) {
    return new Mechanism(type.value(), new byte[0]);
  }

  /** By its number, with {@code parameter} as the bytes in memory; none if it is empty. */
  public static Mechanism of(long type, byte[] parameter) {
    return new Mechanism(type, parameter.clone());
  }

  /**
   * RSASSA-PSS over a hash (CK_RSA_PKCS_PSS_PARAMS).
   *
   * @param digest of the hash, such as CKM_SHA256
   * @param mask such as CKG_MGF1_SHA256
   * @param saltSize in bytes
   */
  public static Mechanism pss(Constant digest, Constant mask, int saltSize) {
    ByteBuffer parameters = ByteBuffer.allocate(24).order(ByteOrder.nativeOrder());
    parameters.putLong(digest.value());
    parameters.putLong(mask.value());
    parameters.putLong(saltSize);
    return new Mechanism(Constant.CKM_RSA_PKCS_PSS.value(), parameters.array());
  }

  long type() {
    return type;
  }

  byte[] parameter() {
    return parameter;
  }
}
