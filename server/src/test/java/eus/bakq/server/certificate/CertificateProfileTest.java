package eus.bakq.server.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.vocabulary.Profile;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CertificateProfileTest {
  private static final URI ADDRESS = URI.create("https://www.bakq.example/cps");
  static final StatusAddresses STATUS =
      new StatusAddresses(URI.create("http://status.bakq.example"));

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
        environment, validity, backdating, policy, ADDRESS, disclosure, ADDRESS, STATUS);
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

  /** They stand in every certificate: nothing but a bare address of the web. */
  @Test
  void statusIsToldAtABareAddress() {
    StatusAddresses addresses = new StatusAddresses(URI.create("http://127.0.0.1:9446"));
    assertThat(addresses.ocsp()).hasToString("http://127.0.0.1:9446/ocsp");
    assertThat(addresses.revocationList()).hasToString("http://127.0.0.1:9446/authority.crl");
    assertThat(addresses.authority()).hasToString("http://127.0.0.1:9446/authority.cer");
    assertThat(new StatusAddresses(URI.create("https://a.example/" + "b".repeat(132))).base())
        .isNotNull();

    for (String wrong :
        List.of(
            "ftp://a.example",
            "http://a.example/",
            "http://a.example?b",
            "http://a.example#b",
            "http://b@a.example",
            "http:/a",
            "https://a.example/" + "b".repeat(133))) {
      assertThatThrownBy(() -> new StatusAddresses(URI.create(wrong)))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static CertificateProfile policy(String policy) {
    return profile(Profile.DEMO, Duration.ofDays(30), Duration.ZERO, policy, ADDRESS);
  }
}
