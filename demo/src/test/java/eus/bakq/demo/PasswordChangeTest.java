package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import eus.bakq.auditor.v1.AuditRecord;
import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.judge.OpenSsl;
import eus.bakq.fixtures.judge.Verdict;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A citizen changes the password, and has another key from then on (docs/adr/0026). */
@ExtendWith(InDemoWorld.class)
class PasswordChangeTest {
  private static final String NOT_ACCEPTED = "PASSWORD_NOT_ACCEPTED";
  private static final String FAILED = "AUTHENTICATION_FAILED";
  private static final String GONE = "INTERACTION_NOT_FOUND";
  private static final String JUDGED = "AUTHENTICATION_PASSWORD_JUDGED";

  private final DemoWorld world;
  private final Sede sede;

  PasswordChangeTest(DemoWorld world) {
    this.world = world;
    this.sede = world.sede(DemoWorld.SEDE_A);
  }

  @Test
  @DisplayName(
      "KEY-10, CRT-08, CRT-09: the new password signs, with a new key and certificate; the old one"
          + " does not, and its certificate is revoked, its key erased, the citizen told")
  void changesThePassword() throws Exception {
    Citizen citizen = world.activeCitizen();
    X509Certificate first = signs(citizen, Citizen.PASSWORD);

    Changing changing = citizen.changing(Citizen.PASSWORD);
    X509Certificate given =
        read(changing.change(citizen.nextCode(), Citizen.NEW_PASSWORD).getCertificate());

    assertThat(citizen.smsTexts().getFirst()).contains("to change your BakQ password");
    assertThat(citizen.mailWith("The password of your BakQ was changed").getText())
        .contains("a new key and a new certificate");
    assertRefusesPassword(citizen, Citizen.PASSWORD);
    X509Certificate second = signs(citizen, Citizen.NEW_PASSWORD);
    assertThat(second).isEqualTo(given);
    assertThat(second.getSerialNumber()).isNotEqualTo(first.getSerialNumber());
    assertThat(second.getPublicKey()).isNotEqualTo(first.getPublicKey());
    assertThat(second.getSubjectX500Principal()).isEqualTo(first.getSubjectX500Principal());
    // Nobody was identified anew.
    assertThat(second.getNotAfter()).isEqualTo(first.getNotAfter());
    assertThat(status(first).said())
        .contains("Response verify OK", ".pem: revoked", "Reason: superseded");
    assertThat(status(second).said()).contains("Response verify OK", ".pem: good");
    assertThat(storedKeys(citizen)).isOne();
    assertIsRecorded(citizen);
  }

  private void assertIsRecorded(Citizen citizen) {
    assertThat(world.audit().lines(citizen.signerId()))
        .containsSubsequence(
            "CERTIFICATE_REVOKED SUCCEEDED",
            "KEY_DESTROYED SUCCEEDED",
            "PASSWORD_CHANGED SUCCEEDED");
    AuditRecord changed = world.audit().of(citizen.signerId()).getLast();
    assertThat(changed.getDetailsMap()).containsEntry("generation", "2").containsKey("act");
    assertThat(world.audit().lines(changed.getDetailsOrThrow("change")))
        .containsExactly(
            JUDGED + " SUCCEEDED",
            "KEY_GENERATION_INTENDED SUCCEEDED",
            "AUTHENTICATION_SUCCEEDED SUCCEEDED",
            "KEY_GENERATED SUCCEEDED",
            "CERTIFICATE_REQUESTED SUCCEEDED",
            "CERTIFICATE_ISSUED SUCCEEDED",
            "CERTIFICATE_LINKED SUCCEEDED");
    assertThat(world.audit().verify().getFirstBadSequence()).isZero();
  }

  @Test
  @DisplayName("SAD-21: a code of before the change signs nothing; the request is signed after it")
  void endsChallengesUnderWay() {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    Authorising challenged = citizen.challenged(request);
    String code = citizen.nextCode();

    citizen.changePassword(Citizen.PASSWORD, Citizen.NEW_PASSWORD);

    assertThat(Refused.by(() -> challenged.submitCode(code)).reason()).isEqualTo(FAILED);
    assertThat(world.audit().lastLine(request.getId()))
        .isEqualTo("AUTHENTICATION_FAILED REFUSED PASSWORD_WAS_NOT_ACCEPTED");
    assertThat(citizen.sign(request, Citizen.NEW_PASSWORD)).isOne();
  }

