package eus.bakq.server.hsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.failure.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AuthProvider;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the authority's key is opened anew when its token has failed. */
class AuthorityRenewalTest {
  /** Near the wrap-around, where a comparison instead of a difference would fail. */
  private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 1);

  private static TestCeremony ceremony;
  private Hsm hsm;

  @BeforeAll
  static void holdCeremony(@TempDir Path folder) throws Exception {
    ceremony = TestCeremony.hold(folder);
  }

  @BeforeEach
  void open() throws Exception {
    hsm = Hsm.open(ceremony.settings(), new SecureRandom(), time::get);
  }

  @AfterEach
  void close() {
    hsm.close();
  }

  @Test
  void isRenewedOnceForAllWhoSawItFail() {
    AuthorityKey failed = hsm.authorityKey();

    AuthorityKey renewed = failed.renewal().renew(failed);

    assertThat(renewed).isNotSameAs(failed).isSameAs(hsm.authorityKey());
    assertThat(failed.renewal().renew(failed)).isSameAs(renewed);
  }

  @Test
  @DisplayName("a long outage does not become a storm of logins: for two seconds nothing is tried")
  void restsAfterAFailure() throws Exception {
    AuthorityKey failed = hsm.authorityKey();
    Path pin = ceremony.pinFile("authority");
    Path away = Files.move(pin, pin.resolveSibling("away"));
    assertThatThrownBy(() -> failed.renewal().renew(failed))
        .isInstanceOf(UnavailableException.class)
        .hasCauseInstanceOf(HsmRefusedException.class);
    Files.move(away, pin);

    time.addAndGet(Duration.ofMillis(1999).toNanos());
    assertThatThrownBy(() -> failed.renewal().renew(failed))
        .isInstanceOf(UnavailableException.class)
        .hasNoCause();

    time.addAndGet(Duration.ofMillis(1).toNanos());
    assertThat(failed.renewal().renew(failed)).isSameAs(hsm.authorityKey()).isNotSameAs(failed);
  }

  @Test
  @DisplayName("a PIN that was refused is never tried again: tokens lock")
  void triesAWrongPinOnce() throws Exception {
    AuthorityKey failed = hsm.authorityKey();
    ((AuthProvider) failed.provider()).logout(); // else no PIN is asked for
    String right = replacePin("0000-wrong");
    refuses(failed);
    replacePin(right);

    refuses(failed);
    refuses(failed);

    // The token itself takes the right one still.
    ceremony.attacker("authority").close();
  }

  private void refuses(AuthorityKey failed) {
    assertThatThrownBy(() -> failed.renewal().renew(failed))
        .isInstanceOf(UnavailableException.class)
        .cause()
        .hasMessageContaining("PIN is accepted");
    time.addAndGet(Duration.ofSeconds(2).toNanos());
  }

  private String replacePin(String pin) throws IOException {
    Path file = ceremony.pinFile("authority");
    String before = Files.readString(file);
    Files.writeString(file, pin);
    return before;
  }
}
