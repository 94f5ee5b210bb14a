package eus.bakq.hsmconfig;

import static eus.bakq.pkcs11.AttributeType.CKA_APPLICATION;
import static eus.bakq.pkcs11.AttributeType.CKA_CLASS;
import static eus.bakq.pkcs11.AttributeType.CKA_ENCRYPT;
import static eus.bakq.pkcs11.AttributeType.CKA_ID;
import static eus.bakq.pkcs11.AttributeType.CKA_KEY_TYPE;
import static eus.bakq.pkcs11.AttributeType.CKA_LABEL;
import static eus.bakq.pkcs11.AttributeType.CKA_PRIVATE;
import static eus.bakq.pkcs11.AttributeType.CKA_TOKEN;
import static eus.bakq.pkcs11.AttributeType.CKA_VALUE;
import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.SoftHsm;
import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.ObjectHandle;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.Template;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** KEY-13, KEY-14: what no transcript explains is found, on the real SoftHSM2. */
class CompareTest {
  @TempDir private Path folder;
  private final StringWriter account = new StringWriter();
  private final String label = "bakq-demo-cmp" + UUID.randomUUID().toString().substring(0, 6) + "-";
  private HeldCeremony held;

  @BeforeEach
  void hold() throws Exception {
    held = HeldCeremony.in(folder, label);
  }

  @Test
  @DisplayName("the tokens of a ceremony are explained, and so is the anchor that servers keep")
  void explainsWhatTheCeremonyMade() throws Exception {
    try (Pkcs11Session session = session("record")) {
      session.create(anchor());
    }

    assertThat(compare(officersKey())).as(account.toString()).isZero();

    assertThat(account.toString())
        .contains("EXPLAINED    key 'wrap-2026-1'", "EXPLAINED    the anchor of the record")
        .contains("The transcript explains everything in these tokens.");
    assertThat(account.toString()).doesNotContain("UNEXPLAINED", "MISSING", "CHANGED", "IMPOSTOR");
  }

  @Test
  @DisplayName("planted keys and a second anchor are named, all of them")
  void namesWhatWasPlanted() throws Exception {
    try (Pkcs11Session session = session("custody")) {
      session.create(aes("mine\u001b[31m", "mine"));
      session.create(anchor());
      session.create(anchor());
    }
    try (Pkcs11Session session = session("record")) {
      session.create(aes("rows", "other"));
    }

    assertThat(compare(officersKey())).isOne();

    assertThat(account.toString())
        .contains("UNEXPLAINED  secret key, label 'mine?[31m', id 'mine'")
        .contains("UNEXPLAINED  secret key, label 'rows', id 'other'")
        .contains("UNEXPLAINED  data, label ")
        .contains("Not everything is as the transcript says");
    assertThat(account.toString().lines().filter(line -> line.contains("UNEXPLAINED"))).hasSize(3);
  }

  @Test
  @DisplayName("a second key with our id, and one in the place of ours, are found")
  void findsTwinsAndChangelings() throws Exception {
    try (Pkcs11Session session = session("custody")) {
      ObjectHandle wrapping =
          session
              .find(
                  Template.empty()
                      .with(CKA_TOKEN, true)
                      .with(CKA_CLASS, Constant.CKO_SECRET_KEY)
                      .with(CKA_ID, ascii("wrap-2026-1")),
                  2)
              .getFirst();
      session.create(aes("verify", "verify"));
      session.destroy(wrapping);
      session.create(aes("wrap-2026-1", "wrap-2026-1"));
    }

    assertThat(compare(officersKey())).isOne();

    assertThat(account.toString())
        .contains("TWICE        key 'verify', secret key: one of them was planted")
        .containsPattern("CHANGED      key 'wrap-2026-1', secret key: .*CKA_LOCAL")
        .contains("EXPLAINED    key 'activate'");
  }

