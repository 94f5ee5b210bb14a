package eus.bakq.server.authentication;

import eus.bakq.server.signer.Signer;
import eus.bakq.server.vocabulary.Dni;
import eus.bakq.server.vocabulary.EmailAddress;
import eus.bakq.server.vocabulary.MobileNumber;
import eus.bakq.server.vocabulary.PersonName;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * What somebody who knows the person would try first (AUT-03).
 *
 * <p>{@link #toString} shows nothing of it.
 */
public record PersonalWords(
    Dni dni, PersonName name, LocalDate birthDate, MobileNumber mobile, EmailAddress email) {
  private static final int SHORTEST_PART = 3;
  private static final List<DateTimeFormatter> DATES =
      List.of(
          DateTimeFormatter.ofPattern("ddMMyyyy", Locale.ROOT),
          DateTimeFormatter.ofPattern("ddMMyy", Locale.ROOT),
          DateTimeFormatter.ofPattern("dMyyyy", Locale.ROOT),
          DateTimeFormatter.ofPattern("yyyyMMdd", Locale.ROOT),
          DateTimeFormatter.ofPattern("yyMMdd", Locale.ROOT));

  public PersonalWords {
    Objects.requireNonNull(dni);
    Objects.requireNonNull(name);
    Objects.requireNonNull(birthDate);
    Objects.requireNonNull(mobile);
    Objects.requireNonNull(email);
  }

  /** Of a registered person. */
  public static PersonalWords of(Signer signer) {
    return new PersonalWords(
        signer.dni(), signer.name(), signer.birthDate(), signer.mobile(), signer.email());
  }

  /** Number, with or without letter, mobile and birth date: digits in a row. */
  List<FoldedText> numbers() {
    List<FoldedText> numbers = new ArrayList<>();
    numbers.add(FoldedText.of(dni.digits()));
    String mobileDigits = mobile.value().substring(1);
    numbers.add(FoldedText.of(mobileDigits.substring(Math.max(0, mobileDigits.length() - 9))));
    numbers.add(FoldedText.of(mobileDigits.substring(mobileDigits.length() - 6)));
    for (DateTimeFormatter form : DATES) {
      numbers.add(FoldedText.of(form.format(birthDate)));
    }
    return numbers;
  }

  /** The parts of the name and of the e-mail address, of three letters or more. */
  List<FoldedText> names() {
    List<FoldedText> names = new ArrayList<>();
    for (String part : (name.full() + " " + email.localPart()).split("[^\\p{L}\\p{M}]+", -1)) {
      FoldedText folded = FoldedText.of(part);
      if (folded.length() >= SHORTEST_PART) {
        names.add(folded);
      }
    }
    return names;
  }

  @Override
  public String toString() {
    return "[personal words]";
  }
}
