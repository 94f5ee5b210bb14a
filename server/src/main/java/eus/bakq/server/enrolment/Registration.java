package eus.bakq.server.enrolment;

import eus.bakq.server.vocabulary.Dni;
import eus.bakq.server.vocabulary.EmailAddress;
import eus.bakq.server.vocabulary.Language;
import eus.bakq.server.vocabulary.MobileNumber;
import eus.bakq.server.vocabulary.PersonName;
import java.time.LocalDate;
import java.util.Objects;

/**
 * What an officer registers: complete, or not at all (ENR-03, ENR-04). There is no place for a
 * representative (ENR-06).
 */
public record Registration(
    Dni dni,
    PersonName name,
    LocalDate birthDate,
    EmailAddress email,
    MobileNumber mobile,
    Language language,
    IdentificationEvidence evidence) {
  public Registration {
    Objects.requireNonNull(dni);
    Objects.requireNonNull(name);
    Objects.requireNonNull(birthDate);
    Objects.requireNonNull(email);
    Objects.requireNonNull(mobile);
    Objects.requireNonNull(language);
    Objects.requireNonNull(evidence);
  }
}