  @Test
  @DisplayName("the device on which it was changed is known, and no other any more")
  void knowsTheDeviceOnWhichItWasChanged() {
    Citizen citizen = world.registeredCitizen();
    ByteString before = citizen.activate().device();
    Changing changing = citizen.changePassword(Citizen.PASSWORD, Citizen.NEW_PASSWORD);

    assertThat(judgedAs(citizen, before)).isEqualTo("UNKNOWN");
    assertThat(judgedAs(citizen, changing.device())).isEqualTo("KNOWN");
  }

  private String judgedAs(Citizen citizen, ByteString device) {
    SignatureRequest request = sede.ask(Documents.form());
    citizen.open(request).withDevice(device).submitPassword(citizen.dni(), Citizen.NEW_PASSWORD);
    return world.audit().of(request.getId()).getLast().getDetailsOrThrow("device");
  }

  @Test
  @DisplayName(
      "AUT-03, OTP-03: what guessers try is refused to everybody, what neighbours know to who has"
          + " all factors; neither uses up the code")
  void refusesAPasswordAndKeepsTheCode() {
    Citizen citizen = world.activeCitizen();
    Changing changing = citizen.changing(Citizen.PASSWORD);
    String code = citizen.nextCode();
    String own = "nire zenbakia " + citizen.dni() + " da beti";

    assertThat(refused(changing, "0000000", "12345678")).isEqualTo(NOT_ACCEPTED);
    assertThat(refused(changing, "0000000", own)).isEqualTo(FAILED);
    assertThat(refused(changing, code, own)).isEqualTo(NOT_ACCEPTED);
    changing.change(code, Citizen.NEW_PASSWORD);

    assertThat(refused(changing, code, Citizen.NEW_PASSWORD)).isEqualTo(GONE);
    signs(citizen, Citizen.NEW_PASSWORD);
  }

  @Test
  @DisplayName("the old password is no new one: nothing changes, and it is recorded")
  void refusesTheSamePassword() throws Exception {
    Citizen citizen = world.activeCitizen();
    Changing changing = citizen.changing(Citizen.PASSWORD);

    assertThat(refused(changing, citizen.nextCode(), Citizen.PASSWORD)).isEqualTo(NOT_ACCEPTED);

    assertThat(world.audit().lastLine(changeOf(changing)))
        .isEqualTo("PASSWORD_CHANGE_REFUSED REFUSED SAME_PASSWORD");
    signs(citizen, Citizen.PASSWORD);
  }

  @Test
  @DisplayName(
      "AUT-08, OTP-04: wrong passwords and codes of a change count with all others, exactly; five"
          + " lock, and then nothing is changed")
  void countsWithAllOthers() throws Exception {
    Citizen citizen = world.activeCitizen();
    Changing challenged = citizen.changing(Citizen.PASSWORD);
    String code = citizen.nextCode();
    assertThat(refused(challenged, "0000000", Citizen.NEW_PASSWORD)).isEqualTo(FAILED);
    assertThat(failures(citizen)).isOne();
    assertThat(refused(challenged, "0000000", Citizen.NEW_PASSWORD)).isEqualTo(FAILED);
    assertThat(failures(citizen)).isEqualTo(2);
    citizen.changing(Citizen.WRONG_PASSWORD);
    citizen.challenged(sede.ask(Documents.form()), Citizen.WRONG_PASSWORD);
    assertThat(failures(citizen)).isEqualTo(4);

    Changing last = citizen.changing(Citizen.WRONG_PASSWORD);

    assertThat(failures(citizen)).isEqualTo(5);
    AuditRecord judged = world.audit().of(changeOf(last)).getLast();
    assertThat(judged.getReason()).isEqualTo("WRONG_PASSWORD");
    assertThat(judged.getDetailsMap())
        .containsEntry("purpose", "PASSWORD_CHANGE")
        .containsEntry("code", "not sent")
        .containsEntry("account", "LOCKED");
    // The right code of before the lock, which has one try left.
    assertThat(refused(challenged, code, Citizen.NEW_PASSWORD)).isEqualTo(FAILED);
    assertThat(citizen.unreadSms()).isZero();
    assertThat(generation(citizen)).isOne();
  }

