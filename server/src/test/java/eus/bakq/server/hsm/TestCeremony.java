package eus.bakq.server.hsm;

import static eus.bakq.pkcs11.AttributeType.CKA_ID;
import static eus.bakq.pkcs11.AttributeType.CKA_TOKEN;

import eus.bakq.fixtures.SoftHsm;
import eus.bakq.hsmconfig.Ceremony;
import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.Mechanism;
import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Module;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.ReturnCode;
import eus.bakq.pkcs11.Template;
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
    return settings(List.of(partition(SoftHsm.shared().module())), profile, transcript, publicKey);
  }

  /** The same of several partitions. */
  HsmSettings settings(List<PartitionSettings> partitions) throws IOException {
    return settings(partitions, Profile.DEMO, transcript(), publicKey());
  }

  private static HsmSettings settings(
      List<PartitionSettings> partitions, Profile profile, Path transcript, String publicKey) {
    return new HsmSettings(partitions, profile, transcript, publicKey, 8, Duration.ofSeconds(10));
  }

  /** What the labels of these tokens begin with. */
  String prefix() {
    return prefix;
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
    return slot(module(), role);
  }

  private long slot(Pkcs11Module module, String role) throws Pkcs11Exception {
    return module.tokens().stream()
        .filter(token -> token.label().equals(prefix + role))
        .findFirst()
        .orElseThrow()
        .slot();
  }

  /** A session of somebody who has the PIN and may change what is in the token. */
  Pkcs11Session attacker(String role) throws Pkcs11Exception, IOException {
    return attacker(module(), role);
  }

  /** The same, of copies behind another module. */
  Pkcs11Session attacker(Pkcs11Module module, String role) throws Pkcs11Exception, IOException {
    Pkcs11Session session = module.openReadWriteSession(slot(module, role));
    try {
      session.login(Files.readAllBytes(pinFile(role)));
    } catch (Pkcs11Exception e) {
      if (!e.is(ReturnCode.CKR_USER_ALREADY_LOGGED_IN)) {
        throw e;
      }
    }
    return session;
  }

  /** Makes another key in place of the wrapping key, with all its attributes. */
  void replaceWrappingKey(Pkcs11Session attacker) throws Pkcs11Exception, IOException {
    Template ours =
        CeremonyTranscript.read(transcript(), publicKey())
            .token("custody")
            .key("wrap-2026-1")
            .objects()
            .getFirst();
    attacker.destroy(
        attacker
            .find(Template.empty().with(CKA_TOKEN, true).with(CKA_ID, ours.octets(CKA_ID)), 2)
            .getFirst());
    attacker.generateKey(Mechanism.of(Constant.CKM_AES_KEY_GEN), ours.withoutSetByToken());
  }

  static Pkcs11Module module() throws Pkcs11Exception {
    return Pkcs11Module.open(SoftHsm.shared().module());
  }
}
