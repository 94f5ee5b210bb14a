package eus.bakq.server.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A configuration file being written: every key that is required, until something is changed. */
public final class WrittenConfiguration {
  private static final YAMLMapper YAML = new YAMLMapper();

  private final ObjectNode tree;

  private WrittenConfiguration(ObjectNode tree) {
    this.tree = tree;
  }

  /** Complete and sound, and not a key more. */
  public static WrittenConfiguration smallest() throws IOException {
    try (InputStream file = WrittenConfiguration.class.getResourceAsStream("smallest.yaml")) {
      return new WrittenConfiguration((ObjectNode) YAML.readTree(file));
    }
  }

  /**
   * Sets a key.
   *
   * @param key with dots; sections that are not there are made
   * @param value in YAML
   */
  public WrittenConfiguration with(String key, String value) throws IOException {
    section(key).set(last(key), YAML.readTree(value));
    return this;
  }

  /** Takes a key out. */
  public WrittenConfiguration without(String key) {
    JsonNode removed = section(key).remove(last(key));
    if (removed == null) {
      throw new IllegalArgumentException("there is no " + key);
    }
    return this;
  }

  public Path writeTo(Path file) throws IOException {
    return Files.writeString(file, YAML.writeValueAsString(tree));
  }

  private ObjectNode section(String key) {
    List<String> path = List.of(key.split("\\."));
    ObjectNode section = tree;
    for (String name : path.subList(0, path.size() - 1)) {
      section = section.withObjectProperty(name);
    }
    return section;
  }

  private static String last(String key) {
    return key.substring(key.lastIndexOf('.') + 1);
  }
}
