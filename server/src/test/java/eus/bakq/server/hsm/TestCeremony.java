package eus.bakq.server.hsm;

import eus.bakq.fixtures.SoftHsm;
import eus.bakq.hsmconfig.Ceremony;
import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Module;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.ReturnCode;
import eus.bakq.server.hsm.HsmSettings.PartitionSettings;
import eus.bakq.server.hsm.HsmSettings.TokenSettings;
import eus.bakq.server.vocabulary.Profile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

/**
 * Tokens of the demo profile in the shared SoftHSM2 world, made by the real ceremony, with labels
 * of their own.
 */
public final class TestCeremony {
  private final Path out;
  private final String prefix;

  private TestCeremony(Path out, String prefix) {
    this.out = out;
    this.prefix = prefix;
  }

  /** Holds a ceremony whose files go below {@code folder}. */
  public static TestCeremony hold(Path folder) throws IOException {
    return hold(folder, Files.readString(Path.of("../hsm-config/ceremonies/demo.yaml")));
  }

  /** As {@link #hold(Path)}, by a plan of one's own. */
  static TestCeremony hold(Path folder, String content) throws IOException {
    byte[] random = new byte[4];
    new SecureRandom().nextBytes(random);
    String prefix = "bakq-demo-" + HexFormat.of().formatHex(random) + "-";
    Path plan = folder.resolve("plan.yaml");
    Files.writeString(plan, content.replace("label: bakq-demo-", "label: " + prefix));
    Path officerA = Files.writeString(folder.resolve("a"), "the first officer's secret");
    Path officerB = Files.writeString(folder.resolve("b"), "the second officer's secret");
    Path out = folder.resolve("ceremony");
    StringWriter account = new StringWriter();
    int exitCode =
        Ceremony.execute(
            new PrintWriter(account),
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
    if (exitCode != 0) {
      throw new IllegalStateException("the ceremony failed: " + account);
    }
    return new TestCeremony(out, prefix);
  }

  /** Settings with which the server opens these tokens. */
  public HsmSettings settings() throws IOException {
    return settings(Profile.DEMO, transcript(), publicKey());
  }

  HsmSettings settings(Profile profile, Path transcript, String publicKey) {
    return settings(
        List.of(partition(SoftHsm.shared().module())), profile, transcript, publicKey);
  }

  /** The same of several partitions. */
  HsmSettings settings(List<PartitionSettings> partitions) throws IOException {
    return settings(partitions, Profile.DEMO, transcript(), publicKey());
  }

  private static HsmSettings settings(
      List<PartitionSettings> partitions, Profile profile, Path transcript, String publicKey) {
    return new HsmSettings(
        partitions, profile, transcript, publicKey, 8, Duration.ofSeconds(10));
  }

  /** These tokens, or copies of them, behind {@code module}. */
  PartitionSettings partition(Path module) {
    return new PartitionSettings(module, token("custody"), token("authority"), token("record"));
  }

  Path transcript() {
    return out.resolve("transcript.json");
  }

  String publicKey() throws IOException {
    return Files.readString(out.resolve("transcript.pub")).strip();
  }

  TokenSettings token(String role) {
    return new TokenSettings(prefix + role, pinFile(role));
  }

  Path pinFile(String role) {
    return out.resolve(role + ".pin");
  }

  long slot(String role) throws Pkcs11Exception {
    return module().tokens().stream()
        .filter(token -> token.label().equals(prefix + role))
        .findFirst()
        .orElseThrow()
        .slot();
  }

  /** A session of somebody who has the PIN and may change what is in the token. */
  Pkcs11Session attacker(String role) throws Pkcs11Exception, IOException {
    Pkcs11Session session = module().openReadWriteSession(slot(role));
    try {
      session.login(Files.readAllBytes(pinFile(role)));
    } catch (Pkcs11Exception e) {
      if (!e.is(ReturnCode.CKR_USER_ALREADY_LOGGED_IN)) {
        throw e;
      }
    }
    return session;
  }

  static Pkcs11Module module() throws Pkcs11Exception {
    return Pkcs11Module.open(SoftHsm.shared().module());
  }
}
