package eus.bakq.server.authentication;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.server.hsm.InfrastructureKeys;
import eus.bakq.server.hsm.MacKey;
import eus.bakq.server.hsm.SigningKey;
import eus.bakq.server.hsm.SoftwareInfrastructureKeys;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.ChallengeId;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignerId;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/**
 * OTP-01, OTP-07, OTP-09: codes are computed, drawn without bias, and bound to everything they
 * stand for.
 */
class CodesTest {
  private static final Instant LATER = Instant.parse("2026-11-22T10:00:00Z");
  private static final AuthenticationSettings SETTINGS =
      new AuthenticationSettings(
          5,
          Duration.ofMinutes(5),
          6,
          5,
          Duration.ZERO,
          Duration.ofMinutes(10),
          Duration.ofMinutes(10),
          LockRule.TWO,
          Duration.ofDays(400));

  private final Codes codes = new Codes(new SoftwareInfrastructureKeys(), SETTINGS);

  private static Interaction interaction(InteractionPurpose purpose, UUID id, UUID subject) {
    return new Interaction(
        new InteractionId(id),
        purpose,
        subject,
        Bytes.copyOf(new byte[91]),
        InteractionState.CHALLENGED,
        LATER,
        Optional.empty());
  }

  private static Challenge challenge(UUID id, int frozen) {
    byte[] set = new byte[32];
    set[0] = (byte) frozen;
    return challenge(id, set);
  }

  private static Challenge challenge(UUID id, byte[] set) {
    return new Challenge(
        new ChallengeId(id),
        Bytes.copyOf(new byte[16]),
        Optional.empty(),
        Optional.empty(),
        Bytes.copyOf(set),
        LATER,
        Device.UNKNOWN,
        0);
  }

  private String code(Interaction interaction, Challenge challenge, UUID signer) {
    try (SecretBytes code = codes.code(interaction, challenge, signer)) {
      return code.use(value -> new String(value, StandardCharsets.US_ASCII));
    }
  }

  @Test
  void isTheSameWheneverItIsComputedForTheSameChallenge() {
    Interaction interaction =
        interaction(InteractionPurpose.SIGNATURE, new UUID(1, 1), new UUID(2, 2));
    Challenge challenge = challenge(new UUID(3, 3), 0);

    assertThat(code(interaction, challenge, new UUID(4, 4)))
        .matches("[0-9]{6}")
        .isEqualTo(code(interaction, challenge, new UUID(4, 4)));
  }

  /** One code of a million may be equal by chance; all five at once may not. */
  @Test
  void differsWithPurposeInteractionSubjectSignerAndSet() {
    Challenge challenge = challenge(new UUID(3, 3), 0);
    UUID signer = new UUID(4, 4);
    String code =
        code(
            interaction(InteractionPurpose.SIGNATURE, new UUID(1, 1), new UUID(2, 2)),
            challenge,
            signer);

    assertThat(
            code(
                interaction(InteractionPurpose.ACTIVATION, new UUID(1, 1), new UUID(2, 2)),
                challenge,
                signer))
        .isNotEqualTo(code);
    assertThat(
            code(
                interaction(InteractionPurpose.SIGNATURE, new UUID(1, 2), new UUID(2, 2)),
                challenge,
                signer))
        .isNotEqualTo(code);
    assertThat(
            code(
                interaction(InteractionPurpose.SIGNATURE, new UUID(1, 1), new UUID(2, 3)),
                challenge,
                signer))
        .isNotEqualTo(code);
    assertThat(
            code(
                interaction(InteractionPurpose.SIGNATURE, new UUID(1, 1), new UUID(2, 2)),
                challenge,
                new UUID(4, 5)))
        .isNotEqualTo(code);
    assertThat(
            code(
                interaction(InteractionPurpose.SIGNATURE, new UUID(1, 1), new UUID(2, 2)),
                challenge(new UUID(3, 3), 1),
                signer))
        .isNotEqualTo(code);
  }

  /** OTP-07: a set of which one bit is another has another code, whichever bit it is. */
  @Test
  void differsWithEveryBitOfTheSet() {
    Interaction interaction =
        interaction(InteractionPurpose.SIGNATURE, new UUID(1, 1), new UUID(2, 2));
    UUID signer = new UUID(4, 4);
    String code = code(interaction, challenge(new UUID(3, 3), new byte[32]), signer);
    for (int bit = 0; bit < 256; bit++) {
      byte[] set = new byte[32];
      set[bit / 8] = (byte) (1 << bit % 8);

      assertThat(code(interaction, challenge(new UUID(3, 3), set), signer))
          .as("bit %d", bit)
          .isNotEqualTo(code);
    }
  }

