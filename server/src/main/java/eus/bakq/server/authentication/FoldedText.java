package eus.bakq.server.authentication;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;

/**
 * A password or a word as it is compared with the block list: small letters without their marks.
 * Wiped on close. Makes no {@link String} of a password.
 */
final class FoldedText implements AutoCloseable {
  /** The Latin letters with marks, up to U+024F, and what each is without. */
  private static final char[] LATIN = latin();

  private final char[] text;

  private FoldedText(char[] text) {
    this.text = text;
  }

  static FoldedText of(char[] characters) {
    char[] folded = new char[characters.length];
    for (int i = 0; i < characters.length; i++) {
      folded[i] = fold(characters[i]);
    }
    return new FoldedText(folded);
  }

  /** Of something that is no secret: a word of a list, a name. */
  static FoldedText of(String word) {
    char[] typed = word.toCharArray();
    return of(
        isAscii(typed) ? typed : Normalizer.normalize(word, Normalizer.Form.NFKC).toCharArray());
  }

  /** What is, is normalized; and of a long list of words nearly all are. */
  private static boolean isAscii(char[] text) {
    for (char character : text) {
      if (character > 0x7f) {
        return false;
      }
    }
    return true;
  }

  /** With the digits and signs that stand for letters put back, such as {@code p4$$w0rd}. */
  FoldedText withLettersForDigits(char letterForOne) {
    char[] letters = text.clone();
    for (int i = 0; i < letters.length; i++) {
      letters[i] =
          switch (letters[i]) {
            case '0' -> 'o';
            case '1', '!', '|' -> letterForOne;
            case '3', '€' -> 'e';
            case '4', '@' -> 'a';
            case '5', '$' -> 's';
            case '7', '+' -> 't';
            case '8' -> 'b';
            case '9' -> 'g';
            default -> letters[i];
          };
    }
    return new FoldedText(letters);
  }

  FoldedText reversed() {
    char[] backwards = new char[text.length];
    for (int i = 0; i < text.length; i++) {
      backwards[i] = text[text.length - 1 - i];
    }
    return new FoldedText(backwards);
  }

  /** Only its letters and digits. */
  FoldedText withoutSigns() {
    char[] kept = new char[text.length];
    int size = 0;
    for (char character : text) {
      if (Character.isLetterOrDigit(character)) {
        kept[size++] = character;
      }
    }
    FoldedText compact = new FoldedText(Arrays.copyOf(kept, size));
    Arrays.fill(kept, '\0');
    return compact;
  }

  /** The characters themselves, not a copy: not to be kept. */
  char[] characters() {
    return text;
  }

  int length() {
    return text.length;
  }

  boolean contains(FoldedText part) {
    for (int from = 0; from + part.text.length <= text.length; from++) {
      if (Arrays.equals(text, from, from + part.text.length, part.text, 0, part.text.length)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    Arrays.fill(text, '\0');
  }

  @Override
  public String toString() {
    return "[secret]";
  }

  private static char fold(char character) {
    return character < LATIN.length ? LATIN[character] : Character.toLowerCase(character);
  }

  private static char[] latin() {
    char[] table = new char[0x250];
    for (char letter = 0; letter < table.length; letter++) {
      String decomposed = Normalizer.normalize(String.valueOf(letter), Normalizer.Form.NFD);
      table[letter] = decomposed.toLowerCase(Locale.ROOT).charAt(0);
    }
    return table;
  }
}
