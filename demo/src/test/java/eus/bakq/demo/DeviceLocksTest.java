package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import eus.bakq.auditor.v1.AuditRecord;
import eus.bakq.fixtures.Documents;
import eus.bakq.registration.v1.RevocationReason;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Strangers lock out strangers (docs/threat-model.md, U11): two counts of wrong factors, and the
 * cookies by which a citizen's devices are known.
 */
@ExtendWith(InDemoWorld.class)
class DeviceLocksTest {
  private static final String NEW_LOCKED = "Your BakQ is locked on new devices";
  private static final String OWN_WARNING =
      "Warning: one more failure will lock BakQ on your devices";
  private static final String OWN_LOCKED = "Your BakQ is locked on your devices";

  private final DemoWorld world;
  private final Sede sede;

  DeviceLocksTest(DemoWorld world) {
    this.world = world;
    this.sede = world.sede(DemoWorld.SEDE_A);
  }

  @Test
  @DisplayName(
      "AUT-08, AUT-09: a stranger's five tries lock out strangers; the citizen's own device goes on")
  void locksOutStrangersOnly() {
    Citizen citizen = world.registeredCitizen();
    ByteString device = citizen.activate().device();
    SignatureRequest request = sede.ask(Documents.form());
    for (int i = 0; i < 5; i++) {
      wrongPassword(citizen, request, ByteString.EMPTY);
    }
    assertThat(judged(request)).containsOnlyOnce("UNKNOWN LOCKED not sent");
    assertThat(citizen.mailWith(NEW_LOCKED).getText())
        .contains("On the devices with which you have signed before you can go on.");

    // The right password, by whoever has guessed or stolen it, brings a stranger no code.
    citizen.open(request).submitPassword(citizen.dni(), Citizen.PASSWORD);
    assertThat(judged(request).getLast()).isEqualTo("UNKNOWN WAS_LOCKED not sent");
    assertThat(citizen.unreadSms()).isZero();

    Authorising own = right(citizen, request, device);
    assertThat(judged(request).getLast()).isEqualTo("KNOWN COUNTED sent");
    assertThat(own.submitCode(citizen.nextCode())).isOne();
    assertThat(own.device().size()).isEqualTo(device.size());
    assertThat(own.device()).isNotEqualTo(device);

    // It goes on, and opens no lock by that.
    SignatureRequest next = sede.ask(Documents.form());
    citizen.open(next).submitPassword(citizen.dni(), Citizen.PASSWORD);
    assertThat(judged(next).getLast()).isEqualTo("UNKNOWN WAS_LOCKED not sent");
    assertThat(right(citizen, next, own.device()).submitCode(citizen.nextCode())).isOne();
  }

  @Test
  @DisplayName("AUT-09: an officer unlocks; then every device is new, until it has succeeded again")
  void endsAllCookiesWhenAnOfficerUnlocks() {
    Citizen citizen = world.registeredCitizen();
    ByteString device = citizen.activate().device();
    SignatureRequest request = sede.ask(Documents.form());
    for (int i = 0; i < 5; i++) {
      wrongPassword(citizen, request, ByteString.EMPTY);
    }
    world.officer().unlock(citizen);

    Authorising anew = right(citizen, request, device);
    assertThat(judged(request).getLast()).isEqualTo("UNKNOWN COUNTED sent");
    assertThat(anew.submitCode(citizen.nextCode())).isOne();

    SignatureRequest next = sede.ask(Documents.form());
    assertThat(right(citizen, next, anew.device()).submitCode(citizen.nextCode())).isOne();
    assertThat(judged(next).getLast()).isEqualTo("KNOWN COUNTED sent");
  }

  @Test
  @DisplayName(
      "AUT-08, AUT-10, OTP-05: passwords and codes of a known device are counted, warned of and"
          + " locked by themselves")
  void locksKnownDevicesByThemselves() {
    Citizen citizen = world.registeredCitizen();
    ByteString device = citizen.activate().device();
    SignatureRequest request = sede.ask(Documents.form());
    Authorising challenged = right(citizen, request, device);
    String code = citizen.nextCode();
    for (int i = 0; i < 2; i++) {
      assertThat(Refused.by(() -> challenged.submitCode(other(code))).reason())
          .isEqualTo("AUTHENTICATION_FAILED");
    }
    wrongPassword(citizen, request, device);
    wrongPassword(citizen, request, device);
    citizen.mailWith(OWN_WARNING);
    wrongPassword(citizen, request, device);
    citizen.mailWith(OWN_LOCKED);

    // The code of before the lock is of no use, nor is the right password with this device.
    assertThat(Refused.by(() -> challenged.submitCode(code)).reason())
        .isEqualTo("AUTHENTICATION_FAILED");
    right(citizen, request, device);
    assertThat(judged(request).getLast()).isEqualTo("KNOWN WAS_LOCKED not sent");

    // Whoever stole the device has locked out himself.
    assertThat(citizen.sign(request)).isOne();
    assertThat(judged(request).getLast()).isEqualTo("UNKNOWN COUNTED sent");
  }

