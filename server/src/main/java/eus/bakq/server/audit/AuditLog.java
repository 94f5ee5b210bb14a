package eus.bakq.server.audit;

import org.jdbi.v3.core.Handle;

/** The append-only, hash-chained record. Owner of this stub: the database's author. */
public final class AuditLog {
  /**
   * Appends {@code event} in the transaction of {@code handle}: durable when that commits, and
   * never if it does not. Takes the log's lock until the transaction ends, so append last. At most
   * one lock holder at a time in all nodes.
   */
  public void append(Handle handle, AuditEvent event) {
    throw new UnsupportedOperationException("stub");
  }
}
