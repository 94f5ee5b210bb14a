package eus.bakq.server.document;

/**
 * Where the root element of an XML document ends: what is put there is its last child. Positions
 * are in bytes of the document.
 *
 * @param from where the end begins: the end tag, or the slash of a root that is one empty tag
 * @param to from where the document goes on unchanged behind what is put in: {@code from}, or
 *     behind an empty tag
 * @param before what comes before the new child: nothing, or what makes the empty tag a start tag
 * @param after what comes behind it: nothing, or the end tag that is then needed
 */
record XmlEnd(int from, int to, String before, String after) {
  private static final int LONGEST_TAG_NAME = 1_000;

  XmlEnd {
    if (from < 0 || to < from || before.length() > 1 || after.length() > LONGEST_TAG_NAME + 3) {
      throw new IllegalArgumentException("the end of a root is where it is");
    }
  }

  /**
   * Looks for the end of the root of {@code text}: positions are then in characters. Knows of XML
   * only what keeps tags apart from what looks like one.
   *
   * @param text a well-formed document without a DOCTYPE
   * @throws IllegalStateException if it is not one
   */
  static XmlEnd of(String text) {
    int depth = 0;
    int at = text.indexOf('<');
    while (at >= 0) {
      int next;
      if (text.startsWith("<!--", at)) {
        next = behind(text, "-->", at + 4);
      } else if (text.startsWith("<![CDATA[", at)) {
        next = behind(text, "]]>", at + 9);
      } else if (text.startsWith("<?", at)) {
        next = behind(text, "?>", at + 2);
      } else if (text.startsWith("</", at)) {
        next = behind(text, ">", at + 2);
        depth--;
        if (depth == 0) {
          return new XmlEnd(at, at, "", "");
        }
      } else {
        next = behindTag(text, at);
        boolean empty = text.charAt(next - 2) == '/';
        if (empty && depth == 0) {
          return new XmlEnd(next - 2, next, ">", "</" + tagName(text, at + 1) + ">");
        }
        depth += empty ? 0 : 1;
      }
      at = text.indexOf('<', next);
    }
    throw new IllegalStateException("a document without the end of its root is not well-formed");
  }

  private static int behind(String text, String what, int from) {
    int at = text.indexOf(what, from);
    if (at < 0) {
      throw new IllegalStateException("a document with an open end is not well-formed");
    }
    return at + what.length();
  }

  private static int behindTag(String text, int start) {
    int at = start + 1;
    while (at < text.length() && text.charAt(at) != '>') {
      char here = text.charAt(at);
      at = here == '"' || here == '\'' ? behind(text, String.valueOf(here), at + 1) : at + 1;
    }
    if (at >= text.length()) {
      throw new IllegalStateException("a document with an open tag is not well-formed");
    }
    return at + 1;
  }

  private static String tagName(String text, int start) {
    int end = start;
    while (end < text.length() && " \t\r\n/>".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    return text.substring(start, end);
  }
}
