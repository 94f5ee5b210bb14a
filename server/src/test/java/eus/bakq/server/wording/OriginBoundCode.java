package eus.bakq.server.wording;

import java.util.List;
import java.util.Optional;

/**
 * Reads a message as a browser does that offers its code to a page: by the W3C community group's
 * "Origin-bound one-time codes delivered via SMS". The last line is {@code @}, the host of the
 * page, one blank, {@code #} and the code; behind it may be a blank, {@code @} and the host of a
 * frame.
 *
 * @param host of the page that may have the code
 * @param embedded the host of a frame within it
 */
record OriginBoundCode(String host, Optional<String> embedded, String code) {

  /** Empty if a browser would offer nothing. */
  static Optional<OriginBoundCode> read(String message) {
    String[] lines = message.split("\n", -1);
    List<String> words = List.of(lines[lines.length - 1].split(" ", -1));
    if (words.size() < 2 || words.size() > 3) {
      return Optional.empty();
    }
    Optional<String> host = after('@', words.getFirst()).filter(OriginBoundCode::isHost);
    Optional<String> code = after('#', words.get(1));
    Optional<String> embedded = Optional.empty();
    if (words.size() == 3) {
      embedded = after('@', words.get(2)).filter(OriginBoundCode::isHost);
      if (embedded.isEmpty()) {
        return Optional.empty();
      }
    }
    if (host.isEmpty() || code.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new OriginBoundCode(host.get(), embedded, code.get()));
  }

  /** What stands behind {@code sign}, if something does. */
  private static Optional<String> after(char sign, String word) {
    return word.length() > 1 && word.charAt(0) == sign
        ? Optional.of(word.substring(1))
        : Optional.empty();
  }

  /** A domain: labels of letters, digits and hyphens within, with a dot between. */
  private static boolean isHost(String text) {
    String label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
    return text.length() <= 253 && text.matches(label + "(\\." + label + ")+");
  }
}
