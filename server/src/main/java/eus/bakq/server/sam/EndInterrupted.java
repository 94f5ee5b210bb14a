package eus.bakq.server.sam;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Ends what dead processes had reserved: burnt, never signed again, with a record that a value may
 * have been computed and was not released. Run at start and every few seconds, by every process; at
 * most 500 occurrences a run.
 */
public final class EndInterrupted {
  private final Database database;
  private final ActivationLedger ledger;
  private final AuditLog audit;

  public EndInterrupted(Database database, ActivationLedger ledger, AuditLog audit) {
    this.database = database;
    this.ledger = ledger;
    this.audit = audit;
  }

  /** Returns how many occurrences it ended. */
  public int run() throws RefusedException {
    return database.inTransaction(
        handle -> {
          // First every burning, then the record: its lock is taken last, always.
          List<AuditEvent> burnt = new ArrayList<>();
          for (ActivationLedger.Interrupted left : ledger.leftByTheDead(handle)) {
            if (ledger.burn(handle, left)) {
              burnt.add(interrupted(left));
            }
          }
          if (!burnt.isEmpty()) {
            audit.appendAll(handle, burnt);
          }
          return burnt.size();
        });
  }

  private static AuditEvent interrupted(ActivationLedger.Interrupted left) {
    return AuditEvent.failed(
        AuditEventType.SIGNATURE_INTERRUPTED,
        "PROCESS_ENDED",
        "system",
        left.request(),
        Map.of(
            "sad", left.activation().toString(),
            "ordinal", Integer.toString(left.ordinal()),
            "credential", left.credential().toString(),
            "dtbs_digest", left.digest().toHex(),
            "released", "none"));
  }
}
