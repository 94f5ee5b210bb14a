package eus.bakq.pkcs11;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A PKCS#11 module, loaded and initialised with locking of its own. It is never finalised: another
 * user of the same library in this process, such as SunPKCS11, would lose its keys. Safe for
 * several threads.
 */
public final class Pkcs11Module {
  private static final long CKF_OS_LOCKING_OK = 0x2;
  private static final long CKF_RW_SESSION = 0x2;
  private static final long CKF_SERIAL_SESSION = 0x4;
  private static final long CKF_TOKEN_INITIALIZED = 0x400;
  private static final int LABEL_SIZE = 32;
  private static final int MAXIMUM_LIST = 4096;

  private final FunctionTable functions;

  private Pkcs11Module(FunctionTable functions) {
    this.functions = functions;
  }

  /**
   * Loads {@code library} and initialises it; that it was initialised before in this process is
   * success.
   *
   * @throws IllegalArgumentException if it is not a PKCS#11 module
   */
  public static Pkcs11Module open(Path library) throws Pkcs11Exception {
    return open(library, "");
  }

  /**
   * As {@link #open(Path)}, of a module that is told something when it is initialised.
   *
   * @param parameters goes to it as pReserved, as text; nothing does if it is empty
   */
  public static Pkcs11Module open(Path library, String parameters) throws Pkcs11Exception {
    FunctionTable functions = FunctionTable.load(library);
    try (Scratch scratch = new Scratch()) {
      MemorySegment arguments = scratch.bytes(48);
      arguments.set(ValueLayout.JAVA_LONG, 32, CKF_OS_LOCKING_OK);
      if (!parameters.isEmpty()) {
        byte[] text = (parameters + '\0').getBytes(StandardCharsets.UTF_8);
        arguments.set(ValueLayout.ADDRESS, 40, scratch.copy(text));
      }
      functions.call(Function.C_Initialize, arguments);
    } catch (Pkcs11Exception e) {
      if (!e.is(ReturnCode.CKR_CRYPTOKI_ALREADY_INITIALIZED)) {
        throw e;
      }
    }
    return new Pkcs11Module(functions);
  }

  /** What the module says of itself. */
  public LibraryDescription describe() throws Pkcs11Exception {
    try (Scratch scratch = new Scratch()) {
      MemorySegment description = scratch.bytes(88);
      functions.call(Function.C_GetInfo, description);
      String version =
          description.get(ValueLayout.JAVA_BYTE, 80)
              + "."
              + description.get(ValueLayout.JAVA_BYTE, 81);
      return new LibraryDescription(text(description, 2, 32), text(description, 48, 32), version);
    }
  }

  /** The tokens present, one for each slot that has one, also those not yet initialised. */
  public List<TokenDescription> tokens() throws Pkcs11Exception {
    List<TokenDescription> tokens = new ArrayList<>();
    for (long slot : slotsWithToken()) {
      tokens.add(token(slot));
    }
    return tokens;
  }

  /** The token in {@code slot}. */
  public TokenDescription token(long slot) throws Pkcs11Exception {
    try (Scratch scratch = new Scratch()) {
      MemorySegment token = scratch.bytes(208);
      functions.call(Function.C_GetTokenInfo, slot, token);
      return new TokenDescription(
          slot,
          text(token, 0, LABEL_SIZE),
          text(token, 32, 32),
          text(token, 64, 16),
          text(token, 80, 16),
          (token.get(ValueLayout.JAVA_LONG, 96) & CKF_TOKEN_INITIALIZED) != 0,
          token.get(ValueLayout.JAVA_LONG, 144),
          token.get(ValueLayout.JAVA_LONG, 136));
    }
  }

  /** What the reader of {@code slot} says of itself. */
  public String describeSlot(long slot) throws Pkcs11Exception {
    try (Scratch scratch = new Scratch()) {
      MemorySegment description = scratch.bytes(112);
      functions.call(Function.C_GetSlotInfo, slot, description);
      return text(description, 0, 64);
    }
  }

