package eus.bakq.server.wording;

import java.util.HashSet;
import java.util.Set;

/**
 * The basic alphabet of GSM 03.38 (3GPP TS 23.038, default alphabet without its extension table):
 * what an SMS may hold at one septet a character, 160 in one message (OTP-12). Of the accented
 * letters it has é è ù ì ò à ñ ü ö ä å ø æ ß and the capitals Ç Ñ Ü Ö Ä Å Ø Æ É, not á í ó ú ç.
 */
public final class GsmAlphabet {
  /** What one SMS holds. */
  public static final int SEPTETS_OF_ONE_MESSAGE = 160;

  private static final Set<Integer> BASIC = basic();

  private GsmAlphabet() {}

  /** Whether an SMS can say {@code text} without a longer encoding and without escapes. */
  public static boolean covers(String text) {
    return text.codePoints().allMatch(BASIC::contains);
  }

  /**
   * How much of the 160 of one message {@code text} takes.
   *
   * @throws IllegalArgumentException if {@link #covers} is false
   */
  public static int septets(String text) {
    if (!covers(text)) {
      throw new IllegalArgumentException("a character is not in the GSM 03.38 basic alphabet");
    }
    return Math.toIntExact(text.codePoints().count());
  }

  private static Set<Integer> basic() {
    Set<Integer> characters = new HashSet<>();
    // In the order of the standard's table, without 0x1B, the escape.
    ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
            + "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà")
        .codePoints()
        .forEach(characters::add);
    return Set.copyOf(characters);
  }
}
