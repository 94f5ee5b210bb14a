package eus.bakq.server.enrolment;

import eus.bakq.server.caller.CallerRole;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.failure.MalformedException;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Dni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Objects;

/**
 * Who may be registered, by whom, and on what evidence. Days are those of the calendar in Madrid.
 *
 * <p>Safe for several threads.
 */
public final class EnrolmentRules {
  private static final ZoneId MADRID = ZoneId.of("Europe/Madrid");
  private static final int LEAST_AGE_YEARS = 16;
  private static final int IDENTIFICATION_YEARS = 5;

  /** How far the clock of a registration point may be before ours. */
  private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

  private final Clock clock;

  public EnrolmentRules(Clock clock) {
    this.clock = Objects.requireNonNull(clock);
  }

  /**
   * Nobody registers himself (ENR-06).
   *
   * @throws RefusedException OFFICER_IS_APPLICANT; CALLER_NOT_ALLOWED if the caller is no officer,
   *     or registered without a DNI, so that the rule could not be kept
   */
  void requireOfficerOtherThan(RegisteredCaller officer, Dni applicant) throws RefusedException {
    if (officer.role() != CallerRole.REGISTRATION_OFFICER || officer.dni().isEmpty()) {
      throw new RefusedException(Refusal.CALLER_NOT_ALLOWED);
    }
    if (Dni.parse(officer.dni().get()).equals(applicant)) {
      throw new RefusedException(Refusal.OFFICER_IS_APPLICANT);
    }
  }

  /**
   * The applicant has his sixteenth birthday today or had it before (ENR-02). Who was born on 29
   * February has it on 28 February in other years.
   *
   * @throws RefusedException APPLICANT_UNDER_AGE
   */
  void requireAge(LocalDate birthDate) throws RefusedException {
    if (birthDate.plusYears(LEAST_AGE_YEARS).isAfter(today())) {
      throw new RefusedException(Refusal.APPLICANT_UNDER_AGE);
    }
  }

  /**
   * The document is valid today (ENR-04), and the identification is less than five years old
   * (ENR-05).
   *
   * @return when the person was identified
   * @throws RefusedException IDENTITY_DOCUMENT_EXPIRED, IDENTIFICATION_TOO_OLD
   * @throws MalformedException if the person is said to have been identified in the future
   */
  Instant requireEvidence(IdentificationEvidence evidence) throws RefusedException {
    if (evidence.document().isExpiredOn(today())) {
      throw new RefusedException(Refusal.IDENTITY_DOCUMENT_EXPIRED);
    }
    Instant now = clock.instant();
    Instant identifiedAt = evidence.identifiedAt().orElse(now);
    if (identifiedAt.isAfter(now.plus(CLOCK_TOLERANCE))) {
      // A rule about the field alone; only the clock is needed to tell, which the edge has not.
      throw new MalformedException("evidence.identified_at", "is not in the future");
    }
    LocalDate day = identifiedAt.atZone(MADRID).toLocalDate();
    if (!day.plusYears(IDENTIFICATION_YEARS).isAfter(today())) {
      throw new RefusedException(Refusal.IDENTIFICATION_TOO_OLD);
    }
    return identifiedAt;
  }

  private LocalDate today() {
    return LocalDate.ofInstant(clock.instant(), MADRID);
  }
}
