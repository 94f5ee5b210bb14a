package eus.bakq.demo;

import eus.bakq.server.vocabulary.Bytes;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** All that is in a world's database, as its administrator sees it. */
record StolenDatabase(Connection connection) implements AutoCloseable {
  /** A value of a column of bytes. */
  record Stored(String table, String column, Bytes value) {
    @Override
    public String toString() {
      return table + "." + column + " (" + value.size() + " bytes)";
    }
  }

  static StolenDatabase of(World world) throws SQLException {
    return new StolenDatabase(world.superuser());
  }

  List<String> tables() throws SQLException {
    return texts(
        "select table_name::text from information_schema.tables"
            + " where table_schema = 'bakq' and table_type = 'BASE TABLE' order by 1");
  }

  /** Every row of {@code table} as text; bytes are in hexadecimal after {@code \x}. */
  List<String> rows(String table) throws SQLException {
    return texts("select t::text from bakq.%s t".formatted(table));
  }

  /** Every value of every column of bytes. */
  List<Stored> bytes() throws SQLException {
    List<Stored> all = new ArrayList<>();
    for (String table : tables()) {
      for (String column :
          texts(
              ("select column_name::text from information_schema.columns where table_schema = 'bakq'"
                      + " and table_name = '%s' and data_type = 'bytea'")
                  .formatted(table))) {
        all.addAll(values(table, column));
      }
    }
    return all;
  }

  private List<Stored> values(String table, String column) throws SQLException {
    List<Stored> values = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select %s from bakq.%s where %s is not null".formatted(column, table, column))) {
      while (row.next()) {
        values.add(new Stored(table, column, Bytes.copyOf(row.getBytes(1))));
      }
    }
    return values;
  }

  private List<String> texts(String sql) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        texts.add(row.getString(1));
      }
    }
    return texts;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
