package eus.bakq.server.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.vocabulary.Profile;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CertificateProfileTest {
  private static final URI ADDRESS = URI.create("https://www.bakq.example/cps");

  static CertificateProfile profile(Duration validity) {
    return profile(
        Profile.DEMO, validity, Duration.ofSeconds(30), CertificateProfile.QCP_N, ADDRESS);
  }

  static CertificateProfile profile(Profile environment) {
    return profile(
        environment,
        Duration.ofDays(30),
        Duration.ofSeconds(30),
        CertificateProfile.QCP_N,
        ADDRESS);
  }

  private static CertificateProfile profile(
      Profile environment, Duration validity, Duration backdating, String policy, URI disclosure) {
    return new CertificateProfile(
        environment, validity, backdating, policy, ADDRESS, disclosure, ADDRESS);
  }

  /** CRT-03. */
  @Test
  void fiveYearsAreAcceptedAndOneSecondMoreIsNot() {
    assertThat(profile(Duration.ofDays(1826)).validity()).isEqualTo(Duration.ofDays(1826));

    assertThatThrownBy(() -> profile(Duration.ofDays(1826).plusSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("CRT-03");
  }

  /** CRT-05, CRT-07. */
  @Test
  void aPolicyThatClaimsAQualifiedDeviceDoesNotStart() {
    assertThatThrownBy(() -> policy("0.4.0.194112.1.2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("CRT-07");
    assertThatThrownBy(() -> policy("0.4.0.2042.1.1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("CRT-05");
  }

  @Test
  void beginsAtMostAMinuteBeforeItsMaking() {
    assertThatThrownBy(
            () ->
                profile(
                    Profile.DEMO,
                    Duration.ofDays(30),
                    Duration.ofSeconds(61),
                    CertificateProfile.QCP_N,
                    ADDRESS))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void addressesAreHttps() {
    assertThatThrownBy(
            () ->
                profile(
                    Profile.DEMO,
                    Duration.ofDays(30),
                    Duration.ZERO,
                    CertificateProfile.QCP_N,
                    URI.create("http://www.bakq.example/pds")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static CertificateProfile policy(String policy) {
    return profile(Profile.DEMO, Duration.ofDays(30), Duration.ZERO, policy, ADDRESS);
  }
}
