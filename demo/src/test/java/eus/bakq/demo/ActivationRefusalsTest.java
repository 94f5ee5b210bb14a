package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import eus.bakq.auditor.v1.AuditRecord;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Activations that go wrong, and officers who may not. */
@ExtendWith(InDemoWorld.class)
class ActivationRefusalsTest {
  private static final String REFUSED = "ACTIVATION_REFUSED REFUSED ";

  private final DemoWorld world;

  ActivationRefusalsTest(DemoWorld world) {
    this.world = world;
  }

  @Test
  @DisplayName("ENR-12: no step is left out, and none is taken before its time")
  void refusesStepsOutOfOrder() {
    Citizen citizen = world.registeredCitizen();
    Activating activating = citizen.openLink();
    String temporary = citizen.nextTemporaryPassword();

    assertOutOfOrder(Refused.by(() -> activating.confirm(Officer.DOCUMENT_EXPIRY)));
    assertOutOfOrder(
        Refused.by(() -> activating.acceptTerms("1", ByteString.copyFrom(new byte[32]))));
    assertOutOfOrder(Refused.by(() -> activating.submitPassword(citizen.dni(), Citizen.PASSWORD)));
    assertThat(Refused.by(() -> activating.submitCode("123456")).reason())
        .isEqualTo("INTERACTION_NOT_FOUND");

    activating.setPassword(temporary, Citizen.PASSWORD);
    assertOutOfOrder(Refused.by(() -> activating.setPassword(temporary, Citizen.PASSWORD)));
    assertOutOfOrder(Refused.by(() -> activating.submitPassword(citizen.dni(), Citizen.PASSWORD)));

    activating.confirm(Officer.DOCUMENT_EXPIRY);
    assertOutOfOrder(Refused.by(() -> activating.submitPassword(citizen.dni(), Citizen.PASSWORD)));
    activating.acceptTerms();
    assertOutOfOrder(Refused.by(activating::acceptTerms));

    activating.submitPassword(citizen.dni(), Citizen.PASSWORD);
    assertThat(activating.submitCode(citizen.nextCode()).getCertificate().isEmpty()).isFalse();
    assertThat(acts(citizen))
        .containsExactly(
            "ACTIVATION_STARTED SUCCEEDED",
            "TEMPORARY_PASSWORD_ISSUED SUCCEEDED",
            "PASSWORD_SET SUCCEEDED",
            "PERSONAL_DATA_CONFIRMED SUCCEEDED",
            "TERMS_ACCEPTED SUCCEEDED",
            "AUTHENTICATION_PASSWORD_JUDGED SUCCEEDED",
            "KEY_GENERATION_INTENDED SUCCEEDED",
            "AUTHENTICATION_SUCCEEDED SUCCEEDED",
            "KEY_GENERATED SUCCEEDED",
            "CERTIFICATE_REQUESTED SUCCEEDED",
            "CERTIFICATE_ISSUED SUCCEEDED",
            "CERTIFICATE_LINKED SUCCEEDED",
            "ACTIVATION_COMPLETED SUCCEEDED");
  }

  private static void assertOutOfOrder(Refused refused) {
    assertThat(refused.reason()).isEqualTo("ACTIVATION_STEP");
  }

  @Test
  @DisplayName(
      "ENR-10: the third wrong temporary password ends it; opening the link brings another")
  void endsTheTemporaryPasswordAtTheThirdWrongOne() {
    Citizen citizen = world.registeredCitizen();
    Activating activating = citizen.openLink();
    String temporary = citizen.nextTemporaryPassword();

    for (int i = 0; i < 3; i++) {
      assertThat(Refused.by(() -> activating.setPassword("abcde-23456", Citizen.PASSWORD)).reason())
          .isEqualTo("AUTHENTICATION_FAILED");
    }
    assertThat(Refused.by(() -> activating.setPassword(temporary, Citizen.PASSWORD)).reason())
        .isEqualTo("AUTHENTICATION_FAILED");
    assertThat(acts(citizen))
        .filteredOn(line -> line.startsWith(REFUSED))
        .containsOnly(REFUSED + "WRONG_TEMPORARY_PASSWORD")
        .hasSize(4);

    Activating again = citizen.openLink();
    assertThat(Refused.by(() -> again.setPassword(temporary, Citizen.PASSWORD)).reason())
        .isEqualTo("AUTHENTICATION_FAILED");
    again.setPassword(citizen.nextTemporaryPassword(), Citizen.PASSWORD);
  }

