package eus.bakq.demo;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Rows of one citizen as they once were, which the database's administrator keeps and puts back:
 * all that is under a MAC, and the password.
 *
 * @param credential the id of the credential that the citizen had then
 * @param rows by table, which of its rows
 */
record KeptRows(World world, String credential, Map<String, String> rows) {
  static KeptRows of(World world, Citizen citizen) throws SQLException {
    String signer = "'" + citizen.signerId() + "'";
    String credential = credentialOf(world, signer);
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("signer", "id = " + signer);
    rows.put("password", "signer_id = " + signer);
    rows.put("credential", "id = '" + credential + "'");
    rows.put("certificate_register", "credential_id = '" + credential + "'");
    return new KeptRows(world, credential, rows);
  }

  private static String credentialOf(World world, String signer) throws SQLException {
    try (Connection connection = world.superuser();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("select id::text from credential where signer_id = " + signer)) {
      if (!row.next()) {
        throw new AssertionError("the citizen has no credential");
      }
      return row.getString(1);
    }
  }

  /** Makes a backup of them, as they are now. */
  void keepAs(String backup) throws SQLException {
    try (Connection connection = world.superuser();
        Statement statement = connection.createStatement()) {
      for (Map.Entry<String, String> row : rows.entrySet()) {
        statement.execute(
            "create table public.%s_%s as select * from bakq.%s where %s"
                .formatted(backup, row.getKey(), row.getKey(), row.getValue()));
      }
    }
  }

  /** All in one transaction, past every trigger; the backup is used up. */
  void putBack(String backup) throws SQLException {
    try (Connection connection = world.superuser();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("set session_replication_role = replica");
      for (Map.Entry<String, String> row : rows.entrySet()) {
        statement.execute("delete from bakq.%s where %s".formatted(row.getKey(), row.getValue()));
        statement.execute(
            "insert into bakq.%s select * from public.%s_%s"
                .formatted(row.getKey(), backup, row.getKey()));
        statement.execute("drop table public.%s_%s".formatted(backup, row.getKey()));
      }
      connection.commit();
    }
  }
}
