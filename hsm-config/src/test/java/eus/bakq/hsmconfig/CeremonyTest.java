package eus.bakq.hsmconfig;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import eus.bakq.fixtures.SoftHsm;
import eus.bakq.pkcs11.AttributeType;
import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.ObjectHandle;
import eus.bakq.pkcs11.Pkcs11Module;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.Template;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

class CeremonyTest {
  private static final String ED25519_PREFIX = "302a300506032b6570032100";

  @TempDir private Path folder;
  private final StringWriter account = new StringWriter();
  private String label;
  private Path plan;
  private Path officerA;
  private Path officerB;

  @BeforeEach
  void prepare(TestInfo test) throws Exception {
    String method = test.getTestMethod().orElseThrow().getName();
    label = "bakq-demo-" + Integer.toHexString(method.hashCode());
    plan = planWith("bakq-demo-", label + "-");
    officerA = Files.writeString(folder.resolve("a"), "the first officer's secret\n");
    officerB = Files.writeString(folder.resolve("b"), "the second officer's secret\n");
  }

  @Test
  void makesTheTokensOfThePlanAndSaysSo() throws Exception {
    assertThat(hold()).as(account.toString()).isZero();

    assertThat(account.toString())
        .contains(" 1. The plan is of the profile 'demo'")
        .contains("key 'wrap-2026-1' is made, read back and checked")
        .contains("The transcript is written and signed by both officers together")
        .doesNotContain("officer's secret")
        .doesNotContain(Files.readString(out().resolve("custody.pin")));
    Pkcs11Module module = Pkcs11Module.open(SoftHsm.shared().module());
    JsonNode transcript = transcript();
    assertThat(transcript.get("profile").asText()).isEqualTo("demo");
    assertThat(transcript.get("tokens")).hasSize(3);
    for (JsonNode token : transcript.get("tokens")) {
      assertThat(module.tokens())
          .anyMatch(
              present ->
                  present.label().equals(token.get("label").asText())
                      && present.serial().equals(token.get("serial").asText()));
    }
    assertThat(transcript.findValuesAsText("id"))
        .containsExactly(
            "wrap-2026-1",
            "verify",
            "activate",
            "authority",
            "otp",
            "ticket",
            "reference",
            "request-id",
            "documents",
            "rows",
            "sad",
            "device",
            "audit",
            "ocsp");
  }

