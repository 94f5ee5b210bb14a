package eus.bakq.server.signer;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.CountedEvents;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that altered rows are in the record, whoever meets them, and that nobody outside sees
 * from an answer whose row was altered, where it must not be told whether there is one (AUT-11).
 * Safe for several threads.
 */
public final class AlteredRows {
  private static final Logger LOG = LoggerFactory.getLogger(AlteredRows.class);

  private final CountedEvents counted;

  /**
   * @param counted becomes a record some seconds later
   */
  public AlteredRows(CountedEvents counted) {
    this.counted = Objects.requireNonNull(counted);
  }

  /** Counts one. */
  public void count(AlteredRowException altered) {
    counted.count(
        AuditEvent.failed(
            AuditEventType.ROW_ALTERED,
            "ROW_ALTERED",
            "system",
            altered.row(),
            Map.of("table", altered.table(), "count", "1")));
  }

  /**
   * What {@code row} finds. A row that was altered is counted, and as good as none.
   *
   * @param standIn does the work of reading a row where there is none; it was done for one that was
   *     altered
   */
  public <T> Optional<T> findOrStandIn(Supplier<Optional<T>> row, Runnable standIn) {
    Optional<T> found;
    try {
      found = row.get();
    } catch (AlteredRowException e) {
      LOG.atError()
          .addKeyValue("table", e.table())
          .addKeyValue("row", e.row())
          .log("a row was altered, and is taken for none");
      count(e);
      return Optional.empty();
    }
    if (found.isEmpty()) {
      standIn.run();
    }
    return found;
  }
}