  /** The numbers (CKM_…) of what the token in {@code slot} can do. */
  public List<Long> mechanisms(long slot) throws Pkcs11Exception {
    try (Scratch scratch = new Scratch()) {
      MemorySegment count = scratch.number(0);
      functions.call(Function.C_GetMechanismList, slot, MemorySegment.NULL, count);
      MemorySegment list = scratch.bytes(8L * boundedCount(count));
      functions.call(Function.C_GetMechanismList, slot, list, count);
      return numbers(list, boundedCount(count));
    }
  }

  /** What the token in {@code slot} can do with {@code mechanism}. */
  public MechanismDescription mechanism(long slot, Constant mechanism) throws Pkcs11Exception {
    try (Scratch scratch = new Scratch()) {
      MemorySegment description = scratch.bytes(24);
      functions.call(Function.C_GetMechanismInfo, slot, mechanism.value(), description);
      return new MechanismDescription(
          description.get(ValueLayout.JAVA_LONG, 0),
          description.get(ValueLayout.JAVA_LONG, 8),
          description.get(ValueLayout.JAVA_LONG, 16));
    }
  }

  /**
   * Makes an empty token in {@code slot}; one that was there is gone with all its keys.
   *
   * @param label at most 32 bytes in UTF-8
   */
  public void initialiseToken(long slot, byte[] securityOfficerPin, String label)
      throws Pkcs11Exception {
    byte[] padded = new byte[LABEL_SIZE];
    Arrays.fill(padded, (byte) ' ');
    byte[] bytes = label.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > LABEL_SIZE) {
      throw new IllegalArgumentException("a token's label has at most 32 bytes");
    }
    System.arraycopy(bytes, 0, padded, 0, bytes.length);
    try (Scratch scratch = new Scratch()) {
      functions.call(
          Function.C_InitToken,
          slot,
          scratch.copy(securityOfficerPin),
          (long) securityOfficerPin.length,
          scratch.copy(padded));
    }
  }

  /** A session that can use what is in the token, and keep objects for as long as it is open. */
  public Pkcs11Session openSession(long slot) throws Pkcs11Exception {
    return open(slot, CKF_SERIAL_SESSION);
  }

  /** A session that can also change what is in the token. */
  public Pkcs11Session openReadWriteSession(long slot) throws Pkcs11Exception {
    return open(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION);
  }

  private Pkcs11Session open(long slot, long flags) throws Pkcs11Exception {
    try (Scratch scratch = new Scratch()) {
      MemorySegment handle = scratch.number(0);
      functions.call(
          Function.C_OpenSession, slot, flags, MemorySegment.NULL, MemorySegment.NULL, handle);
      return new Pkcs11Session(functions, handle.get(ValueLayout.JAVA_LONG, 0));
    }
  }

  private List<Long> slotsWithToken() throws Pkcs11Exception {
    try (Scratch scratch = new Scratch()) {
      MemorySegment count = scratch.number(0);
      byte withToken = 1;
      functions.call(Function.C_GetSlotList, withToken, MemorySegment.NULL, count);
      MemorySegment list = scratch.bytes(8L * boundedCount(count));
      functions.call(Function.C_GetSlotList, withToken, list, count);
      return numbers(list, boundedCount(count));
    }
  }

  private static int boundedCount(MemorySegment count) throws Pkcs11Exception {
    long value = count.get(ValueLayout.JAVA_LONG, 0);
    if (value < 0 || value > MAXIMUM_LIST) {
      throw new Pkcs11Exception("a list of the module", ReturnCode.CKR_BUFFER_TOO_SMALL);
    }
    return (int) value;
  }

  private static List<Long> numbers(MemorySegment list, int count) {
    List<Long> numbers = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      numbers.add(list.getAtIndex(ValueLayout.JAVA_LONG, i));
    }
    return numbers;
  }

  private static String text(MemorySegment structure, long offset, long size) {
    byte[] bytes = structure.asSlice(offset, size).toArray(ValueLayout.JAVA_BYTE);
    return new String(bytes, StandardCharsets.UTF_8).stripTrailing();
  }
}
