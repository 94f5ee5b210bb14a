package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.IdempotentWish;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.signer.AlteredRowException;
import java.util.Map;
import java.util.Objects;

/**
 * Acts of officers, each in one transaction. One that is refused is rolled back, and the refusal
 * recorded in a transaction of its own before it is told.
 */
final class RecordedActs {
  private final Database database;
  private final AuditLog audit;

  RecordedActs(Database database, AuditLog audit) {
    this.database = Objects.requireNonNull(database);
    this.audit = Objects.requireNonNull(audit);
  }

  /**
   * Runs {@code act} and commits it.
   *
   * @throws RefusedException of {@code act}; recorded
   * @throws AlteredRowException of {@code act}; recorded
   */
  <T> T run(RegisteredCaller officer, IdempotentWish wish, Database.Work<T> act)
      throws RefusedException {
    try {
      return database.inTransaction(act);
    } catch (RefusedException e) {
      String request = wish.requestId().toString();
      record(
          AuditEvent.refused(
              AuditEventType.ENROLMENT_REJECTED,
              e.refusal().name(),
              officer.name().value(),
              request,
              Map.of("request", request)));
      throw e;
    } catch (AlteredRowException e) {
      record(
          AuditEvent.failed(
              AuditEventType.ENROLMENT_REJECTED,
              "ROW_ALTERED",
              officer.name().value(),
              e.row(),
              Map.of("request", wish.requestId().toString(), "table", e.table())));
      throw e;
    }
  }

  private void record(AuditEvent event) throws RefusedException {
    database.transact(handle -> audit.append(handle, event));
  }
}
