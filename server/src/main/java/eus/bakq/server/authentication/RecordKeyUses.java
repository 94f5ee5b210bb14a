package eus.bakq.server.authentication;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.database.CommitUnknownException;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.hsm.KeyUses;
import eus.bakq.server.hsm.UnrecordedKeyUses;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * Records the uses of the keys of passwords that no other record tells of, together, at most once a
 * minute: a stranger can cause them. For one thread at a time.
 */
public final class RecordKeyUses {
  private static final Duration PERIOD = Duration.ofMinutes(1);

  private final Database database;
  private final AuditLog audit;
  private final UnrecordedKeyUses unrecorded;
  private final UUID node;
  private final LongSupplier nanoTime;

  private boolean written;
  private long writtenAt;

  /**
   * @param node named in the record
   * @param nanoTime as {@link System#nanoTime}
   */
  public RecordKeyUses(
      Database database,
      AuditLog audit,
      UnrecordedKeyUses unrecorded,
      UUID node,
      LongSupplier nanoTime) {
    this.database = Objects.requireNonNull(database);
    this.audit = Objects.requireNonNull(audit);
    this.unrecorded = Objects.requireNonNull(unrecorded);
    this.node = Objects.requireNonNull(node);
    this.nanoTime = Objects.requireNonNull(nanoTime);
  }

  /**
   * Durable when it returns, if a minute has gone by since the last time; what cannot be recorded
   * now is recorded the next time. What a lost answer to a COMMIT leaves unknown is not: it may be
   * there.
   */
  public void run() throws RefusedException {
    if (!written || nanoTime.getAsLong() - writtenAt >= PERIOD.toNanos()) {
      runNow();
    }
  }

  /** As {@link #run}, at once: the server is stopping. */
  public void runNow() throws RefusedException {
    KeyUses uses = unrecorded.take();
    if (uses.equals(KeyUses.NONE)) {
      return;
    }
    boolean mayBeRecorded = false;
    try {
      database.transact(handle -> audit.append(handle, event(uses)));
      mayBeRecorded = true;
      written = true;
      writtenAt = nanoTime.getAsLong();
    } catch (CommitUnknownException e) {
      mayBeRecorded = true;
      throw e;
    } finally {
      if (!mayBeRecorded) {
        unrecorded.add(uses);
      }
    }
  }

  private AuditEvent event(KeyUses uses) {
    return AuditEvent.succeeded(
        AuditEventType.KEY_USES_UNRECORDED,
        "system",
        "custody",
        Map.of(
            "node", node.toString(),
            "verify", Long.toString(uses.verify()),
            "activate", Long.toString(uses.activate())));
  }
}
