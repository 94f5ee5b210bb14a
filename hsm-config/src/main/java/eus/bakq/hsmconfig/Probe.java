package eus.bakq.hsmconfig;

import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Module;
import eus.bakq.pkcs11.Pkcs11Session;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The program that finds out whether a token would keep citizens' keys in, before a ceremony is
 * held in it: with throw-away keys, of which none stays. The thefts are those that the server tries
 * before it uses a token. Exit codes: 0 it would, 1 it would not or does not answer, 2 wrong
 * arguments.
 */
@Command(
    name = "probe",
    mixinStandardHelpOptions = true,
    description = "Tries what a thief with the PIN would try, on throw-away keys of a token.")
public final class Probe implements Callable<Integer> {
  @Option(names = "--plan", required = true, description = "The reviewed file of keys.")
  private Path plan;

  @Option(
      names = "--profile",
      required = true,
      description = "The reviewed file on this kind of module, of the folder profiles.")
  private Path profile;

  @Mixin private ModuleOptions module;

  @Option(names = "--label", required = true, description = "The token's label.")
  private String label;

  @Option(
      names = "--pin-file",
      required = true,
      description = "A file with the user's PIN. It is tried once.")
  private Path pinFile;

  @Spec private CommandSpec spec;

  /** Runs the program and ends the process with its exit code. */
  public static void main(String[] arguments) {
    OfficersProgram.main(new Probe(), arguments);
  }

  /**
   * Runs the program in this process.
   *
   * @param account gets a line for each check; never a secret
   * @return the exit code
   */
  public static int execute(PrintWriter account, String... arguments) {
    return OfficersProgram.execute(new Probe(), account, arguments);
  }

  @Override
  public Integer call() throws IOException, CeremonyRefusedException, Pkcs11Exception {
    PrintWriter account = spec.commandLine().getOut();
    List<WrappingProbe.Finding> findings = findings();
    findings.forEach(
        finding ->
            account.printf(
                "%s  %-45s %s%n",
                finding.passed() ? "ok     " : "REFUSED", finding.check(), finding.reason()));
    long refused = findings.stream().filter(finding -> !finding.passed()).count();
    account.println(
        refused == 0
            ? "This token keeps citizens' keys in."
            : "This token is not to be used: " + refused + " checks failed.");
    return refused == 0 ? 0 : 1;
  }

  private List<WrappingProbe.Finding> findings()
      throws IOException, CeremonyRefusedException, Pkcs11Exception {
    KeyPlan wrapping =
        CeremonyPlan.read(plan).tokens().stream()
            .flatMap(token -> token.keys().stream())
            .filter(key -> key.use() == KeyUse.WRAPPING)
            .findFirst()
            .orElseThrow(() -> new CeremonyRefusedException("the plan has no wrapping key"));
    ModuleProfile known = ModuleProfile.read(profile);
    if (known.wrapMechanism() != wrapping.mechanism()) {
      throw new CeremonyRefusedException("the plan's mechanism is not the one of the profile");
    }
    Pkcs11Module opened = module.open();
    long slot = UserLogin.slot(opened, label, Optional.empty());
    try (Pkcs11Session session = opened.openSession(slot)) {
      UserLogin.logIn(session, pinFile);
      try {
        return new WrappingProbe(opened, slot, known, wrapping.attributes()).run();
      } finally {
        session.logout();
      }
    }
  }
}
