package eus.bakq.server.hsm;

import static eus.bakq.pkcs11.AttributeType.CKA_CLASS;
import static eus.bakq.pkcs11.AttributeType.CKA_ID;
import static eus.bakq.pkcs11.AttributeType.CKA_KEY_TYPE;
import static eus.bakq.pkcs11.AttributeType.CKA_LABEL;
import static eus.bakq.pkcs11.AttributeType.CKA_TOKEN;
import static eus.bakq.pkcs11.AttributeType.CKA_UNWRAP_TEMPLATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.fixtures.SoftHsm;
import eus.bakq.fixtures.SoftHsmCopy;
import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.Mechanism;
import eus.bakq.pkcs11.ObjectHandle;
import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Module;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.Template;
import eus.bakq.server.hsm.CeremonyTranscript.KeyRecord;
import eus.bakq.server.hsm.CeremonyTranscript.TokenRecord;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.Profile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * KEY-08, KEY-14: the life of an epoch on the real SoftHSM2, by the officers' own program: another
 * one begins, keys of both sign, the older one ends and its wrapping key is destroyed in two
 * partitions. The tests are one story, in its order.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EpochsTest {
  private static final String OLD = "wrap-2026-1";
  private static final String NEW = "wrap-2027-1";

  private Path folder;
  private TestCeremony ceremony;
  private Path first;
  private Path second;

  /** A partition into which the new wrapping key was not copied. */
  private Path left;

  private Path transcript;
  private NewCitizenKey oldKey;
  private NewCitizenKey newKey;

  @BeforeAll
  void beginAnother(@TempDir Path given) throws Exception {
    folder = given;
    ceremony = TestCeremony.hold(folder);
    first = SoftHsm.shared().module();
    transcript = ceremony.transcript();
    try (Partitions custody = custody(first)) {
      oldKey = newKey(keys(custody));
    }
    left = copy("left");
    assertThat(
            epoch(
                "begin",
                "--epoch",
                NEW,
                "--module",
                first.toString(),
                "--pin-file",
                ceremony.pinFile("custody").toString(),
                "--out",
                folder.resolve("begun").toString()))
        .contains("is made, read back and checked");
    second = copy("second");
  }

  @Test
  @Order(1)
  @DisplayName("a wrapping key that the node's transcript does not explain refuses the token")
  void refusesANewerKeyUnderTheTranscriptOfBefore() {
    assertThatThrownBy(() -> open(first))
        .isInstanceOf(HsmRefusedException.class)
        .hasMessage("token custody: holds no object that is not in transcript");
  }

  @Test
  @Order(2)
  @DisplayName(
      "two epochs at once: new keys are of the newest, keys of both sign, in each partition")
  void servesTwoEpochs() throws Exception {
    transcript = folder.resolve("begun/transcript.json");
    try (Hsm hsm = open(first, second)) {
      assertThat(hsm.anchorPlaces()).noneMatch(AnchorPlace::isAway);
      assertThat(hsm.epochs().all()).extracting(Epoch::id).containsExactly(OLD, NEW);
      assertThat(hsm.epochs().newest().id()).isEqualTo(NEW);
      assertThat(hsm.epochs().newest().begun()).isAfter(hsm.epochs().all().getFirst().begun());
      Files.writeString(folder.resolve("statement"), statement(hsm));
    }
    for (Path module : List.of(first, second)) {
      try (Partitions custody = custody(module)) {
        CitizenKeys keys = keys(custody);
        newKey = newKey(keys);

        assertThat(newKey.wrapped().epoch()).isEqualTo(NEW);
        assertThat(oldKey.wrapped().epoch()).isEqualTo(OLD);
        assertThat(signs(keys, newKey)).isTrue();
        assertThat(signs(keys, oldKey)).isTrue();
        assertThatThrownBy(() -> keys.sign(inEpoch(newKey, OLD), List.of(hash())))
            .as("a blob under the name of another epoch")
            .isInstanceOf(UnusableKeyException.class);
      }
    }
  }

  @Test
  @Order(3)
  @DisplayName("a partition without the newest epoch's key is not used, and is named")
  void refusesAPartitionThatWasForgotten() throws Exception {
    assertThatThrownBy(() -> open(left))
        .isInstanceOf(HsmRefusedException.class)
        .hasMessage("token custody, key wrap-2027-1: is there");
    try (Partitions custody = custody(first, left)) {
      assertThat(custody.all()).extracting(Partition::isServing).containsExactly(true, false);
      assertThat(signs(keys(custody), newKey)).isTrue();
      assertThat(signs(keys(custody), oldKey)).isTrue();
    }
  }

  @Test
  @Order(4)
  @DisplayName("KEY-13: a newer wrapping key that somebody with the PIN has planted is found")
  void refusesAPlantedEpoch() throws Exception {
    Path planted = copy("planted");
    try (Pkcs11Session attacker = ceremony.attacker(Pkcs11Module.open(planted), "custody")) {
      attacker.generateKey(
          Mechanism.of(Constant.CKM_AES_KEY_GEN),
          key(NEW)
              .objects()
              .getFirst()
              .with(CKA_LABEL, "wrap-2028-1")
              .with(CKA_ID, "wrap-2028-1".getBytes(StandardCharsets.US_ASCII))
              .withoutSetByToken());
    }

    assertThatThrownBy(() -> open(planted))
        .isInstanceOf(HsmRefusedException.class)
        .hasMessage("token custody: holds no object that is not in transcript");
    Path forged = folder.resolve("forged.json");
    Files.writeString(forged, Files.readString(transcript).replace(NEW, "wrap-2028-1"));
    Files.copy(transcript.resolveSibling("transcript.json.sig"), folder.resolve("forged.json.sig"));
    assertThatThrownBy(() -> CeremonyTranscript.read(forged, ceremony.publicKey()))
        .hasMessage("token transcript: signature of the officers");
  }

  @Test
  @Order(5)
  @DisplayName(
      "once both officers have ended an epoch nothing opens under it, even while it is there")
  void usesNoEpochThatHasEnded() throws Exception {
    assertThat(
            epoch(
                "end",
                "--epoch",
                OLD,
                "--statement",
                folder.resolve("statement").toString(),
                "--out",
                folder.resolve("ended").toString()))
        .contains("has ended by the new transcript");
    transcript = folder.resolve("ended/transcript.json");

    try (Partitions custody = custody(first, second)) {
      assertThat(keys(custody).opens(OLD)).isFalse();
      assertThat(keys(custody).opens(NEW)).isTrue();
      requireOldIsVoidAndNewIsGood(custody);
    }
  }

  @Test
  @Order(6)
  @DisplayName("another key in the place of one that has ended refuses the token")
  void refusesAKeyPlantedInPlaceOfAnEndedOne() throws Exception {
    Path planted = copy("instead");
    try (Pkcs11Session attacker = ceremony.attacker(Pkcs11Module.open(planted), "custody")) {
      ceremony.replaceWrappingKey(attacker);
    }

    assertThatThrownBy(() -> open(planted))
        .isInstanceOf(HsmRefusedException.class)
        .hasMessageStartingWith("token custody, key wrap-2026-1: check value");
  }

  @Test
  @Order(7)
  @DisplayName(
      "KEY-10, PINs × sign with the citizen's key: its wrapping key destroyed in each partition, an"
          + " old wrapped key opens for nobody, and keys of the epochs that are open sign")
  void destroysTheWrappingKeyInEachPartition() throws Exception {
    for (Path module : List.of(first, second)) {
      assertThat(opensForAThief(module)).isTrue();
    }

    assertThat(destroy()).contains("Partition 1: destroyed", "Partition 2: destroyed");
    assertThat(destroy()).contains("gone already from each");

    for (Path module : List.of(first, second)) {
      assertThat(opensForAThief(module)).isFalse();
    }
    try (Partitions custody = custody(first, second)) {
      requireOldIsVoidAndNewIsGood(custody);
    }
  }

  @Test
  @Order(8)
  @DisplayName("the transcript of before refuses tokens in which its epoch's key is destroyed")
  void refusesTheTranscriptOfBefore() {
    transcript = folder.resolve("begun/transcript.json");
    assertThatThrownBy(() -> open(first))
        .isInstanceOf(HsmRefusedException.class)
        .hasMessage("token custody, key wrap-2026-1: is there");
  }

  private void requireOldIsVoidAndNewIsGood(Partitions custody) throws Exception {
    CitizenKeys keys = keys(custody);
    assertThat(custody.all()).allMatch(Partition::isServing);
    for (int i = 0; i < custody.all().size(); i++) {
      assertThatThrownBy(() -> keys.sign(oldKey.wrapped(), List.of(hash())))
          .isInstanceOf(UnusableKeyException.class);
      assertThat(signs(keys, newKey)).isTrue();
      assertThat(newKey(keys).wrapped().epoch()).isEqualTo(NEW);
    }
  }

  /** Whoever has the PIN and the citizen's wrapped key, with a program of his own. */
  private boolean opensForAThief(Path module) throws Exception {
    KeyRecord record = key(OLD);
    try (Pkcs11Session thief = ceremony.attacker(Pkcs11Module.open(module), "custody")) {
      Template lawful =
          record
              .objects()
              .getFirst()
              .nested(CKA_UNWRAP_TEMPLATE)
              .with(CKA_CLASS, Constant.CKO_PRIVATE_KEY)
              .with(CKA_KEY_TYPE, Constant.CKK_EC);
      List<ObjectHandle> wrapping =
          thief.find(
              Template.empty().with(CKA_TOKEN, true).with(CKA_CLASS, Constant.CKO_SECRET_KEY), 10);
      int opened = 0;
      for (ObjectHandle each : wrapping) {
        try {
          byte[] blob = oldKey.wrapped().blob().toByteArray();
          ObjectHandle key = thief.unwrap(Mechanism.of(record.mechanism()), each, blob, lawful);
          thief.destroy(key);
          opened++;
        } catch (Pkcs11Exception refused) {
          // not under this one
        }
      }
      return opened > 0;
    }
  }

  private KeyRecord key(String id) throws IOException {
    return CeremonyTranscript.read(folder.resolve("begun/transcript.json"), ceremony.publicKey())
        .token("custody")
        .key(id);
  }

  /** As {@code credential.WrappingEpochs} writes it when no credential needs the older epoch. */
  private static String statement(Hsm hsm) {
    String text =
        """
        {"version": 1, "transcriptSha256": "%s", "time": "%s",
         "epochs": [{"id": "wrap-2026-1", "living": 0, "closed": true}]}
        """
            .formatted(hsm.epochs().transcriptSha256().toHex(), Instant.now());
    Bytes message = Bytes.copyOf(("bakq/epochs/v1\n" + text).getBytes(StandardCharsets.UTF_8));
    return hsm.infrastructureKeys().sign(SigningKey.AUDIT, message.sha256()).toHex() + "\n" + text;
  }

  private String destroy() {
    String pin = ceremony.pinFile("custody").toString();
    return epoch(
        "destroy",
        "--epoch",
        OLD,
        "--module",
        first.toString(),
        "--pin-file",
        pin,
        "--module",
        second.toString(),
        "--pin-file",
        pin);
  }

  private String epoch(String act, String... further) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                act,
                "--transcript",
                transcript.toString(),
                "--officer-a",
                folder.resolve("a").toString(),
                "--officer-b",
                folder.resolve("b").toString()));
    arguments.addAll(Arrays.asList(further));
    StringWriter account = new StringWriter();
    assertThat(
            eus.bakq.hsmconfig.Epoch.execute(
                new PrintWriter(account), arguments.toArray(String[]::new)))
        .as(account.toString())
        .isZero();
    return account.toString();
  }

  private Path copy(String name) throws Exception {
    return SoftHsmCopy.of(
            SoftHsm.shared(), ceremony.prefix(), Files.createDirectory(folder.resolve(name)))
        .module();
  }

  /** All that a start asks. */
  private Hsm open(Path... modules) throws Exception {
    return Hsm.open(settings(modules), new SecureRandom());
  }

  private HsmSettings settings(Path... modules) throws Exception {
    HsmSettings usual = ceremony.settings(Arrays.stream(modules).map(ceremony::partition).toList());
    return new HsmSettings(
        usual.partitions(),
        Profile.DEMO,
        transcript,
        usual.transcriptPublicKey(),
        usual.maximumSessions(),
        usual.sessionWait());
  }

  /** The custody tokens, with their keys checked and without the trials of a start. */
  private Partitions custody(Path... modules) throws Exception {
    HsmSettings settings = settings(modules);
    TokenRecord record = custodyRecord();
    List<Partition> partitions = new ArrayList<>();
    for (Path module : modules) {
      int number = partitions.size() + 1;
      TokenLogin login =
          new TokenLogin(
              new PartitionModule(module), ceremony.token("custody"), record, new SecureRandom());
      partitions.add(
          new Partition(
              number,
              new Rest("custody", number, () -> 0),
              rest -> SessionPool.open(login, settings, new HsmCounters(), rest)));
    }
    return Partitions.open(partitions);
  }

  private CitizenKeys keys(Partitions custody) throws IOException {
    return new TokenCitizenKeys(
        custody,
        custodyRecord(),
        new KeyVerifier(custodyRecord(), new SecureRandom()),
        new HsmCounters());
  }

  private TokenRecord custodyRecord() throws IOException {
    return CeremonyTranscript.read(transcript, ceremony.publicKey()).token("custody");
  }

  private static NewCitizenKey newKey(CitizenKeys keys) {
    return keys.generate(KeyAlgorithm.EC_P256, publicKey -> hash());
  }

  private static DtbsRepresentation hash() {
    return CitizenKeysContract.p256("one");
  }

  private static WrappedKey inEpoch(NewCitizenKey key, String epoch) {
    WrappedKey wrapped = key.wrapped();
    return new WrappedKey(
        epoch,
        wrapped.wrapMechanism(),
        wrapped.wrapParameter(),
        wrapped.algorithm(),
        wrapped.blob());
  }

  private static boolean signs(CitizenKeys keys, NewCitizenKey key) throws Exception {
    return CitizenKeysContract.isSigned(
        key.publicKey(), "one", keys.sign(key.wrapped(), List.of(hash())).values().getFirst());
  }
}
