package eus.bakq.hsmconfig;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** KEY-08: a database goes on from an older state only if both officers say so. */
class ReconcileTest {
  private static final String FOUND =
      """
      {"version": 1,
       "anchors": [{"database": "aa", "sequence": 12, "hash": "bb"}],
       "head": {"database": "aa", "sequence": 9, "hash": "cc"},
       "missing": 3}
      """;

  @TempDir private Path folder;
  private final StringWriter account = new StringWriter();
  private Path officerA;
  private Path officerB;
  private Path refused;
  private Path transcript;
  private byte[] publicKey;

  @BeforeEach
  void prepare() throws Exception {
    officerA = Files.writeString(folder.resolve("a"), "the first officer's secret\n");
    officerB = Files.writeString(folder.resolve("b"), "the second officer's secret\n");
    refused = Files.writeString(folder.resolve("anchor.refused"), FOUND);
    transcript = Files.writeString(folder.resolve("transcript.json"), "{}");
    try (OfficerSecrets secrets = OfficerSecrets.read(officerA, officerB)) {
      byte[] seed = secrets.transcriptSeed();
      publicKey = Transcript.publicKey(seed);
      Files.writeString(
          folder.resolve("transcript.json.sig"),
          HexFormat.of().formatHex(Transcript.sign(Files.readAllBytes(transcript), seed)) + "\n");
    }
  }

  @Test
  @DisplayName("KEY-08: shows both heads and what is missing, and signs nothing unasked")
  void showsBeforeItSigns() {
    assertThat(run(officerA, officerB)).isZero();

    assertThat(account.toString())
        .contains("anchored: record 12, hash bb")
        .contains("record 9 is the last, hash cc")
        .contains("missing:  3 records")
        .contains("Nothing was signed. To agree: --agree 9")
        .doesNotContain("officer's secret");
    assertThat(signature()).doesNotExist();
  }

  @Test
  @DisplayName("KEY-08: both officers sign what was found, in words that no transcript has")
  void signsForBoth() throws Exception {
    assertThat(run(officerA, officerB, "--agree", "9")).as(account.toString()).isZero();

    byte[] message = ("bakq/reconciliation/v1\n" + FOUND).getBytes(StandardCharsets.UTF_8);
    Ed25519Signer verifier = new Ed25519Signer();
    verifier.init(false, new Ed25519PublicKeyParameters(publicKey));
    verifier.update(message, 0, message.length);
    assertThat(
            verifier.verifySignature(
                HexFormat.of().parseHex(Files.readString(signature()).strip())))
        .isTrue();
  }

  @Test
  @DisplayName("KEY-08: one officer alone is refused")
  void refusesOneOfficer() throws Exception {
    assertThat(run(officerA, officerA, "--agree", "9")).isOne();
    assertThat(account.toString()).contains("needs two persons");

    Path guess = Files.writeString(folder.resolve("guess"), "what the other may have said");
    assertThat(run(officerA, guess, "--agree", "9")).isOne();
    assertThat(run(guess, officerB, "--agree", "9")).isOne();
    assertThat(run(officerB, officerA, "--agree", "9")).isOne();
    assertThat(account.toString()).contains("not the secrets of the two officers");
    assertThat(signature()).doesNotExist();
  }

  @Test
  void refusesAnotherHeadThanTheOneThatWasFoundAndWhatNoServerWrote() throws Exception {
    assertThat(run(officerA, officerB, "--agree", "12")).isOne();
    assertThat(account.toString()).contains("the last record that was found is 9, not 12");

    for (String wrong : new String[] {"", "{}", "[]", FOUND.replace("1,", "2,"), "not JSON"}) {
      Files.writeString(refused, wrong);
      assertThat(run(officerA, officerB, "--agree", "9")).as(wrong).isOne();
    }
    assertThat(signature()).doesNotExist();
  }

  @Test
  void saysWhatIsNoOlderButAnother() throws Exception {
    Files.writeString(
        refused,
        FOUND
            .replace(
                "\"database\": \"aa\", \"sequence\": 9", "\"database\": \"dd\", \"sequence\": 40")
            .replace("\"missing\": 3", "\"missing\": 0"));

    assertThat(run(officerA, officerB)).isZero();

    assertThat(account.toString()).contains("ANOTHER database").contains("OTHERS");
  }

  private Path signature() {
    return folder.resolve("anchor.refused.sig");
  }

  private int run(Path first, Path second, String... further) {
    String[] arguments = new String[8 + further.length];
    String[] usual = {
      "--refused", refused.toString(),
      "--transcript", transcript.toString(),
      "--officer-a", first.toString(),
      "--officer-b", second.toString()
    };
    System.arraycopy(usual, 0, arguments, 0, usual.length);
    System.arraycopy(further, 0, arguments, usual.length, further.length);
    return Reconcile.execute(new PrintWriter(account), arguments);
  }
}