  @Test
  @DisplayName("AUT-11: a cookie that is not good is as none: of another, altered, or made up")
  void knowsNoDeviceByAnotherCookie() {
    Citizen citizen = world.registeredCitizen();
    byte[] altered = citizen.activate().device().toByteArray();
    Citizen another = world.registeredCitizen();
    ByteString ofAnother = another.activate().device();
    altered[altered.length - 1] ^= 1;
    SignatureRequest request = sede.ask(Documents.form());

    List<ByteString> strange =
        List.of(ofAnother, ByteString.copyFrom(altered), ByteString.copyFrom(new byte[64]));
    for (ByteString cookie : strange) {
      wrongPassword(citizen, request, cookie);
    }
    Citizen nobody = world.newCitizen();
    wrongPassword(nobody, request, ofAnother);

    assertThat(judged(request))
        .containsExactly(
            "UNKNOWN COUNTED not sent",
            "UNKNOWN COUNTED not sent",
            "UNKNOWN COUNTED not sent",
            judged(request).getLast());
    assertThat(judged(request).getLast()).startsWith("UNKNOWN ");
  }

  @Test
  @DisplayName("KEY-10: with the credentials the cookies end; a new activation gives another")
  void endsAllCookiesWithTheCredentials() throws Exception {
    Citizen citizen = world.registeredCitizen();
    ByteString old = citizen.activate().device();
    world.officer().revoke(citizen, RevocationReason.REVOCATION_REASON_SIGNER_ASKED);
    int links = citizen.linkTokens().size();
    world.officer().renew(citizen);
    assertThat(Eventually.is(() -> citizen.linkTokens().size() > links)).isTrue();
    ByteString present = citizen.activate().device();

    SignatureRequest request = sede.ask(Documents.form());
    wrongPassword(citizen, request, old);
    assertThat(judged(request).getLast()).isEqualTo("UNKNOWN COUNTED not sent");
    wrongPassword(citizen, request, present);
    assertThat(judged(request).getLast()).isEqualTo("KNOWN COUNTED not sent");
  }

  @Test
  @DisplayName("AUT-08: nobody can lock out who has yet to activate")
  void countsNothingAgainstWhoHasYetToActivate() throws Exception {
    Citizen citizen = world.registeredCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    for (int i = 0; i < 6; i++) {
      wrongPassword(citizen, request, ByteString.EMPTY);
    }

    assertThat(world.audit().lines(request.getId()))
        .contains("AUTHENTICATION_PASSWORD_JUDGED REFUSED UNKNOWN_SIGNER");
    assertThat(
            world.count(
                "select count(*) from failure_counter where failures > 0 and id = '"
                    + citizen.signerId()
                    + "'"))
        .isZero();
    citizen.activate();
    assertThat(citizen.sign(request)).isOne();
  }

  @Test
  @DisplayName("U5: who writes the database brings old cookies back to life, and makes none")
  void makesNoCookieOfARowInTheDatabase() throws Exception {
    Citizen citizen = world.registeredCitizen();
    ByteString device = citizen.activate().device();
    world.officer().revoke(citizen, RevocationReason.REVOCATION_REASON_SIGNER_ASKED);
    int links = citizen.linkTokens().size();
    world.officer().renew(citizen);
    assertThat(Eventually.is(() -> citizen.linkTokens().size() > links)).isTrue();
    citizen.activate();

    assertThat(
            world.tamper(
                "update failure_counter set device_generation = 2 where id = '"
                    + citizen.signerId()
                    + "'"))
        .isOne();
    SignatureRequest request = sede.ask(Documents.form());
    wrongPassword(citizen, request, device);
    assertThat(judged(request).getLast()).isEqualTo("KNOWN COUNTED not sent");
    wrongPassword(citizen, request, ByteString.copyFrom(new byte[64]));
    assertThat(judged(request).getLast()).isEqualTo("UNKNOWN COUNTED not sent");
  }

  private static void wrongPassword(Citizen citizen, SignatureRequest request, ByteString device) {
    citizen.open(request).withDevice(device).submitPassword(citizen.dni(), Citizen.WRONG_PASSWORD);
  }

  private static Authorising right(Citizen citizen, SignatureRequest request, ByteString device) {
    Authorising authorising = citizen.open(request).withDevice(device);
    authorising.submitPassword(citizen.dni(), Citizen.PASSWORD);
    return authorising;
  }

  private static String other(String code) {
    return (code.charAt(0) == '9' ? '0' : (char) (code.charAt(0) + 1)) + code.substring(1);
  }

  /** Of each password on {@code request}: device, account and code, as the record has them. */
  private List<String> judged(SignatureRequest request) {
    List<String> lines = new ArrayList<>();
    for (AuditRecord record : world.audit().of(request.getId())) {
      if (record.getType().equals("AUTHENTICATION_PASSWORD_JUDGED")) {
        lines.add(
            record.getDetailsOrThrow("device")
                + " "
                + record.getDetailsOrThrow("account")
                + " "
                + record.getDetailsOrThrow("code"));
      }
    }
    return lines;
  }
}
