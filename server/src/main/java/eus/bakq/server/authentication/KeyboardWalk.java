package eus.bakq.server.authentication;

/**
 * Finds passwords that are made by walking: over the keyboard, the alphabet or the digits, or by
 * staying on few keys, such as {@code qwertyui}, {@code 1q2w3e4r}, {@code abcdefgh}, {@code
 * aaaabbbb}.
 */
final class KeyboardWalk {
  /** The rows of a Spanish keyboard; each stands half a key to the right of the one above. */
  private static final String[] ROWS = {
    "º1234567890'¡", "qwertyuiop`+", "asdfghjklñ´ç", "zxcvbnm,.-"
  };

  private KeyboardWalk() {}

  /**
   * Whether at most one step in four of {@code text[from, to)} leaves the walk, or it has at most
   * three different characters.
   */
  static boolean is(char[] text, int from, int to) {
    if (to - from < 3) {
      return false;
    }
    int breaks = 0;
    for (int i = from + 1; i < to; i++) {
      if (!isStep(text[i - 1], text[i])) {
        breaks++;
      }
    }
    return breaks * 4 <= to - from - 1 || differentUpTo(4, text, from, to) < 4;
  }

  private static boolean isStep(char left, char right) {
    if (Math.abs(left - right) <= 1) {
      return true;
    }
    int leftRow = row(left);
    int rightRow = row(right);
    if (leftRow < 0 || rightRow < 0) {
      return false;
    }
    int leftColumn = ROWS[leftRow].indexOf(left) - (leftRow == 0 ? 1 : 0);
    int rightColumn = ROWS[rightRow].indexOf(right) - (rightRow == 0 ? 1 : 0);
    int across = rightColumn - leftColumn;
    return switch (rightRow - leftRow) {
      case 0 -> Math.abs(across) <= 1;
      case 1 -> across == 0 || across == -1;
      case -1 -> across == 0 || across == 1;
      default -> false;
    };
  }

  private static int row(char key) {
    for (int row = 0; row < ROWS.length; row++) {
      if (ROWS[row].indexOf(key) >= 0) {
        return row;
      }
    }
    return -1;
  }

  private static int differentUpTo(int limit, char[] text, int from, int to) {
    int different = 0;
    for (int i = from; i < to && different < limit; i++) {
      boolean seen = false;
      for (int j = from; j < i; j++) {
        seen |= text[j] == text[i];
      }
      different += seen ? 0 : 1;
    }
    return different;
  }
}
