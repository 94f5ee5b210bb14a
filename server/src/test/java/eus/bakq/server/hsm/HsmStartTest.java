package eus.bakq.server.hsm;

import static eus.bakq.pkcs11.AttributeType.CKA_CLASS;
import static eus.bakq.pkcs11.AttributeType.CKA_ID;
import static eus.bakq.pkcs11.AttributeType.CKA_KEY_TYPE;
import static eus.bakq.pkcs11.AttributeType.CKA_LABEL;
import static eus.bakq.pkcs11.AttributeType.CKA_PRIVATE;
import static eus.bakq.pkcs11.AttributeType.CKA_TOKEN;
import static eus.bakq.pkcs11.AttributeType.CKA_VALUE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import eus.bakq.fixtures.SoftHsm;
import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.ObjectHandle;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.Template;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.hsm.HsmSettings.PartitionSettings;
import eus.bakq.server.hsm.HsmSettings.TokenSettings;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.Profile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What refuses the start, and use after a recovery. */
class HsmStartTest {
  private static final byte[] WRAP_ID = "wrap-2026-1".getBytes(StandardCharsets.US_ASCII);

  @TempDir private Path folder;
  private TestCeremony ceremony;

  @BeforeEach
  void hold() throws Exception {
    ceremony = TestCeremony.hold(folder);
  }

  @Test
  void startsOnTheTokensOfItsCeremony() throws Exception {
    assertThatCode(() -> open(ceremony.settings()).close()).doesNotThrowAnyException();
  }

  @Test
  void refusesATranscriptThatWasChanged() throws Exception {
    Path changed = folder.resolve("changed.json");
    Files.writeString(
        changed, Files.readString(ceremony.transcript()).replace("wrap-2026-1", "wrap-2026-2"));
    Files.copy(
        ceremony.transcript().resolveSibling("transcript.json.sig"),
        folder.resolve("changed.json.sig"));

    assertRefused(
        ceremony.settings(Profile.DEMO, changed, ceremony.publicKey()),
        "transcript",
        "",
        "signature of the officers");
  }

  @Test
  void refusesATranscriptOfOtherOfficers() {
    String other = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    assertRefused(
        ceremony.settings(Profile.DEMO, ceremony.transcript(), other),
        "transcript",
        "",
        "signature of the officers");
  }

  @Test
  void refusesTokensOfTheDemoInProduction() throws Exception {
    assertRefused(
        ceremony.settings(Profile.PRODUCTION, ceremony.transcript(), ceremony.publicKey()),
        "transcript",
        "",
        "is of the profile of the server");
  }

  /** What a server says that is newer than the ceremony of its tokens. */
  @ParameterizedTest
  @ValueSource(strings = {"device", "ocsp"})
  void refusesTokensOfAPlanWithoutAKeyOfToday(String key, @TempDir Path older) throws Exception {
    String plan = Files.readString(Path.of("../hsm-config/ceremonies/demo.yaml"));
    String without = plan.replaceFirst("(?s)      - id: " + key + "\\n.*?(?=      - id|$)", "");
    assertThat(without).hasSizeLessThan(plan.length());
    TestCeremony before = TestCeremony.hold(older, without);

    assertThatThrownBy(() -> open(before.settings()))
        .isInstanceOf(HsmRefusedException.class)
        .hasMessageContaining("token record, key " + key + ": is in the transcript")
        .hasMessageContaining("hold a ceremony of the present one");
  }

  @Test
  void refusesAnObjectThatNoTranscriptExplains() throws Exception {
    try (Pkcs11Session attacker = ceremony.attacker("record")) {
      attacker.create(
          Template.empty()
              .with(CKA_CLASS, Constant.CKO_DATA)
              .with(CKA_TOKEN, true)
              .with(CKA_PRIVATE, true)
              .with(CKA_LABEL, "surplus"));
    }

    assertRefused(ceremony.settings(), "record", "", "holds no object that is not in transcript");
  }

  @Test
  void refusesAWrappingKeyPlantedBesideOurs() throws Exception {
    try (Pkcs11Session attacker = ceremony.attacker("custody")) {
      plantKnownKey(attacker);
    }

    assertRefused(ceremony.settings(), "custody", "wrap-2026-1", "is there once");
  }

  /** KEY-13. Whoever knows the wrapping key could read every key wrapped from then on. */
  @Test
  void refusesAKnownKeyPlantedInPlaceOfOurs() throws Exception {
    try (Pkcs11Session attacker = ceremony.attacker("custody")) {
      attacker.destroy(ours(attacker));
      plantKnownKey(attacker);
    }

    assertRefused(ceremony.settings(), "custody", "wrap-2026-1", "whole attribute list");
  }

  /** Made in the token with every attribute as ours: only the check value tells them apart. */
  @Test
  void refusesAKeyMadeInPlaceOfOursWithAllItsAttributes() throws Exception {
    try (Pkcs11Session attacker = ceremony.attacker("custody")) {
      ceremony.replaceWrappingKey(attacker);
    }

    assertRefused(ceremony.settings(), "custody", "wrap-2026-1", "check value");
  }

