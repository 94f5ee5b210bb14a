package eus.bakq.server.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * A part of the configuration file being read. Collects every fault instead of stopping at the
 * first, and knows every key that was asked for, so that one that was not asked for is a fault too.
 * For one thread.
 */
final class ConfigurationSection {
  /** Longer than anything here may last, and short enough to be counted in milliseconds. */
  private static final Duration LONGEST = Duration.ofDays(36_525);

  private static final Pattern INDEX = Pattern.compile("\\[[0-9]+]");

  /** What was wrong and what was asked for, in the whole file. */
  static final class Findings {
    private final List<String> faults = new ArrayList<>();
    private final Map<String, String> keys = new TreeMap<>();

    List<String> faults() {
      return List.copyOf(faults);
    }

    /**
     * Every key that the code knows, with its default in words; {@code required} if it has none.
     */
    Map<String, String> keys() {
      return Map.copyOf(keys);
    }
  }

  private final String path;
  private final JsonNode node;
  private final Path folder;
  private final Findings findings;
  private final Set<String> asked = new TreeSet<>();
  private final Set<String> faulty = new TreeSet<>();

  private ConfigurationSection(String path, JsonNode node, Path folder, Findings findings) {
    this.path = path;
    this.node = node;
    this.folder = folder;
    this.findings = findings;
    if (!node.isObject() && !node.isMissingNode() && !node.isNull()) {
      fault(name(), "is a section with keys");
    }
  }

  /**
   * The whole file.
   *
   * @param folder to which relative paths are relative
   */
  static ConfigurationSection root(JsonNode node, Path folder, Findings findings) {
    return new ConfigurationSection("", node, folder, findings);
  }

  ConfigurationSection section(String key) {
    return new ConfigurationSection(full(key), take(key), folder, findings);
  }

  /**
   * A section that may be left out as a whole, with every key in it.
   *
   * @return empty if it is not there
   */
  Optional<ConfigurationSection> optionalSection(String key) {
    JsonNode found = take(key);
    return found.isMissingNode() || found.isNull()
        ? Optional.empty()
        : Optional.of(new ConfigurationSection(full(key), found, folder, findings));
  }

  /** The elements of a list, each a section; at most {@code most}. */
  List<ConfigurationSection> sections(String key, int most) {
    JsonNode list = take(key);
    know(key + "[]", "none");
    List<ConfigurationSection> sections = new ArrayList<>();
    if (list.isMissingNode() || list.isNull()) {
      return sections;
    }
    if (!list.isArray() || list.size() > most) {
      fault(full(key), "is a list of at most " + most);
      return sections;
    }
    for (int i = 0; i < list.size(); i++) {
      sections.add(
          new ConfigurationSection(full(key) + "[" + i + "]", list.get(i), folder, findings));
    }
    return sections;
  }

  String text(String key) {
    return required(key, node -> node.isTextual() ? node.textValue() : null, "a text", "");
  }

  String text(String key, String ifAbsent) {
    return optional(key, node -> node.isTextual() ? node.textValue() : null, "a text", ifAbsent);
  }

  /**
   * A text that may be left out.
   *
   * @param meaning in words, what it means to leave it out
   */
  Optional<String> optionalText(String key, String meaning) {
    know(key, meaning);
    JsonNode found = take(key);
    return found.isMissingNode() || found.isNull()
        ? Optional.empty()
        : Optional.of(
            read(key, found, node -> node.isTextual() ? node.textValue() : null, "a text", ""));
  }

  int number(String key) {
    return required(key, node -> node.isInt() ? node.intValue() : null, "a whole number", 1);
  }

  int number(String key, int ifAbsent) {
    return optional(key, node -> node.isInt() ? node.intValue() : null, "a whole number", ifAbsent);
  }

  /** Yes or no. */
  boolean flag(String key, boolean ifAbsent) {
    return optional(
        key, node -> node.isBoolean() ? node.booleanValue() : null, "true or false", ifAbsent);
  }

  /** A time in ISO 8601, such as {@code PT5M}; at most a century. */
  Duration duration(String key, Duration ifAbsent) {
    return optional(
        key, ConfigurationSection::parseDuration, "a time such as PT30S, PT5M or P7D", ifAbsent);
  }

  private static Duration parseDuration(JsonNode node) {
    try {
      Duration parsed = node.isTextual() ? Duration.parse(node.textValue()) : null;
      return parsed == null || parsed.abs().compareTo(LONGEST) > 0 ? null : parsed;
    } catch (DateTimeException e) {
      return null; // reported as a fault with what is accepted
    }
  }

  /** A file; a relative one is relative to the configuration's folder. */
  Path file(String key) {
    return required(key, this::parsePath, "the path of a file", Path.of("missing"));
  }

