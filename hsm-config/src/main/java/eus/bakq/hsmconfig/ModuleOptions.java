package eus.bakq.hsmconfig;

import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Module;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Of the library that the tokens are reached by. */
final class ModuleOptions {
  @Option(names = "--module", required = true, description = "The PKCS#11 library.")
  private Path module;

  @Option(
      names = "--module-parameters",
      defaultValue = "",
      description = "What the library is told when it starts, if it wants to be told something.")
  private String parameters;

  /**
   * Loads the library.
   *
   * @throws CeremonyRefusedException if there is none such
   */
  Pkcs11Module open() throws CeremonyRefusedException, Pkcs11Exception {
    return UserLogin.open(module, parameters);
  }
}
