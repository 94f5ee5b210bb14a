package eus.bakq.server;

import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.audit.CountedEvents;
import eus.bakq.server.authentication.CompareKeyUses;
import eus.bakq.server.authentication.RecordKeyUses;
import eus.bakq.server.certificate.ResponderCertificates;
import eus.bakq.server.credential.WrappingEpochs;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.DatabaseClock;
import eus.bakq.server.database.HistoryTrust;
import eus.bakq.server.database.IdempotentCalls;
import eus.bakq.server.database.NodeLease;
import eus.bakq.server.enrolment.Activations;
import eus.bakq.server.enrolment.TidyCredentials;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.notification.Outbox;
import eus.bakq.server.sam.EndInterrupted;
import eus.bakq.server.signing.SettleRequests;
import java.time.Duration;
import java.util.List;

/** What {@link Housekeeping} does, and with which parts. */
record Chores(
    Database database,
    DatabaseClock clock,
    HistoryTrust history,
    EndInterrupted endInterrupted,
    SettleRequests settleRequests,
    ResponderCertificates responderCertificates,
    Activations activations,
    TidyCredentials tidyCredentials,
    WrappingEpochs epochs,
    IdempotentCalls idempotentCalls,
    Outbox outbox,
    AuditLog audit,
    CountedEvents counted,
    CallerRefusals refusals,
    RecordKeyUses recordKeyUses,
    CompareKeyUses compareKeyUses) {
  private static final Duration SENT_KEPT = Duration.ofDays(7);

  /** One of them; its name is for the log. */
  record Chore(String name, Work work) {}

  /** What a chore does. */
  @FunctionalInterface
  interface Work {
    void run() throws RefusedException;
  }

  /** What has happened and is to be told, whatever the clocks do. */
  List<Chore> told() {
    return List.of(
        new Chore("counted events", () -> counted.write(database, audit)),
        new Chore("refused callers", refusals::recordCounts),
        new Chore("unrecorded key uses", recordKeyUses::run));
  }

  /** What is judged to be over, in this order: while no time is to be had, nothing is. */
  List<Chore> judged() {
    return List.of(
        new Chore("interrupted uses", this::endInterruptedUses),
        new Chore("requests", settleRequests::run),
        new Chore("responder's certificate", responderCertificates::renew),
        new Chore(
            "activations",
            () ->
                database.transact(
                    handle -> activations.expireOverdue(handle, Database.now(handle)))),
        new Chore("credentials", tidyCredentials::run),
        new Chore("epochs", epochs::run),
        new Chore(
            "key uses",
            () -> {
              var _ = compareKeyUses.run();
            }),
        new Chore("calls", () -> database.transact(idempotentCalls::purge)),
        new Chore("messages", () -> database.transact(handle -> outbox.purge(handle, SENT_KEPT))));
  }

  /** What may take long, and so has a thread of its own; judged, too. */
  Chore completing() {
    return new Chore("completing", settleRequests::complete);
  }

  /** After a jump, who is alive has first to say so by the new time. */
  private void endInterruptedUses() throws RefusedException {
    if (clock.isEvenFor(NodeLease.LIFE)) {
      endInterrupted.run();
    }
  }
}
