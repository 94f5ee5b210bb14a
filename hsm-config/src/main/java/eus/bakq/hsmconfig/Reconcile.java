package eus.bakq.hsmconfig;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The program with which two officers say that a database goes on from an older state than its
 * anchors: shows what the server found, and signs it once they have named the last record that
 * stays. Exit codes: 0 shown or signed, 1 refused or failed, 2 wrong arguments.
 */
@Command(
    name = "reconcile",
    mixinStandardHelpOptions = true,
    description = "Shows what a server found wrong with its database; signs it for two officers.")
public final class Reconcile implements Callable<Integer> {
  @Option(
      names = "--refused",
      required = true,
      description = "The file that the server wrote beside its anchor: its name and .refused.")
  private Path refused;

  @Option(
      names = "--transcript",
      required = true,
      description = "The ceremony's transcript.json, with its signature beside it.")
  private Path transcript;

  @Mixin private OfficerOptions officers;

  @Option(
      names = "--agree",
      description = "The number of the last record that stays. Without it nothing is signed.")
  private Optional<Long> agreed = Optional.empty();

  @Spec private CommandSpec spec;

  /** Runs the program and ends the process with its exit code. */
  public static void main(String[] arguments) {
    OfficersProgram.main(new Reconcile(), arguments);
  }

  /**
   * Runs the program in this process.
   *
   * @param account gets what the server found, and what was done; never a secret
   * @return the exit code
   */
  public static int execute(PrintWriter account, String... arguments) {
    return OfficersProgram.execute(new Reconcile(), account, arguments);
  }

  @Override
  public Integer call() throws IOException, CeremonyRefusedException {
    PrintWriter account = spec.commandLine().getOut();
    try (OfficerSecrets secrets = officers.secrets()) {
      RefusedDatabase found = RefusedDatabase.read(refused);
      var _ = SignedTranscript.bytes(transcript, secrets);
      found.show(account);
      if (agreed.isEmpty()) {
        account.println("Nothing was signed. To agree: --agree " + found.lastThatStays());
      } else {
        Path signature = found.sign(secrets, agreed.get());
        account.println("Signed by both officers together, in " + signature.getFileName());
      }
      return 0;
    }
  }
}
