package eus.bakq.hsmconfig;

import eus.bakq.pkcs11.Pkcs11Exception;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The program that two officers run once: makes the tokens of a reviewed plan and writes a signed
 * transcript. Exit codes: 0 done, 1 refused or failed, 2 wrong arguments.
 */
@Command(
    name = "ceremony",
    mixinStandardHelpOptions = true,
    description = "Makes the tokens of a reviewed plan, with the secrets of two officers.")
public final class Ceremony implements Callable<Integer> {
  @Option(names = "--plan", required = true, description = "The reviewed file of keys.")
  private Path plan;

  @Option(names = "--module", required = true, description = "The PKCS#11 library.")
  private Path module;

  @Option(
      names = "--officer-a",
      required = true,
      description = "A file with the first officer's secret, 20 bytes or more.")
  private Path officerA;

  @Option(
      names = "--officer-b",
      required = true,
      description = "A file with the second officer's secret, another one.")
  private Path officerB;

  @Option(
      names = "--out",
      required = true,
      description = "An empty folder for PIN files and transcript.")
  private Path out;

  @Spec private CommandSpec spec;

  /** Runs the program and ends the process with its exit code. */
  public static void main(String[] arguments) {
    OfficersProgram.main(new Ceremony(), arguments);
  }

  /**
   * Runs the program in this process.
   *
   * @param account gets a numbered account of what happens, and the reason if it does not; never a
   *     secret
   * @return the exit code
   */
  public static int execute(PrintWriter account, String... arguments) {
    return OfficersProgram.execute(new Ceremony(), account, arguments);
  }

  @Override
  public Integer call()
      throws CeremonyRefusedException, IOException, GeneralSecurityException, Pkcs11Exception {
    new KeyCeremony(Clock.systemUTC(), new SecureRandom(), spec.commandLine().getOut())
        .run(new KeyCeremony.Inputs(plan, module, officerA, officerB, out));
    return 0;
  }
}
