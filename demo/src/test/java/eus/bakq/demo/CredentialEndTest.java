package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.demo.v1.SubmitPasswordResponse;
import eus.bakq.fixtures.Documents;
import eus.bakq.registration.v1.RevocationReason;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An officer suspends, lifts, revokes and renews, and what a citizen can do meanwhile. */
@ExtendWith(InDemoWorld.class)
class CredentialEndTest {
  private static final RevocationReason REASON = RevocationReason.REVOCATION_REASON_KEY_COMPROMISED;

  private final DemoWorld world;
  private final Sede sede;
  private final Officer officer;

  CredentialEndTest(DemoWorld world) {
    this.world = world;
    this.sede = world.sede(DemoWorld.SEDE_A);
    this.officer = world.officer();
  }

  @Test
  @DisplayName("SAD-21, KEY-10, CRT-09: suspended, lifted, revoked, and active anew")
  void suspendsLiftsRevokesAndActivatesAnew() throws Exception {
    Citizen citizen = world.activeCitizen();
    List<Object> afterWrongPassword = answers(citizen, Citizen.WRONG_PASSWORD);

    officer.suspend(citizen, Duration.ofDays(3));
    assertThat(answers(citizen, Citizen.PASSWORD)).isEqualTo(afterWrongPassword);
    assertThat(citizen.mailWith("Your BakQ is suspended").getText())
        .contains("somebody else may know your password");
    assertThat(storedKeys(citizen)).isOne();

    officer.lift(citizen);
    citizen.mailWith("Your BakQ can be used again");
    X509Certificate first = signs(citizen);

    officer.revoke(citizen, REASON);
    assertThat(answers(citizen, Citizen.PASSWORD)).isEqualTo(afterWrongPassword);
    assertThat(citizen.mailWith("Your BakQ is revoked").getText())
        .contains("somebody else has used your BakQ, or can use it");
    assertThat(storedKeys(citizen)).isZero();

    citizen.activateAnew(officer);
    X509Certificate second = signs(citizen);
    assertThat(second.getSerialNumber()).isNotEqualTo(first.getSerialNumber());
    assertThat(second.getPublicKey()).isNotEqualTo(first.getPublicKey());
    assertThat(second.getSubjectX500Principal()).isEqualTo(first.getSubjectX500Principal());
    assertThat(world.audit().lines(citizen.signerId()))
        .containsSubsequence(
            "CERTIFICATE_SUSPENDED SUCCEEDED",
            "CERTIFICATE_SUSPENSION_LIFTED SUCCEEDED",
            "CERTIFICATE_REVOKED SUCCEEDED",
            "KEY_DESTROYED SUCCEEDED",
            "ENROLMENT_REGISTERED SUCCEEDED");
    assertThat(world.audit().verify().getFirstBadSequence()).isZero();
  }

  @Test
  @DisplayName("SAD-21: revoked between password and code, nothing is signed")
  void refusesTheCodeOfBeforeTheRevocation() {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    Authorising authorising = citizen.challenged(request);
    String code = citizen.nextCode();

    officer.revoke(citizen, REASON);

    assertThat(Refused.by(() -> authorising.submitCode(code)).reason())
        .isEqualTo("AUTHENTICATION_FAILED");
    assertThat(world.audit().lastLine(request.getId()))
        .isEqualTo("AUTHENTICATION_FAILED REFUSED PASSWORD_WAS_NOT_ACCEPTED");
    assertThat(world.audit().count(request.getId(), "SAD_CREATED")).isZero();
  }

  @Test
  @DisplayName("what an officer cannot do is told with its reason, and recorded")
  void refusesOfficers() {
    Citizen citizen = world.activeCitizen();
    Citizen himself = new Citizen(world, DemoWorld.OFFICERS_DNI);
    Citizen nobody = world.newCitizen();
    Citizen notActivated = world.registeredCitizen();
    long before = world.audit().count("", "ENROLMENT_REJECTED");
    Duration week = Duration.ofDays(7);

    assertThat(reason(() -> officer.lift(citizen))).isEqualTo("CREDENTIAL_STATE");
    assertThat(reason(() -> officer.suspend(himself, week))).isEqualTo("OFFICER_IS_APPLICANT");
    assertThat(reason(() -> officer.lift(himself))).isEqualTo("OFFICER_IS_APPLICANT");
    assertThat(reason(() -> officer.revoke(himself, REASON))).isEqualTo("OFFICER_IS_APPLICANT");
    assertThat(reason(() -> officer.suspend(nobody, week))).isEqualTo("SIGNER_NOT_FOUND");
    assertThat(reason(() -> officer.revoke(nobody, REASON))).isEqualTo("SIGNER_NOT_FOUND");
    assertThat(reason(() -> officer.suspend(notActivated, week))).isEqualTo("NO_CREDENTIAL");
    assertThat(reason(() -> officer.revoke(notActivated, REASON))).isEqualTo("NO_CREDENTIAL");
    assertThat(world.audit().count("", "ENROLMENT_REJECTED")).isEqualTo(before + 8);

    assertThat(reason(() -> officer.suspend(citizen, Duration.ofDays(31))))
        .isEqualTo("FIELD_INVALID");
    assertThat(
            reason(() -> officer.revoke(citizen, RevocationReason.REVOCATION_REASON_UNSPECIFIED)))
        .isEqualTo("FIELD_INVALID");
    signs(citizen);
  }

  private static String reason(java.util.concurrent.Callable<?> call) {
    return Refused.by(call).reason();
  }

  /** Signs, and gives the certificate with which it was. */
  private X509Certificate signs(Citizen citizen) {
    SignatureRequest request = sede.ask(Documents.form());
    assertThat(citizen.sign(request)).isOne();
    return world
        .outsider()
        .validate(sede.fetch(request.getId(), 0))
        .signerCertificate()
        .orElseThrow();
  }

  /** All that can be told apart: the shape of the ticket's answer, and the refusals after it. */
  private List<Object> answers(Citizen citizen, String password) {
    SignatureRequest request = sede.ask(Documents.form());
    Authorising authorising = citizen.open(request);
    SubmitPasswordResponse answer = authorising.submitPassword(citizen.dni(), password);
    List<Object> told = new ArrayList<>();
    told.add(answer.getAllFields().keySet());
    told.add(answer.getTicket().size());
    for (int i = 0; i < 4; i++) {
      told.add(Refused.by(() -> authorising.submitCode("12345")));
    }
    assertThat(citizen.unreadSms()).isZero();
    assertThat(sede.get(request.getId()).getState())
        .isIn(
            SignatureRequestState.SIGNATURE_REQUEST_STATE_FROZEN,
            SignatureRequestState.SIGNATURE_REQUEST_STATE_CHALLENGED);
    return told;
  }

  /** How many of the citizen's keys there are in the database. */
  private int storedKeys(Citizen citizen) throws Exception {
    try (Connection connection = world.superuser();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select count(sealed_key) from credential where signer_id = '"
                    + citizen.signerId()
                    + "'")) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
