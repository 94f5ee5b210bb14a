package eus.bakq.server.hsm;

import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Module;
import java.nio.file.Path;

/**
 * The PKCS#11 library of a partition, loaded and initialised when it is first needed: some cannot
 * be while their HSM is away. Never finalised. Safe for several threads.
 */
final class PartitionModule {
  private final Path library;
  private Pkcs11Module module;

  PartitionModule(Path library) {
    this.library = library;
  }

  /** The file. */
  Path library() {
    return library;
  }

  /**
   * The module, ready to be called.
   *
   * @throws HsmRefusedException if it cannot be loaded now
   */
  synchronized Pkcs11Module get() {
    if (module == null) {
      try {
        module = Pkcs11Module.open(library);
      } catch (Pkcs11Exception | IllegalArgumentException e) {
        throw new HsmRefusedException("module", "", "can be loaded", e);
      }
    }
    return module;
  }
}
