package eus.bakq.hsmconfig;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
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

  @Option(
      names = "--officer-a",
      required = true,
      description = "A file with the first officer's secret, of the ceremony.")
  private Path officerA;

  @Option(
      names = "--officer-b",
      required = true,
      description = "A file with the second officer's secret.")
  private Path officerB;

  @Option(
      names = "--agree",
      description = "The number of the last record that stays. Without it nothing is signed.")
  private Optional<Long> agreed = Optional.empty();

  @Spec private CommandSpec spec;

  /** Runs the program and ends the process with its exit code. */
  public static void main(String[] arguments) {
    PrintWriter account = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    System.exit(execute(account, arguments));
  }

  /**
   * Runs the program in this process.
   *
   * @param account gets what the server found, and what was done; never a secret
   * @return the exit code
   */
  public static int execute(PrintWriter account, String... arguments) {
    return new CommandLine(new Reconcile()).setOut(account).setErr(account).execute(arguments);
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter account = spec.commandLine().getOut();
    try (OfficerSecrets secrets = OfficerSecrets.read(officerA, officerB)) {
      RefusedDatabase found = RefusedDatabase.read(refused);
      var _ = SignedTranscript.bytes(transcript, secrets);
      found.show(account);
      if (agreed.isEmpty()) {
        account.println("Nothing was signed. To agree: --agree " + found.lastThatStays());
      } else {
        Path signature = found.sign(secrets, agreed.get());
        account.println("Signed by both officers together, in " + signature.getFileName());
      }
      account.flush();
      return 0;
    } catch (CeremonyRefusedException e) {
      account.println("Refused: " + e.getMessage());
      account.flush();
      return 1;
    }
  }
}
