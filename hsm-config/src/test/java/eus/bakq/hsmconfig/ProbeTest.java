package eus.bakq.hsmconfig;

import static eus.bakq.pkcs11.AttributeType.CKA_CLASS;
import static eus.bakq.pkcs11.AttributeType.CKA_KEY_TYPE;
import static eus.bakq.pkcs11.AttributeType.CKA_SENSITIVE;
import static eus.bakq.pkcs11.AttributeType.CKA_TOKEN;
import static eus.bakq.pkcs11.AttributeType.CKA_UNWRAP;
import static eus.bakq.pkcs11.AttributeType.CKA_UNWRAP_TEMPLATE;
import static eus.bakq.pkcs11.AttributeType.CKA_VALUE_LEN;
import static eus.bakq.pkcs11.AttributeType.CKA_WRAP;
import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.NssSoftokn;
import eus.bakq.fixtures.SoftHsm;
import eus.bakq.hsmconfig.WrappingProbe.Finding;
import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.Pkcs11Module;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.Template;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** KEY-01, KEY-06: which tokens keep citizens' keys in, on the real SoftHSM2 and NSS softokn. */
class ProbeTest {
  private static final byte[] PIN = "1234-user".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] OFFICER = "1234-officer".getBytes(StandardCharsets.US_ASCII);
  private static final Path SOFT_HSM = Path.of("profiles/softhsm2.yaml");
  private static final String DEMO_PLAN = "ceremonies/demo.yaml";

  @TempDir private Path folder;
  private final StringWriter account = new StringWriter();

  @Test
  @DisplayName(
      "KEY-06: SoftHSM2 with the ceremony's attributes passes every check, and keeps nothing")
  void softHsmPasses() throws Exception {
    Pkcs11Module module = Pkcs11Module.open(SoftHsm.shared().module());
    long slot = token(module, "probe-passes");

    assertThat(probe("probe-passes", SoftHsm.shared().module(), ""))
        .as(account.toString())
        .isZero();

    assertThat(account.toString())
        .contains("ok       EC: no key in clear", "ok       RSA: no unwrapped key is wrapped again")
        .contains("This token keeps citizens' keys in.")
        .doesNotContain("REFUSED");
    try (Pkcs11Session session = loggedIn(module, slot)) {
      assertThat(session.find(Template.empty(), 10)).as("objects left").isEmpty();
    }
  }

  @Test
  @DisplayName(
      "KEY-06: a wrapping key without an unwrap template hands out the key in clear, also on SoftHSM2")
  void softHsmWithANaiveKeyFails() throws Exception {
    Pkcs11Module module = Pkcs11Module.open(SoftHsm.shared().module());
    long slot = token(module, "probe-naive");
    Template naive =
        Template.empty()
            .with(CKA_CLASS, Constant.CKO_SECRET_KEY)
            .with(CKA_KEY_TYPE, Constant.CKK_AES)
            .with(CKA_VALUE_LEN, 32)
            .with(CKA_TOKEN, true)
            .with(CKA_SENSITIVE, true)
            .with(CKA_WRAP, true)
            .with(CKA_UNWRAP, true);
    try (Pkcs11Session session = loggedIn(module, slot)) {
      List<Finding> findings =
          new WrappingProbe(module, slot, ModuleProfile.read(SOFT_HSM), naive).run();

      assertThat(session.state()).isNotNull();
      assertThat(failed(findings))
          .contains("EC: no key in clear", "RSA: no key in clear", "EC: no extractable key")
          .contains("the wrapping key is not changed")
          .doesNotContain("EC: no unwrapped key is read", "the wrapping key is not read");
    }
  }

  @Test
  @DisplayName(
      "KEY-06: of the ceremony's attributes each one that is left out lets something through")
  void softHsmWithLessThanTheCeremonysTemplateFails() throws Exception {
    Pkcs11Module module = Pkcs11Module.open(SoftHsm.shared().module());
    long slot = token(module, "probe-less");
    Template planned = wrappingKey();
    Template weaker =
        planned.with(
            CKA_UNWRAP_TEMPLATE,
            Template.empty()
                .with(CKA_CLASS, Constant.CKO_PRIVATE_KEY)
                .with(CKA_TOKEN, false)
                .with(CKA_SENSITIVE, true));
    try (Pkcs11Session session = loggedIn(module, slot)) {
      List<Finding> findings =
          new WrappingProbe(module, slot, ModuleProfile.read(SOFT_HSM), weaker).run();

      assertThat(session.state()).isNotNull();
      assertThat(failed(findings))
          .containsExactlyInAnyOrder(
              "EC: no extractable key",
              "EC: no key that decrypts",
              "RSA: no extractable key",
              "RSA: no key that decrypts");
    }
  }

  @Test
  @DisplayName("KEY-06: NSS softokn takes an unwrap template and does not hold to it")
  void nssFails() throws Exception {
    NssSoftokn nss = NssSoftokn.inFolder(folder);
    Pkcs11Module module = Pkcs11Module.open(nss.module(), nss.parameters());
    long slot =
        module.tokens().stream()
            .filter(token -> token.label().equals(NssSoftokn.LABEL))
            .findFirst()
            .orElseThrow()
            .slot();
    try (Pkcs11Session session = module.openReadWriteSession(slot)) {
      session.loginSecurityOfficer(new byte[0]);
      session.initialisePin(PIN);
      session.logout();
    }

    assertThat(probe(NssSoftokn.LABEL, nss.module(), nss.parameters())).isEqualTo(1);

    assertThat(account.toString())
        .contains("This token is not to be used")
        .contains("ok       EC: opens what it wrapped", "ok       RSA: opens what it wrapped");
    assertThat(account.toString().lines().filter(line -> line.startsWith("REFUSED")))
        .extracting(line -> line.substring(9, 54).strip())
        .contains(
            "EC: no key in clear",
            "EC: no extractable key",
            "RSA: no key in clear",
            "RSA: no extractable key",
            "RSA: no unwrapped key is wrapped again");
  }

  @Test
  void saysWhatIsWrongWithItsArguments() throws Exception {
    Path module = SoftHsm.shared().module();
    assertThat(probe("probe-nowhere", module, "")).isEqualTo(1);
    assertThat(account.toString()).contains("Refused: there is one token of that label: 0");

    token(Pkcs11Module.open(module), "probe-pin");
    Files.writeString(folder.resolve("pin"), "another");
    assertThat(run("probe-pin", module, "")).isEqualTo(1);
    assertThat(account.toString()).contains("The token failed: C_Login returned CKR_PIN_INCORRECT");

    assertThat(Probe.execute(new PrintWriter(account), "--label", "x")).isEqualTo(2);
  }

  private int probe(String label, Path module, String parameters) throws Exception {
    Files.write(folder.resolve("pin"), PIN);
    return run(label, module, parameters);
  }

  private int run(String label, Path module, String parameters) {
    return Probe.execute(
        new PrintWriter(account),
        "--profile",
        parameters.isEmpty() ? SOFT_HSM.toString() : "profiles/nss-softokn.yaml",
        "--plan",
        DEMO_PLAN,
        "--module",
        module.toString(),
        "--module-parameters",
        parameters,
        "--label",
        label,
        "--pin-file",
        folder.resolve("pin").toString());
  }

  private static List<String> failed(List<Finding> findings) {
    return findings.stream().filter(finding -> !finding.passed()).map(Finding::check).toList();
  }

  private static Template wrappingKey() throws Exception {
    return CeremonyPlan.read(Path.of(DEMO_PLAN)).tokens().stream()
        .flatMap(token -> token.keys().stream())
        .filter(key -> key.use() == KeyUse.WRAPPING)
        .findFirst()
        .orElseThrow()
        .attributes();
  }

  private static long token(Pkcs11Module module, String label) throws Exception {
    long slot =
        module.tokens().stream()
            .filter(token -> !token.initialised())
            .findFirst()
            .orElseThrow()
            .slot();
    module.initialiseToken(slot, OFFICER, label);
    try (Pkcs11Session session = module.openReadWriteSession(slot)) {
      session.loginSecurityOfficer(OFFICER);
      session.initialisePin(PIN);
      session.logout();
    }
    return slot;
  }

  private static Pkcs11Session loggedIn(Pkcs11Module module, long slot) throws Exception {
    Pkcs11Session session = module.openSession(slot);
    session.login(PIN);
    return session;
  }
}
