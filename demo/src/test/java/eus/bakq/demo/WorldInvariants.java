package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks whether everything that must hold in a world does: as the database's superuser, as an
 * auditor, and as somebody with its disks. Changes nothing but AUDIT_READ in the record. Safe for
 * several threads.
 */
record WorldInvariants(World world) {
  private static final List<String> INDEXES =
      List.of(
          "create index on audit_record ((details ->> 'sad'))",
          "create index on audit_record ((details ->> 'credential'))",
          "create index on audit_record ((details ->> 'certificate_sha256'))",
          "create index on audit_record ((details ->> 'interaction'))",
          "create index on audit_record (type, subject)");

  /** Makes the looks at a record that grows long quick. */
  static void index(World world) throws SQLException {
    for (String index : INDEXES) {
      var _ = world.tamper(index);
    }
  }

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
        if (UnsealedFiles.isUnsealed(value)) {
          found.add(stored.toString());
        }
      }
    }
    found.addAll(new UnsealedFiles(world).look());
    return found;
  }
}
