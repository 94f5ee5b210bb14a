package eus.bakq.server.signer;

/**
 * A row does not stand under its MAC: somebody changed it behind the server's back (ENR-14). The
 * use is refused. To the caller this is a fault of ours (INTERNAL), since no one outside can cause
 * it; whoever runs the use case records it and alerts.
 */
public final class AlteredRowException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String table;
  private final String row;

  /**
   * @param table the name of the table
   * @param row the id of the row, pseudonymous
   */
  public AlteredRowException(String table, String row) {
    this(table, row, null);
  }

  /**
   * @param cause why the row cannot even be read; null if only its MAC is wrong
   */
  public AlteredRowException(String table, String row, Throwable cause) {
    super("a row of " + table + " was altered: " + row, cause);
    this.table = table;
    this.row = row;
  }

  /** The name of the table. */
  public String table() {
    return table;
  }

  /** The id of the row, pseudonymous. */
  public String row() {
    return row;
  }
}