  @Test
  @DisplayName("a key that is gone is missing")
  void missesWhatIsGone() throws Exception {
    try (Pkcs11Session session = session("custody")) {
      for (ObjectHandle key :
          session.find(
              Template.empty().with(CKA_TOKEN, true).with(CKA_ID, ascii("wrap-2026-1")), 2)) {
        session.destroy(key);
      }
    }

    assertThat(compare(officersKey())).isOne();

    assertThat(account.toString()).contains("MISSING      key 'wrap-2026-1', secret key");
  }

  @Test
  @DisplayName("a key whose attributes are right and that is another one is an impostor")
  void knowsAnImpostor() throws Exception {
    String transcript = Files.readString(held.transcript());
    String mac = transcript.replaceFirst("(?s).*?\"mac\" : \"([0-9a-f]+)\".*", "$1");
    try (OfficerSecrets secrets = OfficerSecrets.read(held.officerA(), held.officerB())) {
      byte[] body =
          transcript.replace(mac, "00".repeat(mac.length() / 2)).getBytes(StandardCharsets.UTF_8);
      Path other = Files.createDirectory(folder.resolve("other"));
      Files.write(other.resolve("transcript.json"), body);
      Files.writeString(
          other.resolve("transcript.json.sig"),
          java.util.HexFormat.of().formatHex(Transcript.sign(body, secrets.transcriptSeed())));

      assertThat(compare(other.resolve("transcript.json"), officersKey())).isOne();
    }
    assertThat(account.toString().lines().filter(line -> line.contains("IMPOSTOR"))).hasSize(1);
  }

  @Test
  @DisplayName("a transcript that the officers of the key did not sign is not believed")
  void believesNoOtherTranscript() throws Exception {
    Path otherKey =
        Files.writeString(
            folder.resolve("other.pub"),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\n");

    assertThat(compare(otherKey)).isOne();
    assertThat(compare(Files.writeString(folder.resolve("no.pub"), "not hexadecimal"))).isOne();

    assertThat(account.toString().lines())
        .containsExactly(
            "Refused: the officers of this key have not signed this transcript",
            "Refused: the officers of this key have not signed this transcript");
  }

  @Test
  @DisplayName("a PIN that is wrong is tried once; the other tokens are compared")
  void triesAWrongPinOnce() throws Exception {
    Path pin = held.pin("custody");
    Files.delete(pin);
    Files.writeString(pin, "00000000000000000000000000000000");

    assertThat(compare(officersKey())).isOne();

    assertThat(account.toString())
        .containsOnlyOnce("The token failed: C_Login returned CKR_PIN_INCORRECT")
        .contains("EXPLAINED    key 'rows'");
  }

  private int compare(Path officersKey) {
    return compare(held.transcript(), officersKey);
  }

  private int compare(Path transcript, Path officersKey) {
    return Compare.execute(
        new PrintWriter(account),
        "--transcript",
        transcript.toString(),
        "--officers-key",
        officersKey.toString(),
        "--module",
        module().toString(),
        "--pins",
        held.folder().toString());
  }

  private Path officersKey() {
    return held.folder().resolve("transcript.pub");
  }

  private Pkcs11Session session(String role) throws Exception {
    return held.session(module(), role);
  }

  private static Template aes(String name, String id) {
    return Template.empty()
        .with(CKA_CLASS, Constant.CKO_SECRET_KEY)
        .with(CKA_KEY_TYPE, Constant.CKK_AES)
        .with(CKA_TOKEN, true)
        .with(CKA_PRIVATE, true)
        .with(CKA_LABEL, name)
        .with(CKA_ID, ascii(id))
        .with(CKA_ENCRYPT, true)
        .with(CKA_VALUE, new byte[32]);
  }

  private static Template anchor() {
    return Template.empty()
        .with(CKA_CLASS, Constant.CKO_DATA)
        .with(CKA_TOKEN, true)
        .with(CKA_PRIVATE, true)
        .with(CKA_APPLICATION, "bakq/anchor/v1")
        .with(CKA_LABEL, "00");
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static Path module() {
    return SoftHsm.shared().module();
  }
}
