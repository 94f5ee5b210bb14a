package eus.bakq.cli;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** How things are written for a person. */
final class Text {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss z", Locale.ROOT);

  private Text() {}

  /**
   * What a server or sede sent, without the characters that steer a terminal or hide text; line
   * feeds stay only in {@link #printableLines}.
   */
  static String printable(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints()
        .forEach(codePoint -> shown.appendCodePoint(isShown(codePoint) ? codePoint : '?'));
    return shown.toString();
  }

  /** As {@link #printable}, line by line. */
  static String printableLines(String text) {
    return String.join("\n", text.lines().map(Text::printable).toList());
  }

  private static boolean isShown(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }

  /** In the time zone of the machine. */
  static String time(Timestamp time) {
    return TIME.format(
        Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).atZone(ZoneId.systemDefault()));
  }

  /** A hash, as eight groups of eight hexadecimal digits where it is one of 32 bytes. */
  static String fingerprint(ByteString hash) {
    String hex = hex(hash);
    StringBuilder grouped = new StringBuilder();
    for (int i = 0; i < hex.length(); i += 8) {
      grouped.append(i == 0 ? "" : " ").append(hex, i, Math.min(i + 8, hex.length()));
    }
    return grouped.toString();
  }

  static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  /** Rows in columns as wide as their widest cell. */
  static String table(List<List<String>> rows) {
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int column = 0; column < row.size(); column++) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        line.append(row.get(column));
        line.repeat(' ', widths[column] - row.get(column).length() + 2);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
