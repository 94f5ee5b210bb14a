package eus.bakq.server.database;

import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * This process's sign of life. Work that a process has begun and not ended belongs to it while its
 * lease lasts; after that, any process may end it. Safe for several threads.
 */
public final class NodeLease {
  /** How long a sign of life counts. Renew at a quarter of it. */
  public static final Duration LIFE = Duration.ofSeconds(20);

  private final UUID id;

  /**
   * A node that has given no sign of life yet.
   *
   * @param id new for each start of a process
   */
  public NodeLease(UUID id) {
    this.id = Objects.requireNonNull(id);
  }

  public UUID id() {
    return id;
  }

  /** Gives a sign of life, and removes the rows of nodes that have been dead for a day. */
  public void renew(Handle handle) {
    var now = Database.timeOfRecord(handle).atOffset(ZoneOffset.UTC);
    handle
        .createUpdate(
            """
            insert into bakq.node (id, lease_until) values (:id, :until)
            on conflict (id) do update set lease_until = excluded.lease_until""")
        .bind("id", id)
        .bind("until", now.plus(LIFE))
        .execute();
    handle
        .createUpdate("delete from bakq.node where lease_until < :dayAgo")
        .bind("dayAgo", now.minusDays(1))
        .execute();
  }

  /** Ends the lease at once, on an orderly stop. */
  public void release(Handle handle) {
    handle.createUpdate("delete from bakq.node where id = :id").bind("id", id).execute();
  }
}
