package eus.bakq.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;

/** Some rows of a world's database, as its administrator keeps them and puts them back. */
record RowBackup(World world, String name, Map<String, String> rows) {
  /**
   * Keeps rows as they are now.
   *
   * @param name of the backup, a word
   * @param rows which, by table: the condition
   */
  static RowBackup of(World world, String name, Map<String, String> rows) throws SQLException {
    try (Connection connection = world.superuser();
        Statement statement = connection.createStatement()) {
      for (Map.Entry<String, String> row : rows.entrySet()) {
        statement.execute(
            "create table public.%s_%s as select * from bakq.%s where %s"
                .formatted(name, row.getKey(), row.getKey(), row.getValue()));
      }
    }
    return new RowBackup(world, name, rows);
  }

  /** Keeps all of a citizen that is under a MAC, and the password. */
  static RowBackup of(World world, String name, Citizen citizen) throws SQLException {
    String signer = "signer_id = '" + citizen.signerId() + "'";
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("signer", "id = '" + citizen.signerId() + "'");
    rows.put("password", signer);
    rows.put("credential", signer);
    rows.put(
        "certificate_register",
        "credential_id in (select id from bakq.credential where " + signer + ")");
    return of(world, name, rows);
  }

  /** Puts them in place of what is there, in one transaction, past every trigger; once. */
  void putBack() throws SQLException {
    try (Connection connection = world.superuser();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("set session_replication_role = replica");
      for (Map.Entry<String, String> row : rows.entrySet()) {
        statement.execute("delete from bakq.%s where %s".formatted(row.getKey(), row.getValue()));
        statement.execute(
            "insert into bakq.%s select * from public.%s_%s"
                .formatted(row.getKey(), name, row.getKey()));
        statement.execute("drop table public.%s_%s".formatted(name, row.getKey()));
      }
      connection.commit();
    }
  }
}