  /**
   * A file that may be left out; else as {@link #file}.
   *
   * @param meaning in words, what it means to leave it out
   */
  Optional<Path> optionalFile(String key, String meaning) {
    know(key, meaning);
    JsonNode found = take(key);
    return found.isMissingNode() || found.isNull()
        ? Optional.empty()
        : Optional.of(read(key, found, this::parsePath, "the path of a file", Path.of("missing")));
  }

  private Path parsePath(JsonNode node) {
    return node.isTextual() && !node.textValue().isBlank()
        ? folder.resolve(node.textValue()).normalize()
        : null;
  }

  /** An address; what it must be is said by the settings that it is for. */
  URI address(String key) {
    return required(
        key, ConfigurationSection::parseAddress, "an address", URI.create("https://missing/"));
  }

  /** A list of addresses; what each must be is said by the settings that they are for. */
  List<URI> addresses(String key) {
    return optional(key, ConfigurationSection::parseAddresses, "a list of addresses", List.of());
  }

  private static List<URI> parseAddresses(JsonNode node) {
    List<URI> parsed = new ArrayList<>();
    for (JsonNode element : node) {
      URI address = parseAddress(element);
      if (address == null) {
        return null;
      }
      parsed.add(address);
    }
    return node.isArray() ? parsed : null;
  }

  private static URI parseAddress(JsonNode node) {
    try {
      return node.isTextual() ? new URI(node.textValue()) : null;
    } catch (URISyntaxException e) {
      return null; // reported as a fault with what is accepted
    }
  }

  /** One word of an enum, as it is written in the code. */
  <E extends Enum<E>> E word(String key, Class<E> words, E ifAbsent) {
    return optional(
        key,
        node -> parseWord(node, words),
        "one of " + List.of(words.getEnumConstants()),
        ifAbsent);
  }

  <E extends Enum<E>> E word(String key, Class<E> words) {
    return required(
        key,
        node -> parseWord(node, words),
        "one of " + List.of(words.getEnumConstants()),
        words.getEnumConstants()[0]);
  }

  private static <E extends Enum<E>> E parseWord(JsonNode node, Class<E> words) {
    for (E word : words.getEnumConstants()) {
      if (node.isTextual() && word.name().equals(node.textValue())) {
        return word;
      }
    }
    return null;
  }

  /** A rule that one key alone cannot show. */
  void require(boolean holds, String key, String accepted) {
    if (!holds) {
      fault(full(key), accepted);
    }
  }

  /**
   * Makes a settings record of what was read, and turns what its constructor refuses into a fault
   * of this section.
   */
  <T> Optional<T> make(Supplier<T> constructor) {
    return make(name(), !faulty.isEmpty(), constructor);
  }

  /** As {@link #make(Supplier)}, of what {@code key} alone holds. */
  <T> Optional<T> makeOf(String key, Supplier<T> constructor) {
    return make(full(key), faulty.contains(full(key)), constructor);
  }

  private <T> Optional<T> make(String of, boolean known, Supplier<T> constructor) {
    try {
      return Optional.of(constructor.get());
    } catch (IllegalArgumentException e) {
      // The placeholder of a key that is faulty may be refused once more: one fault is enough.
      if (!known) {
        fault(of, e.getMessage());
      }
      return Optional.empty();
    }
  }

  /** Says that everything of this section was asked for: what was not is a fault. */
  void end() {
    node.fieldNames()
        .forEachRemaining(
            key -> {
              if (!asked.contains(key)) {
                fault(full(key), "is no key of this server");
              }
            });
  }

  private <T> T required(String key, Function<JsonNode, T> reader, String accepted, T placeholder) {
    know(key, "required");
    JsonNode found = take(key);
    if (found.isMissingNode() || found.isNull()) {
      fault(full(key), "is missing; it is " + accepted);
      return placeholder;
    }
    return read(key, found, reader, accepted, placeholder);
  }

  private <T> T optional(String key, Function<JsonNode, T> reader, String accepted, T ifAbsent) {
    know(key, String.valueOf(ifAbsent));
    JsonNode found = take(key);
    if (found.isMissingNode() || found.isNull()) {
      return ifAbsent;
    }
    return read(key, found, reader, accepted, ifAbsent);
  }

  private <T> T read(
      String key, JsonNode found, Function<JsonNode, T> reader, String accepted, T otherwise) {
    T value = reader.apply(found);
    if (value == null) {
      fault(full(key), "is " + accepted);
      return otherwise;
    }
    return value;
  }

  private JsonNode take(String key) {
    asked.add(key);
    return node.isObject() ? node.path(key) : MissingNode.getInstance();
  }

  private void fault(String of, String sentence) {
    faulty.add(of);
    findings.faults.add(of + ": " + sentence);
  }

  private void know(String key, String ifAbsent) {
    findings.keys.put(INDEX.matcher(full(key)).replaceAll("[]"), ifAbsent);
  }

  private String name() {
    return path.isEmpty() ? "the file" : path;
  }

  private String full(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
