package eus.bakq.cli;

import io.grpc.StatusRuntimeException;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The {@code bakq} command. */
@Command(
    name = "bakq",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    version = "bakq 0.1.0",
    description = "Sign remotely with BakQ: as a sede, registration officer, citizen or auditor.",
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:refused, or failed for good",
      "2:wrong arguments or values",
      "3:not available now; try again"
    })
public final class Bakq {
  @Option(
      names = "--connection",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:BAKQ_CONNECTION}",
      description = "Where the server is and as whom to call it (default: $$BAKQ_CONNECTION).")
  private Path connection;

  private Bakq() {}

  /**
   * Runs one command and exits with its code. Unless both input and output are a terminal, answers
   * are lines of standard input, whose echo is the caller's affair.
   */
  @SuppressWarnings("SystemConsoleNull") // it is null again since JDK 25 where there is no terminal
  public static void main(String[] arguments) {
    // A command needs no native transport, and loading one makes the JVM print a warning.
    System.setProperty("io.grpc.netty.shaded.io.netty.transport.noNative", "true");
    Console console = System.console();
    Terminal terminal =
        console != null && console.isTerminal()
            ? new ConsoleTerminal(console)
            : new StreamTerminal(
                new FileInputStream(FileDescriptor.in),
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    System.exit(run(terminal, TlsChannels::new, arguments));
  }

  /**
   * Runs one command.
   *
   * @param connecting makes the channels of a connection file, which is read when it is needed
   * @return the exit code
   */
  static int run(
      Terminal terminal,
      Function<Supplier<ConnectionFile>, Channels> connecting,
      String... arguments) {
    Bakq bakq = new Bakq();
    try (Channels channels = connecting.apply(bakq::connectionFile)) {
      Caller caller = new Caller(terminal, channels, Clock.systemUTC(), new SecureRandom());
      int exitCode = commands(bakq, caller).execute(arguments);
      terminal.out().flush();
      terminal.err().flush();
      return exitCode;
    }
  }

  private static CommandLine commands(Bakq bakq, Caller caller) {
    CommandLine commands =
        new CommandLine(bakq)
            .addSubcommand(new CommandLine(new SedeCommand(caller)))
            .addSubcommand(new CommandLine(new RegistrationCommand(caller)))
            .addSubcommand(new ActivateCommand(caller))
            .addSubcommand(new AuthoriseCommand(caller))
            .addSubcommand(new PasswordCommand(caller))
            .addSubcommand(MessagesCommand.phone(caller))
            .addSubcommand(MessagesCommand.mailbox(caller))
            .addSubcommand(new CommandLine(new AuditCommand(caller)))
            .addSubcommand(new SelfTestCommand(caller, bakq::connectionFile));
    Terminal terminal = caller.terminal();
    return commands
        .setOut(terminal.out())
        .setErr(terminal.err())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setColorScheme(
            CommandLine.Help.defaultColorScheme(
                terminal.isInteractive() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF))
        .setExecutionExceptionHandler((failure, line, result) -> explain(terminal, failure));
  }

  /** One sentence, never a stack. */
  private static int explain(Terminal terminal, Exception failure) {
    return switch (failure) {
      case FailedException failed -> {
        terminal.err().println("bakq: " + failed.getMessage());
        yield failed.exitCode();
      }
      case StatusRuntimeException ended -> {
        terminal.err().println("bakq: " + Sentences.of(ended));
        yield Sentences.exitCode(ended);
      }
      default -> {
        terminal
            .err()
            .println("bakq: This program has a fault (" + failure.getClass().getName() + ").");
        yield FailedException.REFUSED;
      }
    };
  }

  private ConnectionFile connectionFile() {
    if (connection == null || connection.toString().isEmpty()) {
      throw FailedException.usage(
          "Say where the server is: --connection FILE, or set BAKQ_CONNECTION to it.");
    }
    return ConnectionFile.read(connection);
  }
}
