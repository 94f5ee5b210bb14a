package eus.bakq.server.wording;

import eus.bakq.server.vocabulary.Language;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The texts of one language, with named gaps such as {@code {code}}. What fills a gap is one line
 * and is taken as it is: it can neither open a gap nor add a line, so nobody who chooses a value
 * can forge the last line of an SMS (OTP-10).
 */
final class Messages {
  private static final Pattern GAP = Pattern.compile("\\{([a-z]+)}");

  private final Map<String, String> texts;

  private Messages(Map<String, String> texts) {
    this.texts = texts;
  }

  /** Reads a language's file from the jar. */
  static Messages load(Language language) {
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(resource("messages." + language.tag() + ".properties")));
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory cannot fail to be read", e);
    }
    Map<String, String> texts = new TreeMap<>();
    for (String key : properties.stringPropertyNames()) {
      texts.put(key, properties.getProperty(key));
    }
    return new Messages(texts);
  }

  /** A resource of this package, in UTF-8. */
  static String resource(String name) {
    try (InputStream stream = Messages.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("the resource " + name + " is missing");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("the resource " + name + " is damaged", e);
    }
  }

  /** All texts by key, for tests. */
  Map<String, String> all() {
    return Map.copyOf(texts);
  }

  /**
   * The text with its gaps filled.
   *
   * @throws IllegalArgumentException if a value is missing, or has a line end or another control
   *     character
   */
  String text(String key, Map<String, String> values) {
    String text = texts.get(key);
    if (text == null) {
      throw new IllegalArgumentException("no text has the key " + key);
    }
    Matcher gaps = GAP.matcher(text);
    StringBuilder filled = new StringBuilder();
    while (gaps.find()) {
      String value = values.get(gaps.group(1));
      if (value == null || value.chars().anyMatch(Character::isISOControl)) {
        throw new IllegalArgumentException(
            "the gap " + gaps.group(1) + " of " + key + " takes one line");
      }
      gaps.appendReplacement(filled, Matcher.quoteReplacement(value));
    }
    return gaps.appendTail(filled).toString();
  }
}
