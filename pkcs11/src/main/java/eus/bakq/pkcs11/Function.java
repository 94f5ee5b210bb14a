package eus.bakq.pkcs11;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;

/** The functions that are called: their place in CK_FUNCTION_LIST, and their arguments. */
enum Function {
  C_Initialize(0, "P"),
  C_GetInfo(2, "P"),
  C_GetSlotList(4, "BPP"),
  C_GetSlotInfo(5, "LP"),
  C_GetTokenInfo(6, "LP"),
  C_GetMechanismList(7, "LPP"),
  C_GetMechanismInfo(8, "LLP"),
  C_InitToken(9, "LPLP"),
  C_InitPIN(10, "LPL"),
  C_SetPIN(11, "LPLPL"),
  C_OpenSession(12, "LLPPP"),
  C_CloseSession(13, "L"),
  C_GetSessionInfo(15, "LP"),
  C_Login(18, "LLPL"),
  C_Logout(19, "L"),
  C_CreateObject(20, "LPLP"),
  C_CopyObject(21, "LLPLP"),
  C_DestroyObject(22, "LL"),
  C_GetAttributeValue(24, "LLPL"),
  C_SetAttributeValue(25, "LLPL"),
  C_FindObjectsInit(26, "LPL"),
  C_FindObjects(27, "LPLP"),
  C_FindObjectsFinal(28, "L"),
  C_EncryptInit(29, "LPL"),
  C_Encrypt(30, "LPLPP"),
  C_DecryptInit(33, "LPL"),
  C_Decrypt(34, "LPLPP"),
  C_SignInit(42, "LPL"),
  C_Sign(43, "LPLPP"),
  C_GenerateKey(58, "LPPLP"),
  C_GenerateKeyPair(59, "LPPLPLPP"),
  C_WrapKey(60, "LPLLPP"),
  C_UnwrapKey(61, "LPLPLPLP"),
  C_GenerateRandom(64, "LPL");

  /** How many functions CK_FUNCTION_LIST of v2.40 has. */
  static final int IN_LIST = 68;

  private final int place;
  private final String arguments;

  /**
   * @param arguments one letter each: B for CK_BBOOL, L for CK_ULONG, P for a pointer
   */
  Function(int place, String arguments) {
    this.place = place;
    this.arguments = arguments;
  }

  /** The offset of the pointer in CK_FUNCTION_LIST, after the version and its padding. */
  long offset() {
    return 8 + 8L * place;
  }

  int arity() {
    return arguments.length();
  }

  FunctionDescriptor descriptor() {
    return FunctionDescriptor.of(
        ValueLayout.JAVA_LONG,
        arguments.chars().mapToObj(Function::layout).toArray(MemoryLayout[]::new));
  }

  private static MemoryLayout layout(int letter) {
    return switch (letter) {
      case 'B' -> ValueLayout.JAVA_BYTE;
      case 'L' -> ValueLayout.JAVA_LONG;
      case 'P' -> ValueLayout.ADDRESS;
      default -> throw new IllegalArgumentException("no such kind of argument");
    };
  }
}
