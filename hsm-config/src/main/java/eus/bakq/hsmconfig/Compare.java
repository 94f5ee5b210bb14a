package eus.bakq.hsmconfig;

import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Module;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.TokenDescription;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The program that compares tokens with the transcript of their ceremony, and names all that it
 * does not explain: for an officer who suspects something, or before an audit. It changes nothing,
 * and servers may go on meanwhile. Exit codes: 0 all is explained, 1 something is not or a token
 * does not answer, 2 wrong arguments.
 */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = "Names everything in tokens that a signed transcript does not explain.")
public final class Compare implements Callable<Integer> {
  @Option(
      names = "--transcript",
      required = true,
      description = "The transcript.json in use, with its signature beside it.")
  private Path transcript;

  @Option(
      names = "--officers-key",
      required = true,
      description =
          "The transcript.pub that was kept since the ceremony: not one that came with the"
              + " transcript.")
  private Path officersKey;

  @Mixin private ModuleOptions module;

  @Option(
      names = "--pins",
      required = true,
      description = "A folder with custody.pin, authority.pin and record.pin. Each is tried once.")
  private Path pins;

  @Option(
      names = "--serial",
      description = "ROLE=NUMBER, where several tokens of the module have that role's label.")
  private Map<String, String> serials = Map.of();

  @Spec private CommandSpec spec;

  /** Runs the program and ends the process with its exit code. */
  public static void main(String[] arguments) {
    OfficersProgram.main(new Compare(), arguments);
  }

  /**
   * Runs the program in this process.
   *
   * @param account gets a line for each thing in each token; never a secret
   * @return the exit code
   */
  public static int execute(PrintWriter account, String... arguments) {
    return OfficersProgram.execute(new Compare(), account, arguments);
  }

  @Override
  public Integer call() throws IOException, CeremonyRefusedException {
    PrintWriter account = spec.commandLine().getOut();
    SignedTranscript signed = SignedTranscript.verified(transcript, officersKey);
    Pkcs11Module opened;
    try {
      opened = module.open();
    } catch (Pkcs11Exception e) {
      account.println("The module failed: " + e.getMessage());
      return 1;
    }
    boolean sound = true;
    for (Explained token : signed.explained()) {
      sound &= compare(opened, token, account);
    }
    account.println(
        sound
            ? "The transcript explains everything in these tokens."
            : "Not everything is as the transcript says: docs/runbooks/suspected-compromise.md");
    return sound ? 0 : 1;
  }

  private boolean compare(Pkcs11Module opened, Explained token, PrintWriter account)
      throws IOException {
    account.printf("%s, '%s'%n", token.role(), token.label());
    try {
      long slot =
          UserLogin.slot(opened, token.label(), Optional.ofNullable(serials.get(token.role())));
      TokenDescription present = opened.token(slot);
      if (!present.serial().equals(token.serial())) {
        account.printf(
            "  serial number %s; the ceremony's token has %s: this is a copy of it, or another%n",
            present.serial(), token.serial());
      }
      List<TokenComparison.Finding> findings = findings(opened, slot, token);
      int width = TokenComparison.width();
      findings.forEach(
          finding ->
              account.printf("  %-" + width + "s  %s%n", finding.standing(), finding.what()));
      return TokenComparison.isSound(findings);
    } catch (CeremonyRefusedException e) {
      account.println("  Refused: " + e.getMessage());
    } catch (Pkcs11Exception e) {
      account.println("  The token failed: " + e.getMessage());
    }
    return false;
  }

  private List<TokenComparison.Finding> findings(Pkcs11Module opened, long slot, Explained token)
      throws IOException, CeremonyRefusedException, Pkcs11Exception {
    try (Pkcs11Session session = opened.openSession(slot)) {
      UserLogin.logIn(session, pins.resolve(token.role() + ".pin"));
      try {
        return new TokenComparison(session, token).run();
      } finally {
        session.logout();
      }
    }
  }
}
