package eus.bakq.pkcs11;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/**
 * The functions of one loaded module. Safe for several threads, as the module is once initialised
 * with CKF_OS_LOCKING_OK.
 */
// Loading a library and calling into it is what this class is for; the path is configuration.
@SuppressWarnings("restricted")
final class FunctionTable {
  private final Map<Function, MethodHandle> handles;

  private FunctionTable(Map<Function, MethodHandle> handles) {
    this.handles = handles;
  }

  /**
   * Loads {@code library}, which stays loaded as long as the process lives.
   *
   * @throws IllegalArgumentException if it is not a shared library with C_GetFunctionList
   */
  static FunctionTable load(Path library) throws Pkcs11Exception {
    Linker linker = Linker.nativeLinker();
    MemorySegment getFunctionList =
        SymbolLookup.libraryLookup(library, Arena.global())
            .find("C_GetFunctionList")
            .orElseThrow(() -> new IllegalArgumentException(library + " has no C_GetFunctionList"));
    MethodHandle get =
        linker.downcallHandle(
            getFunctionList, FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
    MemorySegment list;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pointer = arena.allocate(ValueLayout.ADDRESS);
      check("C_GetFunctionList", (long) invoke(spread(get, 1), pointer));
      list = pointer.get(ValueLayout.ADDRESS, 0).reinterpret(8 + 8L * Function.IN_LIST);
    }
    Map<Function, MethodHandle> handles = new EnumMap<>(Function.class);
    for (Function function : Function.values()) {
      MemorySegment address = list.get(ValueLayout.ADDRESS, function.offset());
      MethodHandle handle = linker.downcallHandle(address, function.descriptor());
      handles.put(function, spread(handle, function.arity()));
    }
    return new FunctionTable(handles);
  }

  /** Calls {@code function}; each argument is a Byte, Long or MemorySegment, as its letters say. */
  void call(Function function, Object... arguments) throws Pkcs11Exception {
    check(function.name(), (long) invoke(handles.get(function), arguments));
  }

  private static MethodHandle spread(MethodHandle handle, int arity) {
    return handle
        .asSpreader(Object[].class, arity)
        .asType(MethodType.methodType(Object.class, Object[].class));
  }

  private static Object invoke(MethodHandle handle, Object... arguments) {
    try {
      return (Object) handle.invokeExact(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException("a PKCS#11 function could not be called", e);
    }
  }

  private static void check(String function, long code) throws Pkcs11Exception {
    if (code != ReturnCode.CKR_OK.value()) {
      throw new Pkcs11Exception(function, code);
    }
  }
}