  @Test
  void writesPinsThatOnlyTheirOwnerReads() throws Exception {
    assertThat(hold()).isZero();

    for (String role : List.of("custody", "authority", "record")) {
      Path pin = out().resolve(role + ".pin");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(pin)))
          .isEqualTo("r--------");
      assertThat(Files.readString(pin)).hasSize(32);
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out())))
        .isEqualTo("rwx------");
  }

  @Test
  void givesTheWrappingKeyAnUnwrapTemplateThatKeepsKeysInTheToken() throws Exception {
    assertThat(hold()).isZero();

    Pkcs11Module module = Pkcs11Module.open(SoftHsm.shared().module());
    long slot =
        module.tokens().stream()
            .filter(token -> token.label().equals(label + "-custody"))
            .findFirst()
            .orElseThrow()
            .slot();
    try (Pkcs11Session session = module.openSession(slot)) {
      session.login(Files.readAllBytes(out().resolve("custody.pin")));
      ObjectHandle key =
          session.find(Template.empty().with(AttributeType.CKA_LABEL, "wrap-2026-1"), 2).getFirst();
      Template template =
          session
              .attributes(key, List.of(AttributeType.CKA_UNWRAP_TEMPLATE))
              .nested(AttributeType.CKA_UNWRAP_TEMPLATE);
      assertThat(template.has(AttributeType.CKA_CLASS, Constant.CKO_PRIVATE_KEY)).isTrue();
      assertThat(template.has(AttributeType.CKA_SENSITIVE, true)).isTrue();
      for (AttributeType forbidden :
          List.of(
              AttributeType.CKA_EXTRACTABLE,
              AttributeType.CKA_DECRYPT,
              AttributeType.CKA_DERIVE,
              AttributeType.CKA_UNWRAP,
              AttributeType.CKA_SIGN_RECOVER,
              AttributeType.CKA_TOKEN)) {
        assertThat(template.has(forbidden, false)).as(forbidden.name()).isTrue();
      }
      session.logout();
    }
  }

  @Test
  void givesTheAuthorityASelfSignedCertificateWhoseNameSaysTest() throws Exception {
    assertThat(hold()).isZero();

    JsonNode object = transcript().at("/tokens/1/keys/0/objects/2");
    X509Certificate certificate =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(
                    new ByteArrayInputStream(
                        HexFormat.of().parseHex(object.get("CKA_VALUE").asText())));
    certificate.verify(certificate.getPublicKey());
    certificate.checkValidity();
    assertThat(certificate.getSubjectX500Principal().getName()).contains("TEST");
    assertThat(certificate.getBasicConstraints()).isZero();
    assertThat(certificate.getKeyUsage())
        .containsExactly(false, false, false, false, false, true, true, false, false);
    assertThat(certificate.getExtensionValue("2.5.29.14")).isNotNull();
    assertThat(certificate.getSerialNumber().bitLength()).isEqualTo(159);
  }

  @Test
  void signsTheTranscriptSoThatNoByteCanChange() throws Exception {
    assertThat(hold()).isZero();

    byte[] body = Files.readAllBytes(out().resolve("transcript.json"));
    assertThat(signatureIsValid(body)).isTrue();
    for (int position = 0; position < body.length; position += 97) {
      byte[] changed = body.clone();
      changed[position] ^= 1;
      assertThat(signatureIsValid(changed)).as("byte %d", position).isFalse();
    }
  }

  /** KEY-08: one operator is refused. */
  @Test
  void refusesOneOfficerAlone() throws Exception {
    Files.copy(officerA, folder.resolve("copy"));
    officerB = folder.resolve("copy");

    assertThat(hold()).isEqualTo(1);

    assertThat(account.toString()).contains("the ceremony needs two persons");
    assertNothingWasMade();
  }

  @Test
  void refusesAShortSecret() throws Exception {
    Files.writeString(officerB, "nineteen characters\n");

    assertThat(hold()).isEqualTo(1);

    assertThat(account.toString()).contains("20 to 1024 bytes");
    assertNothingWasMade();
  }

  @Test
  void refusesToReplaceATokenThatIsThere() throws Exception {
    assertThat(hold()).isZero();
    String before = Files.readString(out().resolve("transcript.json"));

    assertThat(run(folder.resolve("second"))).isEqualTo(1);

    assertThat(account.toString()).contains("a ceremony replaces nothing");
    assertThat(Files.readString(out().resolve("transcript.json"))).isEqualTo(before);
  }

  @Test
  void refusesAFolderThatIsNotEmpty() throws Exception {
    Files.createDirectories(out());
    Files.writeString(out().resolve("custody.pin"), "somebody's");

    assertThat(hold()).isEqualTo(1);

    assertThat(account.toString()).contains("must be empty");
  }

  /** KEY-01, KEY-13. */
  @Test
  void refusesAPlanThatLetsKeysOut() throws Exception {
    plan = planWith("      CKA_EXTRACTABLE: false", "      CKA_EXTRACTABLE: true");

    assertThat(hold()).isEqualTo(1);

    assertThat(account.toString()).contains("can read citizens' keys");
    assertNothingWasMade();
  }

  @Test
  void refusesADemoNameInProductionAndTheOtherWayRound() throws Exception {
    Path demo = plan;
    plan = planWith("profile: demo", "profile: production");
    assertThat(hold()).isEqualTo(1);
    assertThat(account.toString()).contains("labels begin with bakq-demo-");

    plan = demo;
    plan = planWith("BakQ TEST", "BakQ");
    assertThat(hold()).isEqualTo(1);
    assertThat(account.toString()).contains("contains TEST in the profile demo, and only there");
  }

  @Test
  void refusesALabelThatIsTooLong() throws Exception {
    plan = planWith("-custody", "-custody-of-a-name-too-long");
    assertThat(hold()).isEqualTo(1);
    assertThat(account.toString()).contains("a token's label has at most 32 bytes");
    assertNothingWasMade();
  }

  @Test
  void refusesAPlanWithWordsThatItDoesNotKnow() throws Exception {
    Path right = plan;
    for (String word : List.of("version: 1\nsurplus: 1", "version: 1\nversion: 1", "version: 2")) {
      plan = right;
      plan = planWith("version: 1", word);
      assertThat(hold()).as(word).isEqualTo(1);
    }
    plan = right;
    plan = planWith("CKA_WRAP: true", "CKA_WARP: true");
    assertThat(hold()).isEqualTo(1);
    assertNothingWasMade();
  }

  @Test
  void saysWhichArgumentIsMissing() {
    assertThat(Ceremony.execute(new PrintWriter(account), "--plan", "x")).isEqualTo(2);
    assertThat(account.toString()).contains("--module");
  }

  @Test
  void theProductionTemplateKeepsTheRules() throws Exception {
    CeremonyPlan template = CeremonyPlan.read(Path.of("ceremonies/production-template.yaml"));

    assertThat(template.profile()).isEqualTo("production");
    assertThat(template.tokens()).hasSize(3);
  }

  private void assertNothingWasMade() throws Exception {
    assertThat(Pkcs11Module.open(SoftHsm.shared().module()).tokens())
        .noneMatch(token -> token.label().startsWith(label));
    assertThat(out()).doesNotExist();
  }

  private Path planWith(String text, String replacement) throws Exception {
    String content = Files.readString(plan == null ? Path.of("ceremonies/demo.yaml") : plan);
    assertThat(content).contains(text);
    return Files.writeString(
        Files.createTempFile(folder, "plan", ".yaml"), content.replace(text, replacement));
  }

  private int hold() {
    return run(out());
  }

  private int run(Path out) {
    return HeldCeremony.execute(new PrintWriter(account), plan, officerA, officerB, out);
  }

  private Path out() {
    return folder.resolve("out");
  }

  private JsonNode transcript() throws Exception {
    return JsonMapper.builder()
        .build()
        .readTree(Files.readAllBytes(out().resolve("transcript.json")));
  }

  private boolean signatureIsValid(byte[] body) throws Exception {
    String publicKey = Files.readString(out().resolve("transcript.pub")).strip();
    String signature = Files.readString(out().resolve("transcript.json.sig")).strip();
    PublicKey key =
        KeyFactory.getInstance("Ed25519")
            .generatePublic(
                new X509EncodedKeySpec(HexFormat.of().parseHex(ED25519_PREFIX + publicKey)));
    Signature verifier = Signature.getInstance("Ed25519");
    verifier.initVerify(key);
    verifier.update(body);
    return verifier.verify(HexFormat.of().parseHex(signature));
  }
}
