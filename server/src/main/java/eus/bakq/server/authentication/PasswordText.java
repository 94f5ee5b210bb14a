package eus.bakq.server.authentication;

import eus.bakq.server.vocabulary.SecretBytes;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;

/**
 * A password in the one form in which it is judged and hashed: Unicode NFKC (AUT-02), so that the
 * same keys on another keyboard give the same password. Nothing is cut off. Wiped on close.
 *
 * <p>A password that is not in NFKC as typed passes through a {@link String} of the JDK's
 * normaliser, which cannot be wiped; ASCII and what keyboards of Europe type do not.
 */
final class PasswordText implements AutoCloseable {
  /** 128 characters of four bytes: what the contract lets in. */
  static final int MAXIMUM_BYTES = 512;

  private final char[] characters;

  private PasswordText(char[] characters) {
    this.characters = characters;
  }

  /**
   * @param utf8 is not closed
   * @throws IllegalArgumentException if it is longer than 512 bytes or no UTF-8; says so without
   *     the value
   */
  static PasswordText normalised(SecretBytes utf8) {
    return utf8.use(PasswordText::normalised);
  }

  private static PasswordText normalised(byte[] utf8) {
    if (utf8.length > MAXIMUM_BYTES) {
      throw new IllegalArgumentException("a password has at most 512 bytes of UTF-8");
    }
    char[] typed = decoded(utf8);
    CharBuffer text = CharBuffer.wrap(typed);
    if (Normalizer.isNormalized(text, Normalizer.Form.NFKC)) {
      return new PasswordText(typed);
    }
    try {
      return new PasswordText(Normalizer.normalize(text, Normalizer.Form.NFKC).toCharArray());
    } finally {
      Arrays.fill(typed, '\0');
    }
  }

  private static char[] decoded(byte[] utf8) {
    CharBuffer out = CharBuffer.allocate(utf8.length);
    try {
      var decoder =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT);
      var result = decoder.decode(ByteBuffer.wrap(utf8), out, true);
      if (result.isError()) {
        result.throwException();
      }
      return Arrays.copyOf(out.array(), out.position());
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("a password is text in UTF-8", e);
    } finally {
      Arrays.fill(out.array(), '\0');
    }
  }

  /** The characters themselves, not a copy: not to be kept. */
  char[] characters() {
    return characters;
  }

  /** The length that the policy counts: code points. */
  int codePoints() {
    return Character.codePointCount(characters, 0, characters.length);
  }

  /** In UTF-8: a copy, which the caller wipes. */
  byte[] toUtf8() {
    byte[] utf8 = new byte[3 * characters.length];
    try {
      ByteBuffer out = ByteBuffer.wrap(utf8);
      StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(characters), out, true);
      return Arrays.copyOf(utf8, out.position());
    } finally {
      Arrays.fill(utf8, (byte) 0);
    }
  }

  @Override
  public void close() {
    Arrays.fill(characters, '\0');
  }

  @Override
  public String toString() {
    return "[secret]";
  }
}