  /**
   * OTP-01: over more than a million digits. Chi-squared of each of six places, 9 degrees of
   * freedom, beyond 40 once in 100,000 keys; of the first three and the last three digits together,
   * 999 degrees, beyond 1,200 once in 100,000. The key is fixed, so the outcome is.
   */
  @Test
  void drawsEveryCodeAsOften() throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(new byte[] {1}, "HmacSHA256"));
    Codes ofOneMac = new Codes(new ChosenBytes(mac::doFinal), SETTINGS);
    int codes = 200_000;
    int[][] places = new int[6][10];
    int[][] halves = new int[2][1000];
    Interaction interaction =
        interaction(InteractionPurpose.SIGNATURE, new UUID(1, 1), new UUID(2, 2));
    for (int i = 0; i < codes; i++) {
      try (SecretBytes drawn =
          ofOneMac.code(interaction, challenge(new UUID(3, i), 0), new UUID(4, 4))) {
        int code = drawn.use(CodesTest::number);
        halves[0][code / 1000]++;
        halves[1][code % 1000]++;
        for (int place = 0, rest = code; place < 6; place++, rest /= 10) {
          places[place][rest % 10]++;
        }
      }
    }

    for (int[] counts : places) {
      assertThat(chiSquared(counts, codes)).isLessThan(40);
    }
    for (int[] counts : halves) {
      assertThat(chiSquared(counts, codes)).isLessThan(1200);
    }
  }

  private static double chiSquared(int[] counts, int drawn) {
    double expected = (double) drawn / counts.length;
    return Arrays.stream(counts)
        .mapToDouble(count -> (count - expected) * (count - expected) / expected)
        .sum();
  }

  /** OTP-01: each of the million codes can come, those with zeros in front among them. */
  @Test
  void reachesEveryCode() {
    byte[] mac = new byte[32];
    Codes ofChosenBytes = new Codes(new ChosenBytes(any -> mac.clone()), SETTINGS);
    Interaction interaction =
        interaction(InteractionPurpose.SIGNATURE, new UUID(1, 1), new UUID(2, 2));
    Challenge challenge = challenge(new UUID(3, 3), 0);
    for (int value = 0; value < 1_000_000; value++) {
      int rest = value;
      for (int place = 5; place >= 0; place--) {
        mac[place] = (byte) (rest % 10 + 10 * (value % 25));
        rest /= 10;
      }
      int expected = value;
      try (SecretBytes code = ofChosenBytes.code(interaction, challenge, new UUID(4, 4))) {
        assertThat(code.<Integer>use(CodesTest::number)).isEqualTo(expected);
      }
    }
  }

  private static int number(byte[] digits) {
    int number = 0;
    for (byte digit : digits) {
      number = 10 * number + digit - '0';
    }
    return number;
  }

  /** OTP-01: the bytes that would favour 0 to 5 are passed over. */
  @Test
  void passesOverBytesThatWouldFavourSomeDigits() {
    byte[] mac = new byte[32];
    for (int i = 0; i < 6; i++) {
      mac[i] = (byte) (250 + i);
      mac[6 + i] = (byte) (249 - i);
    }
    try (SecretBytes code =
        new Codes(new ChosenBytes(any -> mac.clone()), SETTINGS)
            .code(
                interaction(InteractionPurpose.SIGNATURE, new UUID(1, 1), new UUID(2, 2)),
                challenge(new UUID(3, 3), 0),
                new UUID(4, 4))) {
      assertThat(code.<Integer>use(CodesTest::number)).isEqualTo(987654);
    }
  }

  /** A token whose MACs are what the test says. */
  private record ChosenBytes(UnaryOperator<byte[]> macs) implements InfrastructureKeys {
    @Override
    public byte[] mac(MacKey key, byte[] input) {
      return macs.apply(input);
    }

    @Override
    public byte[] random(int size) {
      throw new UnsupportedOperationException("codes are computed, not drawn");
    }

    @Override
    public Bytes sign(SigningKey key, Bytes hash) {
      throw new UnsupportedOperationException("codes are MACs");
    }

    @Override
    public PublicKey publicKey(SigningKey key) {
      throw new UnsupportedOperationException("codes are MACs");
    }
  }

  @Test
  void givesTemporaryPasswordsThatCanBeReadOut() {
    try (SecretBytes password =
        codes.temporaryPassword(
            new InteractionId(new UUID(1, 1)),
            new ChallengeId(new UUID(2, 2)),
            Bytes.copyOf(new byte[16]),
            new SignerId(new UUID(3, 3)))) {
      assertThat(password.<String>use(value -> new String(value, StandardCharsets.US_ASCII)))
          .matches("[a-hjkmnp-z]{5}[2-9]{5}");
    }
  }
}