  @Test
  @DisplayName("OTP-09: a code for a signature changes no password, nor the other way round")
  void keepsCodesOfOtherPurposesApart() {
    Citizen citizen = world.activeCitizen();
    Changing changing = citizen.changing(Citizen.PASSWORD);
    String ofChange = citizen.nextCode();
    Authorising authorising = citizen.challenged(sede.ask(Documents.form()));
    String ofSignature = citizen.nextCode();

    assertThat(refused(changing, ofSignature, Citizen.NEW_PASSWORD)).isEqualTo(FAILED);
    assertThat(Refused.by(() -> authorising.submitCode(ofChange)).reason()).isEqualTo(FAILED);
    assertThat(
            Refused.by(() -> changing.change(ofChange, authorising.ticket(), Citizen.NEW_PASSWORD))
                .reason())
        .isEqualTo(FAILED);
    changing.change(ofChange, Citizen.NEW_PASSWORD);
  }

  @Test
  @DisplayName("what is open by one program is not there for another, nor for another purpose")
  void isOfOneProgram() {
    Citizen citizen = world.activeCitizen();
    Changing changing = citizen.changing(Citizen.PASSWORD);
    String code = citizen.nextCode();

    assertThat(refused(changing.by(Program.create()), code, Citizen.NEW_PASSWORD)).isEqualTo(GONE);
    assertThat(Refused.by(() -> changing.submitOld(citizen.dni(), Citizen.PASSWORD)).reason())
        .as("a second password")
        .isEqualTo(GONE);
    changing.change(code, Citizen.NEW_PASSWORD);
  }

  @Test
  @DisplayName("SAD-21: suspended or revoked, nobody changes a password, and nobody is told why")
  void changesNothingWhileSuspended() {
    Citizen citizen = world.activeCitizen();
    Changing before = citizen.changing(Citizen.PASSWORD);
    String code = citizen.nextCode();

    world.officer().suspend(citizen, Duration.ofDays(2));

    assertThat(refused(before, code, Citizen.NEW_PASSWORD)).isEqualTo(FAILED);
    Changing meanwhile = citizen.changing(Citizen.PASSWORD);
    assertThat(refused(meanwhile, "0000000", Citizen.NEW_PASSWORD)).isEqualTo(FAILED);
    assertThat(citizen.unreadSms()).isZero();

    world.officer().lift(citizen);
    citizen.changePassword(Citizen.PASSWORD, Citizen.NEW_PASSWORD);
    signs(citizen, Citizen.NEW_PASSWORD);
  }

  private static String refused(Changing changing, String code, String chosen) {
    return Refused.by(() -> changing.change(code, chosen)).reason();
  }

  private void assertRefusesPassword(Citizen citizen, String password) {
    SignatureRequest request = sede.ask(Documents.form());
    citizen.challenged(request, password);
    assertThat(world.audit().lastLine(request.getId()))
        .isEqualTo(JUDGED + " REFUSED WRONG_PASSWORD");
    assertThat(citizen.unreadSms()).isZero();
  }

  /** Signs, and gives the certificate with which it was. */
  private X509Certificate signs(Citizen citizen, String password) {
    SignatureRequest request = sede.ask(Documents.form());
    assertThat(citizen.sign(request, password)).isOne();
    return world
        .outsider()
        .validate(sede.fetch(request.getId(), 0))
        .signerCertificate()
        .orElseThrow();
  }

  private Verdict status(X509Certificate certificate) throws Exception {
    X509Certificate authority = read(ByteString.copyFrom(world.fetchPublic("/authority.cer")));
    return OpenSsl.status(
        certificate, authority, List.of(authority), world.publicAddress("/ocsp").toString());
  }

  private static X509Certificate read(ByteString der) throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(der.toByteArray()));
  }

  private String changeOf(Changing changing) throws Exception {
    try (var connection = world.superuser();
        var statement = connection.createStatement();
        var row =
            statement.executeQuery(
                "select subject::text from interaction where id = '"
                    + changing.interaction()
                    + "'")) {
      row.next();
      return row.getString(1);
    }
  }

  private long storedKeys(Citizen citizen) throws Exception {
    return world.count(
        "select count(sealed_key) from credential where signer_id = '" + citizen.signerId() + "'");
  }

  private long failures(Citizen citizen) throws Exception {
    return world.count(
        "select failures + known_failures from failure_counter where id = '"
            + citizen.signerId()
            + "'");
  }

  private long generation(Citizen citizen) throws Exception {
    return world.count(
        "select generation from password where signer_id = '" + citizen.signerId() + "'");
  }
}
