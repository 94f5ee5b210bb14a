package eus.bakq.pkcs11;

import java.util.Arrays;

/** Who is logged in, and what the session may do (CKS_…). */
public enum SessionState {
  READ_ONLY_PUBLIC(0),
  READ_ONLY_USER(1),
  READ_WRITE_PUBLIC(2),
  READ_WRITE_USER(3),
  READ_WRITE_SECURITY_OFFICER(4);

  private final long value;

  SessionState(long value) {
    this.value = value;
  }

  /** The state with this number in the standard. */
  static SessionState of(long value) throws Pkcs11Exception {
    return Arrays.stream(values())
        .filter(state -> state.value == value)
        .findFirst()
        .orElseThrow(() -> new Pkcs11Exception("C_GetSessionInfo", ReturnCode.CKR_GENERAL_ERROR));
  }
}
