package eus.bakq.hsmconfig;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.SoftHsm;
import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Module;
import eus.bakq.pkcs11.Pkcs11Session;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A ceremony that two officers have held in the installed library.
 *
 * @param label what the labels of its tokens begin with
 * @param folder of the PINs and the transcript
 */
record HeldCeremony(String label, Path officerA, Path officerB, Path folder) {
  /** Holds one; files of its officers are made in {@code around}. */
  static HeldCeremony in(Path around, String label) throws IOException {
    HeldCeremony held =
        new HeldCeremony(
            label,
            Files.writeString(around.resolve("a"), "the first officer's secret\n"),
            Files.writeString(around.resolve("b"), "the second officer's secret\n"),
            around.resolve("held"));
    StringWriter account = new StringWriter();
    assertThat(
            execute(
                new PrintWriter(account),
                plan(around, label),
                held.officerA(),
                held.officerB(),
                held.folder()))
        .as(account.toString())
        .isZero();
    return held;
  }

  /** The plan of the demo for tokens with other labels. */
  static Path plan(Path around, String label) throws IOException {
    return Files.writeString(
        around.resolve(label + ".yaml"),
        Files.readString(Path.of("ceremonies/demo.yaml"))
            .replace("label: bakq-demo-", "label: " + label));
  }

  /** The program with these arguments, in this process. */
  static int execute(PrintWriter account, Path plan, Path officerA, Path officerB, Path out) {
    return Ceremony.execute(
        account,
        "--plan",
        plan.toString(),
        "--module",
        SoftHsm.shared().module().toString(),
        "--officer-a",
        officerA.toString(),
        "--officer-b",
        officerB.toString(),
        "--out",
        out.toString());
  }

  Path transcript() {
    return folder.resolve("transcript.json");
  }

  Path pin(String role) {
    return folder.resolve(role + ".pin");
  }

  /** What whoever has the PIN can do to a token, or to a copy of it. */
  Pkcs11Session session(Path library, String role)
      throws IOException, Pkcs11Exception, CeremonyRefusedException {
    Pkcs11Module opened = Pkcs11Module.open(library);
    Pkcs11Session session =
        opened.openReadWriteSession(UserLogin.slot(opened, label + role, Optional.empty()));
    UserLogin.logIn(session, pin(role));
    return session;
  }
}
