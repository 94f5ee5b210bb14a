package eus.bakq.cli;

import eus.bakq.relyingparty.v1.SignatureRequest;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Attacks a running server through its doors, as an auditor or an officer before a release may, and
 * says what happened. docs/self-test.md says what is tried, and what is needed for it.
 */
@Command(
    name = "self-test",
    description = {
      "As an auditor: attack a running demo or test server, and see that nothing gets through.",
      "Needs a connection file with the doors, a sede and an auditor; a second sede; and an active"
          + " test citizen, of whom it uses up four codes. It cancels what it asked for."
    },
    exitCodeList = {
      "0:every attack was refused as it must be, and every check held",
      "1:something got through, or ended otherwise than it must",
      "2:the test could not be made, or not to its end"
    })
final class SelfTestCommand implements Callable<Integer> {
  private static final int MOST_PASSWORD_BYTES = 512;

  @Option(
      names = "--other-sede",
      required = true,
      paramLabel = "FILE",
      description = "A connection file with the certificate of another registered sede.")
  private Path otherSede;

  @Option(
      names = "--dni",
      required = true,
      paramLabel = "DNI",
      description = "The test citizen, who has BakQ active.")
  private String dni;

  @Option(
      names = "--mobile",
      paramLabel = "NUMBER",
      defaultValue = "",
      description = "The test citizen's phone at a demo server; else codes are asked for.")
  private String mobile;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "The test citizen's password; else it is asked for.")
  private Path passwordFile;

  @Option(
      names = "--code-gap",
      paramLabel = "SECONDS",
      defaultValue = "31",
      description =
          "How long to wait between two codes: longer than the server's authentication.codeGap"
              + " (default: ${DEFAULT-VALUE}).")
  private int codeGap;

  @Option(names = "--json", description = "Print as JSON, at the end.")
  private boolean json;

  private final Caller caller;
  private final Supplier<ConnectionFile> connection;

  SelfTestCommand(Caller caller, Supplier<ConnectionFile> connection) {
    this.caller = caller;
    this.connection = connection;
  }

  @Override
  public Integer call() {
    SelfTestReport report = new SelfTestReport(line -> say(line.text()));
    if (codeGap < 0) {
      throw FailedException.usage("--code-gap is 0 or more.");
    }
    String person = dni.replaceAll("[\\s-]", "").toUpperCase(java.util.Locale.ROOT);
    try (TestDoors doors = new TestDoors(connection.get(), ConnectionFile.read(otherSede));
        Secret password = password()) {
      SelfTestTarget target =
          new SelfTestTarget(
              doors,
              new SelfTestTarget.Citizen(
                  person, password, codes(doors), Duration.ofSeconds(codeGap)),
              caller.clock(),
              caller.random());
      attack(target, report);
    }
    say("");
    say(report.summary());
    if (json) {
      caller.terminal().out().println(SedeCommand.json(report.json()));
    }
    caller.terminal().out().flush();
    return report.exitCode();
  }

  /** Whatever ends the attacks early, what was asked is cleaned up, and what was seen is told. */
  private void attack(SelfTestTarget target, SelfTestReport report) {
    try {
      attacks(target, report);
    } catch (FailedException e) {
      report.endEarly(e.getMessage());
    } catch (StatusRuntimeException e) {
      report.endEarly("A sound call was refused. " + Sentences.of(e));
    } catch (RuntimeException e) { // The edge: a fault of this program proves nothing either way.
      report.endEarly("This program has a fault (" + e.getClass().getName() + ").");
    } finally {
      report.cleanedUp(target.cleanUp());
    }
  }

  private void attacks(SelfTestTarget target, SelfTestReport report) {
    begin(report, "The record, before");
    RecordChecks record = new RecordChecks(target, report);
    begin(report, "Password, code, ticket, proof");
    FactorAttacks.Requests requests = new FactorAttacks(target, report).run();
    begin(report, "What was signed, as others see it");
    new OutsiderChecks(target, report).run(requests);
    RequestAttacks attacks = new RequestAttacks(target, report);
    begin(report, "Requests that have ended, or are another's to sign");
    attacks.ended();
    SignatureRequest anothers = attacks.anothersToSign();
    begin(report, "Another sede reaches for what is the first one's");
    attacks.otherSede(requests.signedOfTwenty());
    begin(report, "The sede itself");
    attacks.ownSede(requests.signedOfTwenty());
    begin(report, "The doors");
    List<String> refusedAtDoors = new DoorAttacks(target, report).run();
    begin(report, "What only the inside could try: no call can name it; see the server's tests");
    new InsideChecks(report).run();
    begin(report, "The record, after");
    record.run(requests, anothers, refusedAtDoors);
  }

  private void begin(SelfTestReport report, String heading) {
    report.begin(heading);
    if (!json) {
      caller.terminal().out().println();
      caller.terminal().heading(heading);
    }
  }

  private CodeSource codes(TestDoors doors) {
    return mobile.isEmpty()
        ? new TypedCodes(caller.terminal())
        : new PhoneCodes(doors.at(Door.SIGNER, Identity.NOBODY), mobile);
  }

  /** The first line of the file, or what is typed. */
  private Secret password() {
    if (passwordFile == null) {
      return caller.terminal().askSecret("Password of the test citizen");
    }
    try {
      if (Files.size(passwordFile) > MOST_PASSWORD_BYTES) {
        throw FailedException.usage("The password file is too large to be one.");
      }
      byte[] content = Files.readAllBytes(passwordFile);
      int length = 0;
      while (length < content.length && content[length] != '\n' && content[length] != '\r') {
        length++;
      }
      byte[] password = Arrays.copyOf(content, length);
      Arrays.fill(content, (byte) 0);
      return Secret.takeOver(password);
    } catch (IOException e) {
      throw FailedException.usage("The password file cannot be read.", e);
    }
  }

  /** For a person; a machine gets nothing but JSON. */
  private void say(String text) {
    if (!json) {
      caller.terminal().say(text);
    }
  }
}
