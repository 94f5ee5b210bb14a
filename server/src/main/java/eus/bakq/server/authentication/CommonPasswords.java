package eus.bakq.server.authentication;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * The block list (AUT-03): the passwords that are guessed first. Not a list of strings but of about
 * 200,000 words, names and leaked passwords (resource {@code common-words.txt.gz}, made by {@code
 * CommonWordsProgram}), each of which blocks everything that people and guessing programs make of
 * it: capitals, letters without marks, digits for letters, backwards, twice, with up to five digits
 * or signs around it, with a date or a run such as 123456 around it, and two of the commonest
 * together. Keyboard walks, repetitions and digits alone are blocked too. In all far more than 10⁹
 * strings, without a false hit: words are compared by 64 bits of hash.
 *
 * <p>Immutable after {@link #load}; safe for several threads.
 */
final class CommonPasswords {
  private static final String RESOURCE = "common-words.txt.gz";
  private static final int MAXIMUM_WORDS = 1_000_000;
  private static final int COMMONEST = 10_000;
  private static final int SHORTEST_WORD = 3;
  private static final int LONGEST_WORD = 40;
  private static final int MOST_SIGNS_AROUND = 5;
  private static final int MOST_SIGNS_BESIDE_PATTERN = 2;
  private static final int LONGEST_DIGITS = 14;

  private final long[] words;
  private final long[] commonest;

  private CommonPasswords(long[] words, long[] commonest) {
    this.words = words;
    this.commonest = commonest;
  }

  /** Reads the words from the jar; about 2 MB stay in memory. */
  static CommonPasswords load() {
    try (InputStream resource = CommonPasswords.class.getResourceAsStream(RESOURCE)) {
      if (resource == null) {
        throw new IllegalStateException("the resource " + RESOURCE + " is missing");
      }
      return read(resource);
    } catch (IOException e) {
      throw new UncheckedIOException("the resource " + RESOURCE + " is damaged", e);
    }
  }

  private static CommonPasswords read(InputStream resource) throws IOException {
    BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(new GZIPInputStream(resource), StandardCharsets.UTF_8));
    long[] hashes =
        lines
            .lines()
            .limit(MAXIMUM_WORDS)
            .map(FoldedText::of)
            .filter(word -> word.length() >= SHORTEST_WORD && word.length() <= LONGEST_WORD)
            .mapToLong(word -> hash(word.characters(), 0, word.length()))
            .toArray();
    long[] first = Arrays.copyOf(hashes, Math.min(hashes.length, COMMONEST));
    Arrays.sort(first);
    Arrays.sort(hashes);
    return new CommonPasswords(hashes, first);
  }

  /** How many words there are. */
  int size() {
    return words.length;
  }

  /** Whether {@code password} is one of those that are guessed first. */
  boolean contains(FoldedText password) {
    return isPattern(password.characters(), 0, password.length())
        || isMadeOfWords(password)
        || withLetters(password, 'i')
        || withLetters(password, 'l')
        || backwards(password);
  }

  private boolean withLetters(FoldedText password, char letterForOne) {
    try (FoldedText letters = password.withLettersForDigits(letterForOne)) {
      return isMadeOfWords(letters) || coreIsWord(password.characters(), letters.characters());
    }
  }

  private boolean backwards(FoldedText password) {
    try (FoldedText reversed = password.reversed()) {
      return isMadeOfWords(reversed);
    }
  }

  private boolean isMadeOfWords(FoldedText password) {
    return coreIsWord(password.characters(), password.characters());
  }

  /**
   * Whether a word is left when what stands around it is taken away.
   *
   * @param typed tells which characters are digits and signs
   * @param text of the same length; where the word is looked up
   */
  private boolean coreIsWord(char[] typed, char[] text) {
    int leading = signsFrom(typed, 0, 1);
    int trailing = signsFrom(typed, typed.length - 1, -1);
    for (int before = 0; before <= leading; before++) {
      for (int after = 0; after <= trailing && before + after < text.length; after++) {
        int end = text.length - after;
        if (isFewOrPattern(typed, before, end) && isWordOrTwo(text, before, end)) {
          return true;
        }
      }
    }
    return false;
  }

  private static int signsFrom(char[] text, int start, int step) {
    int signs = 0;
    for (int i = start; i >= 0 && i < text.length && !Character.isLetter(text[i]); i += step) {
      signs++;
    }
    return Math.min(signs, LONGEST_DIGITS);
  }

  private static boolean isFewOrPattern(char[] typed, int start, int end) {
    int before = start;
    int after = typed.length - end;
    return before + after <= MOST_SIGNS_AROUND
        || (before <= MOST_SIGNS_BESIDE_PATTERN && isPattern(typed, end, typed.length))
        || (after <= MOST_SIGNS_BESIDE_PATTERN && isPattern(typed, 0, start));
  }

  private boolean isWordOrTwo(char[] text, int from, int to) {
    int size = to - from;
    if (size < SHORTEST_WORD || size > 2 * LONGEST_WORD) {
      return false;
    }
    if (isIn(words, text, from, to) || isRepetition(text, from, to)) {
      return true;
    }
    for (int middle = from + SHORTEST_WORD; middle <= to - SHORTEST_WORD; middle++) {
      if (isIn(commonest, text, from, middle) && isIn(commonest, text, middle, to)) {
        return true;
      }
    }
    return false;
  }

  /** Whether one part is repeated, and that part is short or a word. */
  private boolean isRepetition(char[] text, int from, int to) {
    for (int period = 1; period <= (to - from) / 2; period++) {
      if ((to - from) % period == 0
          && Arrays.equals(text, from, to - period, text, from + period, to)) {
        return period <= 4 || isIn(words, text, from, from + period);
      }
    }
    return false;
  }

  /** A walk, a date, or nothing but a few digits with separators. */
  private static boolean isPattern(char[] text, int from, int to) {
    if (KeyboardWalk.is(text, from, to)) {
      return true;
    }
    if (to - from > LONGEST_DIGITS) {
      return false;
    }
    boolean whole = from == 0 && to == text.length;
    int digits = 0;
    long number = 0;
    for (int i = from; i < to; i++) {
      if (text[i] >= '0' && text[i] <= '9') {
        digits++;
        number = number * 10 + (text[i] - '0');
      } else if ("-/. _".indexOf(text[i]) < 0) {
        return false;
      }
    }
    return whole || isDate(digits, number);
  }

  private static boolean isDate(int digits, long number) {
    return switch (digits) {
      case 6 ->
          isDayAndMonth(number / 10_000, number / 100 % 100)
              || isDayAndMonth(number % 100, number / 100 % 100);
      case 8 ->
          (isDayAndMonth(number / 1_000_000, number / 10_000 % 100) && isYear(number % 10_000))
              || (isDayAndMonth(number % 100, number / 100 % 100) && isYear(number / 10_000));
      default -> false;
    };
  }

  private static boolean isDayAndMonth(long day, long month) {
    return day >= 1 && day <= 31 && month >= 1 && month <= 12;
  }

  private static boolean isYear(long year) {
    return year >= 1900 && year <= 2099;
  }

  private static boolean isIn(long[] hashes, char[] text, int from, int to) {
    return Arrays.binarySearch(hashes, hash(text, from, to)) >= 0;
  }

  /** FNV-1a of 64 bits with a last mixing; enough for a list that nobody can choose. */
  private static long hash(char[] text, int from, int to) {
    long hash = 0xcbf29ce484222325L;
    for (int i = from; i < to; i++) {
      hash = (hash ^ text[i]) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    return hash ^ (hash >>> 33);
  }
}
