package eus.bakq.server.wording;

/**
 * What is signed, in the words that a citizen compares on telephone and screen.
 *
 * @param sede the name of who asks, in the citizen's language; 1 to 40 characters of the GSM 03.38
 *     basic alphabet, in one line
 * @param count of documents; 1 to 500
 * @param reference the reference code, such as {@code K7Q4-2M9T}; 1 to 9 characters
 */
public record Signing(String sede, int count, String reference) {
  public Signing {
    if (sede.isEmpty() || sede.length() > Wording.LONGEST_SEDE || !GsmAlphabet.covers(sede)) {
      throw new IllegalArgumentException(
          "the name of a sede has 1 to 40 characters of the GSM 03.38 basic alphabet");
    }
    if (count < 1 || count > Wording.MOST_DOCUMENTS) {
      throw new IllegalArgumentException("1 to 500 documents are signed");
    }
    if (reference.isEmpty() || reference.length() > 9) {
      throw new IllegalArgumentException("a reference code has 1 to 9 characters");
    }
  }

  /** Which of the two texts speaks of it: one document, or many. */
  String number() {
    return count == 1 ? ".one" : ".many";
  }
}
