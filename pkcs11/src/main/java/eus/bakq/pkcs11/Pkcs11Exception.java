package eus.bakq.pkcs11;

import java.util.Optional;
import java.util.Set;

/** A PKCS#11 function did not return CKR_OK. Carries which and what, never an argument. */
public final class Pkcs11Exception extends Exception {
  private static final long serialVersionUID = 1L;

  // Measured: SoftHSM2 answers an altered blob or one of another algorithm with the first two,
  // which elsewhere mean that the token is ill. Opening another blob tells the two apart.
  private static final Set<ReturnCode> OF_WRAPPED_KEY =
      Set.of(
          ReturnCode.CKR_GENERAL_ERROR,
          ReturnCode.CKR_FUNCTION_FAILED,
          ReturnCode.CKR_WRAPPED_KEY_INVALID,
          ReturnCode.CKR_WRAPPED_KEY_LEN_RANGE,
          ReturnCode.CKR_ENCRYPTED_DATA_INVALID,
          ReturnCode.CKR_ENCRYPTED_DATA_LEN_RANGE,
          ReturnCode.CKR_KEY_TYPE_INCONSISTENT,
          ReturnCode.CKR_ATTRIBUTE_VALUE_INVALID,
          ReturnCode.CKR_DATA_INVALID);

  private final long value;

  /**
   * @param function the function's name, such as {@code C_Sign}
   * @param value what it returned
   */
  public Pkcs11Exception(String function, long value) {
    super(function + " returned " + name(value));
    this.value = value;
  }

  /** As if {@code function} had returned {@code code}. */
  public Pkcs11Exception(String function, ReturnCode code) {
    this(function, code.value());
  }

  /** The code returned; empty for one that the standard does not know. */
  public Optional<ReturnCode> code() {
    return ReturnCode.of(value);
  }

  /** Whether {@code code} is what was returned. */
  public boolean is(ReturnCode code) {
    return value == code.value();
  }

  /** What may be done about it. A vendor's own code calls for recovery: it may mean anything. */
  public Reaction reaction() {
    return code().map(ReturnCode::reaction).orElse(Reaction.RECOVER);
  }

  /** Of C_UnwrapKey: whether the wrapped key may be at fault for it. */
  public boolean mayBeOfWrappedKey() {
    return code().filter(OF_WRAPPED_KEY::contains).isPresent();
  }

  private static String name(long value) {
    return ReturnCode.of(value).map(ReturnCode::name).orElse("0x" + Long.toHexString(value));
  }
}
