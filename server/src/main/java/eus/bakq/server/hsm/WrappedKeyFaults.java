package eus.bakq.server.hsm;

import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.ReturnCode;
import java.util.Set;

/** Which failures of C_UnwrapKey the blob may be at fault for. */
final class WrappedKeyFaults {
  // Measured: SoftHSM2 answers an altered blob or one of another algorithm with the first two,
  // which elsewhere mean that the token is ill. Opening the canary tells the two apart.
  private static final Set<ReturnCode> OF_BLOB =
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

  private WrappedKeyFaults() {}

  static boolean mayBeOfBlob(Pkcs11Exception failure) {
    return failure.code().filter(OF_BLOB::contains).isPresent();
  }
}
