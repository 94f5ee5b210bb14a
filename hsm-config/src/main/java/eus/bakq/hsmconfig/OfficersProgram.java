package eus.bakq.hsmconfig;

import eus.bakq.pkcs11.Pkcs11Exception;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/**
 * How each program of this module runs. What a rule refuses, and what a token does not do, is one
 * line and the exit code 1; wrong arguments are the exit code 2.
 */
final class OfficersProgram {
  private OfficersProgram() {}

  /** Runs a command with the account on standard output, and ends the process. */
  static void main(Object command, String... arguments) {
    PrintWriter account = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    System.exit(execute(command, account, arguments));
  }

  /**
   * Runs a command in this process.
   *
   * @param account gets what the command says, and the reason if it does not do it
   * @return the exit code
   */
  static int execute(Object command, PrintWriter account, String... arguments) {
    int exitCode =
        new CommandLine(command)
            .setOut(account)
            .setErr(account)
            .setExecutionExceptionHandler(OfficersProgram::tell)
            .execute(arguments);
    account.flush();
    return exitCode;
  }

  private static int tell(Exception failure, CommandLine command, ParseResult parsed)
      throws Exception {
    PrintWriter account = command.getOut();
    switch (failure) {
      case CeremonyRefusedException refused -> account.println("Refused: " + refused.getMessage());
      case Pkcs11Exception failed -> account.println("The token failed: " + failed.getMessage());
      default -> throw failure;
    }
    return 1;
  }
}
