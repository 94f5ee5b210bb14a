package eus.bakq.server.notification;

import org.jdbi.v3.core.Handle;

/**
 * What is to be sent, as references: the texts, which hold secrets, are made only when sent. Owner
 * of this stub: the database's author.
 */
public final class Outbox {
  /**
   * Puts {@code message} into the outbox in the transaction of {@code handle}; sent at least once
   * after it commits.
   */
  public void put(Handle handle, OutgoingMessage message) {
    throw new UnsupportedOperationException("stub");
  }

  /**
   * Tells the dispatcher, after the commit, that there is something to send now. Losing this only
   * delays.
   */
  public void wake() {
    throw new UnsupportedOperationException("stub");
  }
}
