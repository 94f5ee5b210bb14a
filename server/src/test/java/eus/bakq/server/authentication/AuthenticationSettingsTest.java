package eus.bakq.server.authentication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What nobody can configure away: OTP-01, OTP-02, OTP-13, AUT-08. */
class AuthenticationSettingsTest {
  @ParameterizedTest
  @CsvSource({
    "lockAfter, 0, PT5M, 6, 5, PT30S, PT10M, PT10M, P400D",
    "lockAfter, 6, PT5M, 6, 5, PT30S, PT10M, PT10M, P400D",
    "codeLife, 5, PT59S, 6, 5, PT30S, PT10M, PT10M, P400D",
    "codeLife, 5, PT10M0.001S, 6, 5, PT30S, PT10M, PT10M, P400D",
    "codeDigits, 5, PT5M, 5, 5, PT30S, PT10M, PT10M, P400D",
    "codeDigits, 5, PT5M, 9, 5, PT30S, PT10M, PT10M, P400D",
    "codesPerHour, 5, PT5M, 6, 0, PT30S, PT10M, PT10M, P400D",
    "codesPerHour, 5, PT5M, 6, 6, PT30S, PT10M, PT10M, P400D",
    "codeGap, 5, PT5M, 6, 5, PT-1S, PT10M, PT10M, P400D",
    "codeGap, 5, PT5M, 6, 5, PT5M1S, PT10M, PT10M, P400D",
    "interactionLife, 5, PT5M, 6, 5, PT30S, PT15M1S, PT10M, P400D",
    "temporaryPasswordLife, 5, PT5M, 6, 5, PT30S, PT10M, PT10M1S, P400D",
    "deviceLife, 5, PT5M, 6, 5, PT30S, PT10M, PT10M, PT23H59M",
    "deviceLife, 5, PT5M, 6, 5, PT30S, PT10M, PT10M, P800DT1S",
  })
  void refusesWhatIsOutOfBounds(
      String named,
      int lockAfter,
      Duration codeLife,
      int codeDigits,
      int codesPerHour,
      Duration codeGap,
      Duration interactionLife,
      Duration temporaryPasswordLife,
      Duration deviceLife) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new AuthenticationSettings(
                    lockAfter,
                    codeLife,
                    codeDigits,
                    codesPerHour,
                    codeGap,
                    interactionLife,
                    temporaryPasswordLife,
                    LockRule.TWO,
                    deviceLife))
        .withMessageStartingWith(named + " is ");
  }

  @ParameterizedTest
  @CsvSource({
    "1, PT1M, 6, 1, PT0S, PT1M, PT1M, P1D",
    "5, PT10M, 8, 5, PT5M, PT15M, PT10M, P800D",
  })
  void takesItsBounds(
      int lockAfter,
      Duration codeLife,
      int codeDigits,
      int codesPerHour,
      Duration codeGap,
      Duration interactionLife,
      Duration temporaryPasswordLife,
      Duration deviceLife) {
    assertThat(
            new AuthenticationSettings(
                    lockAfter,
                    codeLife,
                    codeDigits,
                    codesPerHour,
                    codeGap,
                    interactionLife,
                    temporaryPasswordLife,
                    LockRule.TWO,
                    deviceLife)
                .codeLife())
        .isEqualTo(codeLife);
  }
}
