package eus.bakq.server.enrolment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.caller.CallerRole;
import eus.bakq.server.failure.MalformedException;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Dni;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EnrolmentRulesTest {

  /** ENR-02; the day is Madrid's, where it begins an hour or two before UTC's. */
  @ParameterizedTest
  @CsvSource({
    "2026-11-21T12:00:00Z, 2010-11-21",
    "2026-11-21T12:00:00Z, 1950-01-01",
    "2026-11-20T23:00:00Z, 2010-11-21",
    "2026-06-30T22:00:00Z, 2010-07-01",
    "2028-02-29T12:00:00Z, 2012-02-29",
    "2029-02-28T12:00:00Z, 2012-02-29",
    "2027-02-28T12:00:00Z, 2011-02-28"
  })
  void acceptsWhoIsSixteenToday(Instant now, LocalDate birthDate) {
    assertThatCode(() -> at(now).requireAge(birthDate)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-21T12:00:00Z, 2010-11-22",
    "2026-11-20T22:59:59Z, 2010-11-21",
    "2026-06-30T21:59:59Z, 2010-07-01",
    "2028-02-28T12:00:00Z, 2012-02-29",
    "2026-11-21T12:00:00Z, 2026-11-22"
  })
  void refusesWhoIsNotYetSixteen(Instant now, LocalDate birthDate) {
    assertRefused(Refusal.APPLICANT_UNDER_AGE, () -> at(now).requireAge(birthDate));
  }

  /** ENR-04. */
  @Test
  void acceptsADocumentOnItsLastDayAndNotAfter() throws RefusedException {
    assertThat(at("2030-01-31T22:59:59Z").requireEvidence(EnrolmentWorld.evidence("2030-01-31")))
        .isEqualTo(Instant.parse("2030-01-31T22:59:59Z"));
    assertRefused(
        Refusal.IDENTITY_DOCUMENT_EXPIRED,
        () -> at("2030-01-31T23:00:00Z").requireEvidence(EnrolmentWorld.evidence("2030-01-31")));
  }

  /** ENR-05. */
  @ParameterizedTest
  @CsvSource({
    "2021-11-22T10:00:00Z, true",
    "2021-11-21T10:00:00Z, false",
    "2021-11-20T10:00:00Z, false",
    "2026-11-21T10:00:00Z, true",
    "2026-11-21T12:05:00Z, true"
  })
  void acceptsAnEarlierIdentificationForLessThanFiveYears(Instant identifiedAt, boolean accepted)
      throws RefusedException {
    IdentificationEvidence evidence =
        EnrolmentWorld.evidence("2030-01-31", Optional.of(identifiedAt));
    EnrolmentRules rules = at("2026-11-21T12:00:00Z");
    if (accepted) {
      assertThat(rules.requireEvidence(evidence)).isEqualTo(identifiedAt);
    } else {
      assertRefused(Refusal.IDENTIFICATION_TOO_OLD, () -> rules.requireEvidence(evidence));
    }
  }

  @Test
  void takesNoIdentificationFromTheFuture() {
    assertThatThrownBy(
            () ->
                at("2026-11-21T12:00:00Z")
                    .requireEvidence(
                        EnrolmentWorld.evidence(
                            "2030-01-31", Optional.of(Instant.parse("2026-11-21T12:05:01Z")))))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("evidence.identified_at");
  }

  /** ENR-06. */
  @Test
  void letsNobodyRegisterHimself() throws RefusedException {
    EnrolmentRules rules = at("2026-11-21T12:00:00Z");
    rules.requireOfficerOtherThan(EnrolmentWorld.officer("00000000T"), EnrolmentWorld.ANE);
    for (String ownDni : new String[] {"12345678Z", "12.345.678-z".replace(".", " ")}) {
      assertRefused(
          Refusal.OFFICER_IS_APPLICANT,
          () ->
              rules.requireOfficerOtherThan(
                  EnrolmentWorld.officer(ownDni), Dni.parse("12345678Z")));
    }
  }

  @Test
  void letsNobodyRegisterWhoIsNoOfficerOrCannotBeToldFromTheApplicant() {
    for (CallerRole role : CallerRole.values()) {
      assertRefused(
          Refusal.CALLER_NOT_ALLOWED,
          () ->
              at("2026-11-21T12:00:00Z")
                  .requireOfficerOtherThan(
                      EnrolmentWorld.caller(role, Optional.empty()), EnrolmentWorld.ANE));
    }
  }

  private static EnrolmentRules at(String now) {
    return at(Instant.parse(now));
  }

  private static EnrolmentRules at(Instant now) {
    return new EnrolmentRules(Clock.fixed(now, ZoneOffset.UTC));
  }

  private static void assertRefused(Refusal refusal, ThrowingCallable act) {
    assertThatThrownBy(act)
        .isInstanceOfSatisfying(
            RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(refusal));
  }
}
