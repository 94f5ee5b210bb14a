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
    "lockAfter, 0, PT5M, 6, 5, PT30S, PT10M, PT10M",
    "lockAfter, 6, PT5M, 6, 5, PT30S, PT10M, PT10M",
    "codeLife, 5, PT59S, 6, 5, PT30S, PT10M, PT10M",
    "codeLife, 5, PT10M0.001S, 6, 5, PT30S, PT10M, PT10M",
    "codeDigits, 5, PT5M, 5, 5, PT30S, PT10M, PT10M",
    "codeDigits, 5, PT5M, 9, 5, PT30S, PT10M, PT10M",
    "codesPerHour, 5, PT5M, 6, 0, PT30S, PT10M, PT10M",
    "codesPerHour, 5, PT5M, 6, 6, PT30S, PT10M, PT10M",
    "codeGap, 5, PT5M, 6, 5, PT-1S, PT10M, PT10M",
    "codeGap, 5, PT5M, 6, 5, PT5M1S, PT10M, PT10M",
    "interactionLife, 5, PT5M, 6, 5, PT30S, PT15M1S, PT10M",
    "temporaryPasswordLife, 5, PT5M, 6, 5, PT30S, PT10M, PT10M1S",
  })
  void refusesWhatIsOutOfBounds(
      String named,
      int lockAfter,
      Duration codeLife,
      int codeDigits,
      int codesPerHour,
      Duration codeGap,
      Duration interactionLife,
      Duration temporaryPasswordLife) {
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
                    temporaryPasswordLife))
        .withMessageStartingWith(named + " is ");
  }

  @ParameterizedTest
  @CsvSource({
    "1, PT1M, 6, 1, PT0S, PT1M, PT1M",
    "5, PT10M, 8, 5, PT5M, PT15M, PT10M",
  })
  void takesItsBounds(
      int lockAfter,
      Duration codeLife,
      int codeDigits,
      int codesPerHour,
      Duration codeGap,
      Duration interactionLife,
      Duration temporaryPasswordLife) {
    assertThat(
            new AuthenticationSettings(
                    lockAfter,
                    codeLife,
                    codeDigits,
                    codesPerHour,
                    codeGap,
                    interactionLife,
                    temporaryPasswordLife)
                .codeLife())
        .isEqualTo(codeLife);
  }
}
