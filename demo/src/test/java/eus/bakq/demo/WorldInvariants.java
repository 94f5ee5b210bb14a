package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.SoftHsm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Looks whether everything that must hold in a world does: as the database's superuser, as an
 * auditor, and as somebody with its disks. Changes nothing but AUDIT_READ in the record. Safe for
 * several threads.
 */
record WorldInvariants(World world) {
  /** What a document begins with that nobody has encrypted. */
  private static final List<byte[]> IN_CLEAR = List.of(ascii("%PDF-"), ascii("<?xml"));

  private static final byte[] KEY_IN_CLEAR = ascii("PRIVATE KEY-----");

  /** Of the doors; the only private key of a world that is on disk, and not of a citizen. */
  private static final Set<String> DOOR_KEY = Set.of("door.key");

  private static final int LARGEST_KEY = 8192;

  /** What must hold at any moment. */
  void require() throws SQLException {
    assertThat(broken(WorldInvariant.When.ALWAYS)).as("broken in the world").isEmpty();
  }

  /**
   * What must hold when nobody calls and all that dead nodes left is settled; with the record's
   * chain, as an auditor has it recomputed, and the search for what is unsealed.
   */
  void requireAtRest() throws SQLException, IOException {
    require();
    assertThat(broken(WorldInvariant.When.AT_REST)).as("left in the world").isEmpty();
    assertThat(world.audit().verify().getFirstBadSequence()).as("the record's chain").isZero();
    assertThat(unsealed()).as("unsealed").isEmpty();
  }

  /** Every broken invariant with the rows that break it. */
  List<String> broken(WorldInvariant.When when) throws SQLException {
    try (Connection connection = world.superuser()) {
      // One snapshot for all: between two statements of a world at work its rows change.
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      List<String> broken = broken(connection, when);
      connection.rollback();
      return broken;
    }
  }

  /** As {@link #broken(WorldInvariant.When)}, as {@code connection} sees it. */
  static List<String> broken(Connection connection, WorldInvariant.When when) throws SQLException {
    List<String> broken = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      for (WorldInvariant invariant : WorldInvariant.values()) {
        if (invariant.when() == when) {
          try (ResultSet row = statement.executeQuery(invariant.breaks())) {
            while (row.next()) {
              broken.add(invariant + ": " + row.getString(1));
            }
          }
        }
      }
    }
    return broken;
  }

  /** Documents and keys in clear, in any table, and in any file of the world or its tokens. */
  List<String> unsealed() throws SQLException, IOException {
    List<String> found = new ArrayList<>();
    try (StolenDatabase database = StolenDatabase.of(world)) {
      for (StolenDatabase.Stored stored : database.bytes()) {
        byte[] value = stored.value().toByteArray();
        if (isDocument(value) || isKey(value)) {
          found.add(stored.toString());
        }
      }
    }
    for (Path folder : List.of(world.files().folder(), SoftHsm.shared().tokenFolder())) {
      found.addAll(unsealedFiles(folder));
    }
    return found;
  }

  private static List<String> unsealedFiles(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(folder)) {
      files = walk.filter(Files::isRegularFile).toList();
    }
    List<String> found = new ArrayList<>();
    for (Path file : files) {
      byte[] content = Files.readAllBytes(file);
      boolean key = isKey(content) || contains(content, KEY_IN_CLEAR);
      if (isDocument(content) || (key && !DOOR_KEY.contains(file.getFileName().toString()))) {
        found.add(file.toString());
      }
    }
    return found;
  }

  private static boolean isDocument(byte[] content) {
    return IN_CLEAR.stream().anyMatch(start -> contains(content, start));
  }

  private static boolean isKey(byte[] content) {
    return content.length <= LARGEST_KEY
        && Stream.of("EC", "RSA").anyMatch(algorithm -> isKey(content, algorithm));
  }

  private static boolean isKey(byte[] content, String algorithm) {
    try {
      var _ = KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(content));
      return true;
    } catch (InvalidKeySpecException none) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean contains(byte[] content, byte[] wanted) {
    for (int start = 0; start <= content.length - wanted.length; start++) {
      int same = 0;
      while (same < wanted.length && content[start + same] == wanted[same]) {
        same++;
      }
      if (same == wanted.length) {
        return true;
      }
    }
    return false;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