  @Test
  void refusesAPlantedKeyAfterARecovery() throws Exception {
    try (Hsm hsm = open(ceremony.settings())) {
      CitizenKeys keys = hsm.citizenKeys();
      try (Pkcs11Session attacker = ceremony.attacker("custody")) {
        ceremony.replaceWrappingKey(attacker);
        attacker.logout();
      }

      UnavailableException refused =
          catchThrowableOfType(
              UnavailableException.class,
              () ->
                  keys.generate(
                      KeyAlgorithm.EC_P256, key -> CitizenKeysContract.p256("a request")));

      assertThat(refused).hasCauseInstanceOf(HsmRefusedException.class);
      assertThat(refused.getCause())
          .hasMessageStartingWith("token custody, key wrap-2026-1: check value");
    }
  }

  @Test
  void refusesAWrongPin() throws Exception {
    writePin("custody", "00000000000000000000000000000000");

    assertRefused(ceremony.settings(), "custody", "", "PIN is accepted");
  }

  /** Tokens lock: after one refusal not even the right PIN is tried by itself. */
  @Test
  void triesNoPinAgainAfterOneWasRefused() throws Exception {
    String right = Files.readString(ceremony.pinFile("custody"));
    CeremonyTranscript transcript =
        CeremonyTranscript.read(ceremony.transcript(), ceremony.publicKey());
    TokenLogin login =
        new TokenLogin(
            new PartitionModule(SoftHsm.shared().module()),
            ceremony.token("custody"),
            transcript.token("custody"),
            new SecureRandom());
    writePin("custody", "00000000000000000000000000000000");
    assertThatThrownBy(() -> login.open(new UnrecordedKeyUses()))
        .isInstanceOf(HsmRefusedException.class);
    writePin("custody", right);

    assertThatThrownBy(() -> login.open(new UnrecordedKeyUses()))
        .isInstanceOf(HsmRefusedException.class)
        .hasMessage("token custody: PIN is accepted")
        .hasNoCause();
  }

  @Test
  void refusesAPinThatOthersCanRead() throws Exception {
    Files.setPosixFilePermissions(
        ceremony.pinFile("record"), PosixFilePermissions.fromString("r--r-----"));

    assertRefused(ceremony.settings(), "record", "", "PIN file is closed to others than its owner");
  }

  @Test
  void refusesTokensThatAreNotThere() throws Exception {
    TokenSettings nowhere =
        new TokenSettings("bakq-demo-nowhere", ceremony.token("custody").pinFile());

    assertRefused(withCustody(nowhere), "custody", "", "answers");
  }

  @Test
  void refusesTheTokensOfAnotherCeremony(@TempDir Path other) throws Exception {
    TokenSettings others = TestCeremony.hold(other).token("custody");

    assertRefused(
        withCustody(others), "custody", "", "label and serial are those of the transcript");
  }

  /** A copy of a token may have a serial of its own; the configuration says which. */
  @Test
  void refusesATokenOfAnotherSerialThanItsSettingsSay() throws Exception {
    TokenSettings right = ceremony.token("custody");
    String serial =
        CeremonyTranscript.read(ceremony.transcript(), ceremony.publicKey())
            .token("custody")
            .serial();

    assertRefused(
        withCustody(
            new TokenSettings(right.label(), Optional.of("0123456789abcdef"), right.pinFile())),
        "custody",
        "",
        "label and serial are those of the transcript");
    open(withCustody(new TokenSettings(right.label(), Optional.of(serial), right.pinFile())))
        .close();
  }

  private HsmSettings withCustody(TokenSettings custody) throws Exception {
    HsmSettings right = ceremony.settings();
    PartitionSettings partition = right.partitions().getFirst();
    return ceremony.settings(
        List.of(
            new PartitionSettings(
                partition.module(), custody, partition.authority(), partition.record())));
  }

  @Test
  void refusesSettingsOutOfRange() throws Exception {
    assertThatThrownBy(
            () -> ceremony.settings(Profile.DEMO, ceremony.transcript(), "not hexadecimal"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new TokenSettings(" ", folder))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new TokenSettings("label", Optional.of("0".repeat(17)), folder))
        .isInstanceOf(IllegalArgumentException.class);
    PartitionSettings one = ceremony.settings().partitions().getFirst();
    for (int many : new int[] {0, 9}) {
      assertThatThrownBy(() -> ceremony.settings(Collections.nCopies(many, one)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static void assertRefused(HsmSettings settings, String token, String key, String check) {
    HsmRefusedException refused =
        catchThrowableOfType(HsmRefusedException.class, () -> open(settings));

    assertThat(refused).isNotNull();
    assertThat(refused.token()).isEqualTo(token);
    assertThat(refused.key()).isEqualTo(key);
    assertThat(refused.check()).isEqualTo(check);
  }

  private static Hsm open(HsmSettings settings) {
    return Hsm.open(settings, new SecureRandom());
  }

  private void writePin(String role, String pin) throws Exception {
    Path file = ceremony.pinFile(role);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(file, pin);
  }

  private static ObjectHandle ours(Pkcs11Session session) throws Exception {
    return session.find(Template.empty().with(CKA_TOKEN, true).with(CKA_ID, WRAP_ID), 2).getFirst();
  }

  private static void plantKnownKey(Pkcs11Session attacker) throws Exception {
    attacker.create(
        Template.empty()
            .with(CKA_CLASS, Constant.CKO_SECRET_KEY)
            .with(CKA_KEY_TYPE, Constant.CKK_AES)
            .with(CKA_TOKEN, true)
            .with(CKA_PRIVATE, true)
            .with(CKA_LABEL, "wrap-2026-1")
            .with(CKA_ID, WRAP_ID)
            .with(CKA_VALUE, new byte[32]));
  }
}
