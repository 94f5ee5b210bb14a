package eus.bakq.server.audit;

import eus.bakq.server.database.Database;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.CallerName;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads and checks the record for an auditor. That it was read is recorded first (ADM-07). */
public final class ReadAuditLog {
  private final Database database;
  private final AuditLog audit;

  public ReadAuditLog(Database database, AuditLog audit) {
    this.database = database;
    this.audit = audit;
  }

  /** As {@link AuditLog#list}. */
  public List<AuditRecord> list(
      CallerName auditor, Optional<String> subject, long afterSequence, int limit)
      throws RefusedException {
    recordReading(auditor, "LIST", subject.orElse("all"));
    return database.inTransaction(handle -> audit.list(handle, subject, afterSequence, limit));
  }

  /** As {@link AuditLog#verify}: takes time in proportion to the whole record. */
  public AuditVerification verify(CallerName auditor) throws RefusedException {
    recordReading(auditor, "VERIFY", "all");
    return database.inTransaction(audit::verify);
  }

  private void recordReading(CallerName auditor, String act, String subject)
      throws RefusedException {
    database.transact(
        handle ->
            audit.append(
                handle,
                AuditEvent.succeeded(
                    AuditEventType.AUDIT_READ, auditor.value(), subject, Map.of("act", act))));
  }
}
