package eus.bakq.hsmconfig;

import eus.bakq.pkcs11.Pkcs11Exception;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/**
 * How each program of this module runs. What a rule refuses, what a token does not do, and a file
 * that cannot be read or written, is one line and the exit code 1; wrong arguments are the exit
 * code 2.
 */
final class OfficersProgram {
  private static final String MEND =
      "Mend that, and run the program again: what was said to be done before this line is done.";

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
      case FileSystemException failed ->
          account.printf(
              "The file %s cannot be used: %s. %s%n", failed.getFile(), why(failed), MEND);
      case IOException failed ->
          account.printf("Reading or writing a file failed: %s. %s%n", failed.getMessage(), MEND);
      default -> throw failure;
    }
    return 1;
  }

  private static String why(FileSystemException failure) {
    return switch (failure) {
      case NoSuchFileException _ -> "it is not there";
      case AccessDeniedException _ -> "who runs this program may not read it, or not write it";
      case FileAlreadyExistsException _ -> "it is there already, and is no folder";
      default -> Optional.ofNullable(failure.getReason()).orElse("the system does not say why");
    };
  }
}