  @Test
  @DisplayName("ENR-08: the link of a completed activation is used up")
  void refusesTheLinkOfACompletedActivation() {
    Citizen citizen = world.activeCitizen();

    assertThat(Refused.by(citizen::openLink).reason()).isEqualTo("ACTIVATION_LINK_INVALID");
    assertThat(acts(citizen)).endsWith("ACTIVATION_COMPLETED SUCCEEDED");
  }

  @Test
  @DisplayName("a link that is used up, replaced, altered or made up gets the same answer")
  void refusesEveryWrongLinkAlike() {
    Citizen active = world.activeCitizen();
    Refused usedUp = Refused.by(active::openLink);
    Citizen registered = world.registeredCitizen();
    String first = registered.linkToken();
    char last = first.charAt(40);
    String altered = first.substring(0, 40) + (last == 'A' ? 'B' : 'A') + first.substring(41);

    assertThat(Refused.by(() -> open(altered))).isEqualTo(usedUp);
    assertThat(Refused.by(() -> open("A".repeat(64)))).isEqualTo(usedUp);
    assertThat(Refused.by(() -> open("nothing"))).isEqualTo(usedUp);
    world.officer().renew(registered);
    assertThat(Refused.by(() -> open(first))).isEqualTo(usedUp);
  }

  private Activating open(String token) {
    return Activating.open(world.signerChannel(), token);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Password1234", "Etxeberria1985!", "corto1!", "euskadi2024"})
  @DisplayName("AUT-02, AUT-03: a password that guessers try first is refused, and another taken")
  void refusesAGuessablePassword(String password) {
    Citizen citizen = world.registeredCitizen();
    Activating activating = citizen.openLink();
    String temporary = citizen.nextTemporaryPassword();

    Refused refused = Refused.by(() -> activating.setPassword(temporary, password));

    assertThat(refused.reason()).isEqualTo("PASSWORD_NOT_ACCEPTED");
    assertThat(refused.text()).contains("BadRequest").doesNotContain(password);
    assertThat(acts(citizen)).noneMatch(line -> line.startsWith("PASSWORD_SET"));
    activating.setPassword(temporary, Citizen.PASSWORD);
  }

  @Test
  @DisplayName("F2.4: the third wrong expiry ends the activation; only an officer helps")
  void endsTheActivationAtTheThirdWrongExpiry() {
    Citizen citizen = world.registeredCitizen();
    Activating activating = citizen.openLink();
    activating.setPassword(citizen.nextTemporaryPassword(), Citizen.PASSWORD);

    for (int i = 0; i < 3; i++) {
      assertThat(Refused.by(() -> activating.confirm(Officer.DOCUMENT_EXPIRY.plusDays(1))).reason())
          .isEqualTo("PERSONAL_DATA_NOT_CONFIRMED");
    }

    assertThat(Refused.by(() -> activating.confirm(Officer.DOCUMENT_EXPIRY)).reason())
        .isEqualTo("INTERACTION_NOT_FOUND");
    assertThat(Refused.by(citizen::openLink).reason()).isEqualTo("ACTIVATION_LINK_INVALID");
    assertThat(acts(citizen))
        .endsWith(
            REFUSED + "PERSONAL_DATA_NOT_CONFIRMED",
            REFUSED + "PERSONAL_DATA_NOT_CONFIRMED",
            REFUSED + "PERSONAL_DATA_NOT_CONFIRMED");
    world.officer().renew(citizen);
  }

  @Test
  @DisplayName("ENR-11: only the terms that were shown can be accepted")
  void refusesOtherTerms() {
    Citizen citizen = world.registeredCitizen();
    Activating activating = citizen.openLink();
    activating.setPassword(citizen.nextTemporaryPassword(), Citizen.PASSWORD);
    String version = activating.confirm(Officer.DOCUMENT_EXPIRY).getTermsVersion();

    assertThat(
            Refused.by(() -> activating.acceptTerms(version, ByteString.copyFrom(new byte[32])))
                .reason())
        .isEqualTo("TERMS_NOT_CURRENT");
    activating.acceptTerms();
  }

  @Test
  @DisplayName("nobody activates for somebody else, however well authenticated")
  void refusesAnotherPersonsFactors() {
    Citizen other = world.activeCitizen();
    Citizen citizen = world.registeredCitizen();
    Activating activating = citizen.openLink();
    activating.setPassword(citizen.nextTemporaryPassword(), Citizen.PASSWORD);
    activating.confirm(Officer.DOCUMENT_EXPIRY);
    activating.acceptTerms();

    activating.submitPassword(other.dni(), Citizen.PASSWORD);

    assertThat(acts(citizen))
        .last()
        .isEqualTo("AUTHENTICATION_PASSWORD_JUDGED REFUSED UNKNOWN_SIGNER");
    assertThat(Refused.by(() -> activating.submitCode("123456")).reason())
        .isEqualTo("AUTHENTICATION_FAILED");
    assertThat(other.unreadSms()).isZero();
  }

  @Test
  @DisplayName("a link opens ten times, because each time sends an SMS")
  void boundsTheOpeningsOfALink() {
    Citizen citizen = world.registeredCitizen();
    for (int i = 0; i < 10; i++) {
      citizen.openLink();
    }

    Refused refused = Refused.by(citizen::openLink);

    assertThat(refused.reason()).isEqualTo("QUOTA_EXCEEDED");
    assertThat(refused.text()).contains("RetryInfo");
    assertThat(acts(citizen)).filteredOn("ACTIVATION_STARTED SUCCEEDED"::equals).hasSize(10);
  }

  @Test
  @DisplayName("ENR-06: officers' acts that no rule allows are refused and recorded")
  void refusesOfficersWhatTheyMayNot() {
    Citizen officerAsApplicant = new Citizen(world, DemoWorld.OFFICERS_DNI);
    Citizen citizen = world.activeCitizen();
    Citizen unknown = world.newCitizen();
    Officer officer = world.officer();
    long before = rejections();

    assertThat(Refused.by(() -> officer.register(officerAsApplicant)).reason())
        .isEqualTo("OFFICER_IS_APPLICANT");
    assertThat(Refused.by(() -> officer.register(citizen)).reason())
        .isEqualTo("SIGNER_ALREADY_REGISTERED");
    assertThat(Refused.by(() -> officer.renew(citizen)).reason()).isEqualTo("SIGNER_STATE");
    assertThat(Refused.by(() -> officer.unlock(citizen)).reason()).isEqualTo("SIGNER_STATE");
    assertThat(Refused.by(() -> officer.unlock(unknown)).reason()).isEqualTo("SIGNER_NOT_FOUND");

    assertThat(rejections()).isEqualTo(before + 5);
  }

  private long rejections() {
    return world.audit().count("", "ENROLMENT_REJECTED");
  }

  /** What the record says of the citizen's activation. */
  private List<String> acts(Citizen citizen) {
    String activation =
        world.audit().of(citizen.signerId()).stream()
            .filter(record -> record.getType().equals("ENROLMENT_REGISTERED"))
            .map((AuditRecord record) -> record.getDetailsOrThrow("activation"))
            .findFirst()
            .orElseThrow();
    return world.audit().lines(activation).stream()
        .filter(line -> !line.startsWith("ACTIVATION_LINK_ISSUED"))
        .toList();
  }
}
