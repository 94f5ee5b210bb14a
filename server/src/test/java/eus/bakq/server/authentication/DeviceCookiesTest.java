package eus.bakq.server.authentication;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.server.authentication.DeviceCookies.Presented;
import eus.bakq.server.authentication.FailureCounters.Counter;
import eus.bakq.server.authentication.FailureCounters.Tally;
import eus.bakq.server.hsm.SoftwareInfrastructureKeys;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.ChallengeId;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignerId;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** docs/sole-control.md section 4, Locks: by what a device is known, and by what it is not. */
class DeviceCookiesTest {
  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final Duration LIFE = Duration.ofDays(400);
  private static final SignerId SIGNER = new SignerId(new UUID(0, 1 << 20));
  private static final long GENERATION = 7;

  private final SoftwareInfrastructureKeys keys = new SoftwareInfrastructureKeys();
  private final DeviceCookies cookies = cookies(LockRule.TWO);

  private DeviceCookies cookies(LockRule locks) {
    return new DeviceCookies(
        keys,
        new SecureRandom(),
        new AuthenticationSettings(
            5,
            Duration.ofMinutes(5),
            6,
            5,
            Duration.ZERO,
            Duration.ofMinutes(10),
            Duration.ofMinutes(10),
            locks,
            LIFE));
  }

  private byte[] given() {
    Challenge challenge =
        new Challenge(
            new ChallengeId(new UUID(3, 3)),
            Bytes.copyOf(new byte[16]),
            Optional.of(SIGNER),
            Optional.empty(),
            Bytes.copyOf(new byte[32]),
            NOW,
            Device.UNKNOWN,
            0);
    Interaction interaction =
        new Interaction(
            new InteractionId(new UUID(1, 1)),
            InteractionPurpose.SIGNATURE,
            new UUID(2, 2),
            Bytes.copyOf(new byte[91]),
            InteractionState.CHALLENGED,
            NOW,
            Optional.of(challenge));
    SecretBytes secret = SecretBytes.takeOver(new byte[32]);
    try (AuthenticatedSigner signer =
            new AuthenticatedSigner(SIGNER, interaction, challenge, NOW, GENERATION, secret);
        SecretBytes cookie = cookies.give(signer)) {
      return cookie.use(byte[]::clone);
    }
  }

  private Device known(byte[] cookie, UUID judgedAs, long generation, Instant at) {
    return known(cookies, cookie, judgedAs, generation, at);
  }

  private static Device known(
      DeviceCookies by, byte[] cookie, UUID judgedAs, long generation, Instant at) {
    try (SecretBytes presented = SecretBytes.copyOf(cookie)) {
      Presented examined = by.examine(judgedAs, Optional.of(presented));
      return by.device(examined, counter(judgedAs, generation, at));
    }
  }

  private static Counter counter(UUID id, long generation, Instant now) {
    Tally none = new Tally(0, false);
    return new Counter(id, none, none, generation, 0, Optional.empty(), now);
  }

  @Test
  void isKnownWithItsCookieUntilItsLifeIsOver() {
    byte[] cookie = given();

    assertThat(cookie).hasSize(DeviceCookies.SIZE);
    assertThat(known(cookie, SIGNER.value(), GENERATION, NOW)).isEqualTo(Device.KNOWN);
    assertThat(known(cookie, SIGNER.value(), GENERATION, NOW.plus(LIFE).minusSeconds(1)))
        .isEqualTo(Device.KNOWN);
    assertThat(known(cookie, SIGNER.value(), GENERATION, NOW.plus(LIFE))).isEqualTo(Device.UNKNOWN);
    assertThat(known(cookie, SIGNER.value(), GENERATION, NOW.minusSeconds(1)))
        .isEqualTo(Device.UNKNOWN);
  }

  @Test
  void isAStrangerForAnotherSignerAndForNobody() {
    byte[] cookie = given();

    for (UUID other : List.of(new UUID(0, (1 << 20) + 1), new UUID(0, 1))) {
      assertThat(known(cookie, other, GENERATION, NOW)).isEqualTo(Device.UNKNOWN);
    }
  }

  @Test
  void isAStrangerWhenAllHaveEndedAndWhenOneWasMadeForLater() {
    byte[] cookie = given();

    assertThat(known(cookie, SIGNER.value(), GENERATION + 1, NOW)).isEqualTo(Device.UNKNOWN);
    assertThat(known(cookie, SIGNER.value(), GENERATION - 1, NOW)).isEqualTo(Device.UNKNOWN);
  }

  @Test
  void isAStrangerWhicheverBitIsAltered() {
    for (int bit = 0; bit < DeviceCookies.SIZE * 8; bit++) {
      byte[] altered = given();
      altered[bit / 8] ^= (byte) (1 << bit % 8);

      assertThat(known(altered, SIGNER.value(), GENERATION, NOW))
          .as("bit %d", bit)
          .isEqualTo(Device.UNKNOWN);
    }
  }

  @Test
  void isAStrangerWithoutAny() {
    Presented none = cookies.examine(SIGNER.value(), Optional.empty());

    assertThat(cookies.device(none, counter(SIGNER.value(), GENERATION, NOW)))
        .isEqualTo(Device.UNKNOWN);
  }

  @Test
  void isAStrangerWhereThereIsOneCountForAll() {
    DeviceCookies strict = cookies(LockRule.SINGLE);

    assertThat(known(strict, given(), SIGNER.value(), GENERATION, NOW)).isEqualTo(Device.UNKNOWN);
  }

  /** AUT-11. */
  @Test
  void asksTheHsmOnceWhateverIsPresented() {
    byte[] cookie = given();
    AtomicInteger macs = new AtomicInteger();
    keys.setBeforeEachMac(macs::incrementAndGet);

    known(cookie, SIGNER.value(), GENERATION, NOW);
    known(new byte[DeviceCookies.SIZE], SIGNER.value(), GENERATION, NOW);
    known(cookies(LockRule.SINGLE), cookie, SIGNER.value(), GENERATION, NOW);
    cookies.examine(SIGNER.value(), Optional.empty());

    assertThat(macs).hasValue(4);
  }

  @Test
  void isAnotherOneEachTime() {
    assertThat(given()).isNotEqualTo(given());
  }
}
