package eus.bakq.hsmconfig;

import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Module;
import eus.bakq.pkcs11.Pkcs11Session;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
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
 * The program with which two officers give the users of tokens new PINs, when somebody may know the
 * old ones (KEY-08). Keys stay as they are. Exit codes: 0 done, 1 refused or failed, 2 wrong
 * arguments.
 */
@Command(
    name = "new-pins",
    mixinStandardHelpOptions = true,
    description = "Gives the users of tokens new PINs, with the secrets of two officers.")
public final class NewPins implements Callable<Integer> {
  @Option(
      names = "--transcript",
      required = true,
      description = "The transcript.json in use, with its signature beside it.")
  private Path transcript;

  @Mixin private OfficerOptions officers;

  @Mixin private ModuleOptions module;

  @Option(
      names = "--token",
      description = "custody, authority or record; may be repeated. Without it: all three.")
  private List<String> roles = List.of();

  @Option(names = "--out", required = true, description = "An empty folder for the PIN files.")
  private Path out;

  @Option(
      names = "--serial",
      description = "ROLE=NUMBER, where several tokens of the module have that role's label.")
  private Map<String, String> serials = Map.of();

  @Spec private CommandSpec spec;

  /** Runs the program and ends the process with its exit code. */
  public static void main(String[] arguments) {
    OfficersProgram.main(new NewPins(), arguments);
  }

  /**
   * Runs the program in this process.
   *
   * @param account gets a line for each token, and the reason if it has no new PIN; never a secret
   * @return the exit code
   */
  public static int execute(PrintWriter account, String... arguments) {
    return OfficersProgram.execute(new NewPins(), account, arguments);
  }

  @Override
  public Integer call() throws IOException, CeremonyRefusedException {
    PrintWriter account = spec.commandLine().getOut();
    try (OfficerSecrets secrets = officers.secrets()) {
      List<Explained> tokens = tokens(SignedTranscript.read(transcript, secrets));
      Pkcs11Module opened = module.open();
      CeremonyFolder folder = CeremonyFolder.empty(out);
      for (Explained token : tokens) {
        renew(opened, token, secrets, folder);
        account.printf(
            "Token '%s' (%s): its user has the PIN in %s.pin, and no other%n",
            token.label(), token.role(), token.role());
        account.flush();
      }
      account.println(
          "Sessions that are open stay open: stop every program that uses these tokens, whoever's"
              + " it is, before servers get the new PINs.");
      return 0;
    } catch (Pkcs11Exception e) {
      account.println(
          "The token failed: "
              + e.getMessage()
              + ". A token of which no line speaks has its old PIN.");
      return 1;
    }
  }

  private List<Explained> tokens(SignedTranscript signed) throws CeremonyRefusedException {
    List<Explained> all = signed.explained();
    for (String role : roles) {
      if (all.stream().noneMatch(token -> token.role().equals(role))) {
        throw new CeremonyRefusedException("--token is custody, authority or record");
      }
    }
    return all.stream().filter(token -> roles.isEmpty() || roles.contains(token.role())).toList();
  }

  /**
   * The file is there before the PIN is in force: a PIN that nobody knows ends every credential.
   */
  private void renew(
      Pkcs11Module opened, Explained token, OfficerSecrets secrets, CeremonyFolder folder)
      throws IOException, Pkcs11Exception, CeremonyRefusedException {
    byte[] securityOfficerPin = secrets.securityOfficerPin(token.label());
    byte[] userPin = UserLogin.randomPin(new SecureRandom());
    try (Pkcs11Session session =
        opened.openReadWriteSession(
            UserLogin.slot(
                opened, token.label(), Optional.ofNullable(serials.get(token.role()))))) {
      var _ = folder.write(token.role() + ".pin", userPin);
      session.loginSecurityOfficer(securityOfficerPin);
      session.initialisePin(userPin);
      session.logout();
      session.login(userPin);
      session.logout();
    } finally {
      Arrays.fill(userPin, (byte) 0);
      Arrays.fill(securityOfficerPin, (byte) 0);
    }
  }
}
