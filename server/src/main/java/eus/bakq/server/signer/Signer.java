package eus.bakq.server.signer;

import eus.bakq.server.vocabulary.Dni;
import eus.bakq.server.vocabulary.EmailAddress;
import eus.bakq.server.vocabulary.IdentityDocument;
import eus.bakq.server.vocabulary.Language;
import eus.bakq.server.vocabulary.MobileNumber;
import eus.bakq.server.vocabulary.PersonName;
import eus.bakq.server.vocabulary.SignerId;
import java.time.LocalDate;
import java.util.Objects;

/**
 * A person as registered. One that came from {@link Signers} was read under its row MAC.
 *
 * <p>{@link #toString} shows the id, the state and the version, nothing of the person.
 *
 * @param version 1 when registered; grows by one with each change. The record's events name it, so
 *     that a row set back to an older form can be found; nobody looks for it yet
 *     (docs/sole-control.md section 6)
 */
public record Signer(
    SignerId id,
    Dni dni,
    PersonName name,
    LocalDate birthDate,
    EmailAddress email,
    MobileNumber mobile,
    Language language,
    IdentityDocument identityDocument,
    Identification identification,
    SignerState state,
    long version) {
  public Signer {
    Objects.requireNonNull(id);
    Objects.requireNonNull(dni);
    Objects.requireNonNull(name);
    Objects.requireNonNull(email);
    Objects.requireNonNull(mobile);
    Objects.requireNonNull(language);
    Objects.requireNonNull(identityDocument);
    Objects.requireNonNull(identification);
    Objects.requireNonNull(state);
    if (birthDate.getYear() < 1900 || birthDate.getYear() > 2200) {
      throw new IllegalArgumentException("a birth date is in the years 1900 to 2200");
    }
    if (version < 1) {
      throw new IllegalArgumentException("versions begin with 1");
    }
  }

  Signer next(SignerState newState) {
    return new Signer(
        id,
        dni,
        name,
        birthDate,
        email,
        mobile,
        language,
        identityDocument,
        identification,
        newState,
        version + 1);
  }

  Signer next(IdentityDocument newDocument, Identification newIdentification) {
    return new Signer(
        id,
        dni,
        name,
        birthDate,
        email,
        mobile,
        language,
        newDocument,
        newIdentification,
        state,
        version + 1);
  }

  @Override
  public String toString() {
    return "signer " + id + " " + state + " version " + version;
  }
}
