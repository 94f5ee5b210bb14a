package eus.bakq.server.authentication;

import eus.bakq.server.failure.FieldViolation;
import eus.bakq.server.vocabulary.SecretBytes;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Whether a new password is good enough, and if not, why (AUT-02, AUT-03, AUT-04). The reasons are
 * told to the citizen: they never repeat the password.
 *
 * <p>Safe for several threads.
 */
public final class PasswordPolicy {
  private static final List<FoldedText> SERVICE_WORDS =
      List.of(FoldedText.of("bakq"), FoldedText.of("izenpe"), FoldedText.of("giltza"));
  private static final int SHORTEST_CONTAINED_NAME = 4;

  private final PasswordPolicySettings settings;
  private final CommonPasswords commonPasswords;

  private PasswordPolicy(PasswordPolicySettings settings, CommonPasswords commonPasswords) {
    this.settings = Objects.requireNonNull(settings);
    this.commonPasswords = Objects.requireNonNull(commonPasswords);
  }

  /** Loads the block list. */
  public static PasswordPolicy open(PasswordPolicySettings settings) {
    return new PasswordPolicy(settings, CommonPasswords.load());
  }

  /**
   * Judges a new password.
   *
   * @param field the name of the field in the request, for the answer
   * @param password in UTF-8; not closed here
   * @return what is wrong; empty if it is accepted
   */
  public List<FieldViolation> check(String field, SecretBytes password, PersonalWords personal) {
    return check(field, password, folded -> isPersonal(folded, personal));
  }

  /**
   * As {@link #check(String, SecretBytes, PersonalWords)}, but for what is personal: where it is
   * not known yet who asks, the answer must be the same for everybody.
   */
  public List<FieldViolation> check(String field, SecretBytes password) {
    return check(field, password, _ -> false);
  }

  private List<FieldViolation> check(
      String field, SecretBytes password, Predicate<FoldedText> personal) {
    PasswordText text;
    try {
      text = PasswordText.normalised(password);
    } catch (IllegalArgumentException e) {
      return List.of(new FieldViolation(field, e.getMessage()));
    }
    try (text) {
      List<FieldViolation> violations = new ArrayList<>();
      for (String reason : reasons(text, personal)) {
        violations.add(new FieldViolation(field, reason));
      }
      return List.copyOf(violations);
    }
  }

  /** Whether a password set at {@code since} has to be changed at {@code now}. */
  public boolean isTooOld(Instant since, Instant now) {
    return settings
        .maximumAge()
        .map(age -> since.atZone(ZoneOffset.UTC).plus(age).toInstant().isBefore(now))
        .orElse(false);
  }

  private List<String> reasons(PasswordText text, Predicate<FoldedText> personal) {
    List<String> reasons = new ArrayList<>();
    int length = text.codePoints();
    if (length < settings.minimumLength() || length > settings.maximumLength()) {
      reasons.add(
          "must have %d to %d characters"
              .formatted(settings.minimumLength(), settings.maximumLength()));
      return reasons;
    }
    if (!hasOnlyVisibleCharacters(text.characters())) {
      reasons.add("must not contain control, invisible or unassigned characters");
    }
    if (characterClasses(text.characters()) < settings.minimumCharacterClasses()) {
      reasons.add(
          "must mix at least %d of capitals, small letters, digits and other characters"
              .formatted(settings.minimumCharacterClasses()));
    }
    try (FoldedText folded = FoldedText.of(text.characters())) {
      if (personal.test(folded)) {
        reasons.add(
            "must not contain the DNI or NIE, a name, the birth date, the mobile number or the"
                + " e-mail address of the person, nor the name of this service");
      }
      if (commonPasswords.contains(folded)) {
        reasons.add(
            "must not be one of the passwords that are guessed first: a word, a name, a date or a"
                + " keyboard pattern, with few or no digits or signs around it");
      }
    }
    return reasons;
  }

  private static boolean hasOnlyVisibleCharacters(char[] text) {
    for (int i = 0; i < text.length; i += Character.charCount(Character.codePointAt(text, i))) {
      switch (Character.getType(Character.codePointAt(text, i))) {
        case Character.CONTROL,
            Character.FORMAT,
            Character.SURROGATE,
            Character.PRIVATE_USE,
            Character.UNASSIGNED,
            Character.LINE_SEPARATOR,
            Character.PARAGRAPH_SEPARATOR -> {
          return false;
        }
        default -> {}
      }
    }
    return true;
  }

  private static int characterClasses(char[] text) {
    int classes = 0;
    for (char character : text) {
      if (Character.isUpperCase(character)) {
        classes |= 1;
      } else if (Character.isLetter(character)) {
        classes |= 2;
      } else if (Character.isDigit(character)) {
        classes |= 4;
      } else {
        classes |= 8;
      }
    }
    return Integer.bitCount(classes);
  }

  private static boolean isPersonal(FoldedText password, PersonalWords personal) {
    try (FoldedText compact = password.withoutSigns();
        FoldedText letters = password.withLettersForDigits('i');
        FoldedText compactLetters = letters.withoutSigns()) {
      List<FoldedText> names = new ArrayList<>(SERVICE_WORDS);
      names.addAll(personal.names());
      return personal.numbers().stream().anyMatch(compact::contains)
          || names.stream()
              .anyMatch(name -> isNamed(compact, name) || isNamed(compactLetters, name));
    }
  }

  /** A short name is in many words: it counts where nothing but digits stands around it. */
  private static boolean isNamed(FoldedText password, FoldedText name) {
    if (name.length() >= SHORTEST_CONTAINED_NAME) {
      return password.contains(name);
    }
    char[] text = password.characters();
    int from = 0;
    int to = text.length;
    while (from < to && !Character.isLetter(text[from])) {
      from++;
    }
    while (to > from && !Character.isLetter(text[to - 1])) {
      to--;
    }
    return Arrays.equals(text, from, to, name.characters(), 0, name.length());
  }
}
