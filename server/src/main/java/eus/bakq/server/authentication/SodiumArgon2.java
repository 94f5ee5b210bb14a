package eus.bakq.server.authentication;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Argon2id (version 1.3, one lane) of libsodium, the fastest of three that were measured (64 MiB,
 * three passes, one core of a shared machine: libsodium 1.0.18 75 to 145 ms, libargon2 175 to 310
 * ms, Bouncy Castle 1.84 265 to 370 ms): an attacker who guesses uses a fast one too, so a slow one
 * here would only waste our time.
 *
 * <p>Safe for several threads. Its memory lies outside the Java heap and is given back to the
 * system after each call.
 */
final class SodiumArgon2 {
  static final int SALT_SIZE = 16;
  static final int RESULT_SIZE = 32;

  private static final String LIBRARY = "libsodium.so.23";
  private static final int ALGORITHM_ARGON2ID13 = 2;

  private final MethodHandle function;

  private SodiumArgon2(MethodHandle function) {
    this.function = function;
  }

  /**
   * Loads the library, for the life of the process.
   *
   * @throws IllegalStateException if it is not installed or does not start; says what to install
   */
  @SuppressWarnings("restricted") // a foreign function is what this class is for
  static SodiumArgon2 load() {
    SymbolLookup library;
    try {
      library = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(
          LIBRARY + " is missing: install libsodium (Debian and Ubuntu: package libsodium23)", e);
    }
    Linker linker = Linker.nativeLinker();
    MethodHandle start =
        linker.downcallHandle(
            library.findOrThrow("sodium_init"), FunctionDescriptor.of(ValueLayout.JAVA_INT));
    MethodHandle function =
        linker.downcallHandle(
            library.findOrThrow("crypto_pwhash"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT));
    if (call(() -> (int) start.invokeExact()) < 0) {
      throw new IllegalStateException("libsodium does not start");
    }
    return new SodiumArgon2(function);
  }

  /**
   * The hash: 32 bytes, secret, which belong to the caller.
   *
   * @param salt 16 bytes
   * @throws OutOfMemoryError if the system does not give the memory
   */
  byte[] hash(byte[] password, byte[] salt, int memoryKibibytes, int iterations) {
    if (salt.length != SALT_SIZE) {
      throw new IllegalArgumentException("a salt has 16 bytes");
    }
    try (Arena arena = Arena.ofConfined()) {
      // One byte more, because an empty segment has no address that C may be given.
      MemorySegment nativePassword = arena.allocate(password.length + 1L);
      MemorySegment nativeSalt = arena.allocateFrom(ValueLayout.JAVA_BYTE, salt);
      MemorySegment result = arena.allocate(RESULT_SIZE);
      try {
        MemorySegment.copy(password, 0, nativePassword, ValueLayout.JAVA_BYTE, 0, password.length);
        int returned =
            call(
                () ->
                    (int)
                        function.invokeExact(
                            result,
                            (long) RESULT_SIZE,
                            nativePassword,
                            (long) password.length,
                            nativeSalt,
                            (long) iterations,
                            memoryKibibytes * 1024L,
                            ALGORITHM_ARGON2ID13));
        if (returned != 0) {
          throw new OutOfMemoryError("no memory for Argon2id");
        }
        return result.toArray(ValueLayout.JAVA_BYTE);
      } finally {
        nativePassword.fill((byte) 0);
        result.fill((byte) 0);
      }
    }
  }

  /** A call of a foreign function, which declares to throw anything and throws nothing. */
  @FunctionalInterface
  private interface ForeignCall {
    int invoke() throws Throwable;
  }

  private static int call(ForeignCall call) {
    try {
      return call.invoke();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a foreign function threw", e);
    }
  }
}
