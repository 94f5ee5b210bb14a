package eus.bakq.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the server is and as whom it is called: a properties file.
 *
 * <pre>
 * authority                = authority.pem       whose server certificates are believed
 * sede.address             = 127.0.0.1:8441      host:port
 * sede.certificate         = sede.pem            with sede.key: as whom
 * sede.key                 = sede.key            PEM, PKCS#8
 * registration.…, auditor.…                      likewise
 * signer.address           = 127.0.0.1:8443      no certificate
 * </pre>
 *
 * <p>Only the doors that are used need be there. Paths are relative to the file. Unknown keys are
 * errors. Whoever writes the file can lead the user to another server, and so to his or her
 * password.
 */
final class ConnectionFile {
  private static final int MAX_BYTES = 64 * 1024;
  private static final Pattern ADDRESS =
      Pattern.compile("(?<host>[^:\\s]+|\\[[0-9a-fA-F:.]+\\]):(?<port>[0-9]{1,5})");
  private static final int MAX_PORT = 65_535;

  /** Where a door is. */
  record Address(String host, int port) {}

  /** As whom a door is called. */
  record ClientIdentity(Path certificate, Path key) {}

  private final Path file;
  private final Map<String, String> values;

  private ConnectionFile(Path file, Map<String, String> values) {
    this.file = file;
    this.values = values;
  }

  /**
   * Reads and checks the file.
   *
   * @throws FailedException if it cannot be read, or has a key that means nothing
   */
  static ConnectionFile read(Path file) {
    Properties properties = new Properties();
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw FailedException.usage("The connection file " + file + " is too large to be one.");
      }
      try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
        properties.load(reader);
      }
    } catch (IOException | IllegalArgumentException e) {
      throw FailedException.usage("The connection file " + file + " cannot be read.", e);
    }
    Map<String, String> values = new HashMap<>();
    Set<String> known = knownKeys();
    for (String key : new TreeSet<>(properties.stringPropertyNames())) {
      if (!known.contains(key)) {
        throw FailedException.usage(
            "The connection file " + file + " has the unknown key '" + Text.printable(key) + "'.");
      }
      values.put(key, properties.getProperty(key).strip());
    }
    return new ConnectionFile(file, values);
  }

  private static Set<String> knownKeys() {
    Set<String> known = new TreeSet<>();
    known.add("authority");
    for (Door door : Door.values()) {
      known.add(door.key() + ".address");
      if (door.withCertificate()) {
        known.add(door.key() + ".certificate");
        known.add(door.key() + ".key");
      }
    }
    return known;
  }

  /** PEM: whose server certificates are believed. */
  Path authority() {
    return path("authority");
  }

  Address address(Door door) {
    String key = door.key() + ".address";
    Matcher matcher = ADDRESS.matcher(value(key));
    if (!matcher.matches() || Integer.parseInt(matcher.group("port")) > MAX_PORT) {
      throw FailedException.usage(
          "In the connection file " + file + ", '" + key + "' is not of the form host:port.");
    }
    return new Address(matcher.group("host"), Integer.parseInt(matcher.group("port")));
  }

  /** Empty at a door without certificates. */
  Optional<ClientIdentity> identity(Door door) {
    return door.withCertificate()
        ? Optional.of(
            new ClientIdentity(path(door.key() + ".certificate"), path(door.key() + ".key")))
        : Optional.empty();
  }

  private Path path(String key) {
    Path folder = file.toAbsolutePath().getParent();
    return folder.resolve(value(key));
  }

  private String value(String key) {
    String value = values.get(key);
    if (value == null || value.isEmpty()) {
      throw FailedException.usage(
          "The connection file " + file + " lacks '" + key + "', which this command needs.");
    }
    return value;
  }
}
