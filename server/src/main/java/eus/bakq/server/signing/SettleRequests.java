package eus.bakq.server.signing;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.authentication.Interactions;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.Outage;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.sam.ActivationLedger;
import eus.bakq.server.vocabulary.SignatureRequestId;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings to a named end what time or a dead process left: expired requests, requests whose signing
 * was interrupted, documents to be completed, documents and uploads to be erased. Run at start and
 * every few seconds, by every process; at most 100 of each kind a run, so it is safe to run at any
 * time and any number of times.
 */
public final class SettleRequests {
  private static final Logger LOG = LoggerFactory.getLogger(SettleRequests.class);

  /** Each may take as long as a time stamp and a status are waited for. */
  private static final int MOST_UNANSWERED = 3;

  private final SigningParts parts;
  private final Interactions interactions;
  private final ActivationLedger ledger;
  private final CompleteDocuments completeDocuments;
  private final FailSignatureRequest fail;
  private final CompletionPauses pauses;

  public SettleRequests(
      SigningParts parts,
      Interactions interactions,
      ActivationLedger ledger,
      CompleteDocuments completeDocuments,
      FailSignatureRequest fail,
      LongSupplier nanoTime) {
    this.parts = parts;
    this.interactions = interactions;
    this.ledger = ledger;
    this.completeDocuments = completeDocuments;
    this.fail = fail;
    this.pauses = new CompletionPauses(nanoTime);
  }

  /** Settles what it finds; each request in a transaction of its own. */
  public void run() throws RefusedException {
    for (SignatureRequestId id : find(SignatureRequestState.AUTHORISED)) {
      guarded(id, handle -> settleAuthorised(handle, id));
    }
    for (SignatureRequestState state :
        List.of(SignatureRequestState.FROZEN, SignatureRequestState.CHALLENGED)) {
      for (SignatureRequestId id : findOverdue(state)) {
        guarded(id, handle -> expire(handle, id));
      }
    }
    for (SignatureRequestId id : findErasable()) {
      guarded(id, handle -> erase(handle, id));
    }
    parts.database().transact(interactions::purge);
    parts.database().transact(parts.uploads()::purge);
  }

  /**
   * Completes the documents of requests that are COMPLETING. Apart from {@link #run}, because it
   * asks others, who may be slow: where they do not answer it stops after three. The order is
   * another each time, and what failed pauses, so that no request keeps others from being
   * completed. For one thread.
   */
  public void complete() throws RefusedException {
    int unanswered = 0;
    for (SignatureRequestId id : parts.database().inTransaction(parts.requests()::someCompleting)) {
      if (pauses.isOver(id) && !complete(id) && ++unanswered == MOST_UNANSWERED) {
        return;
      }
    }
  }

  private List<SignatureRequestId> find(SignatureRequestState state) throws RefusedException {
    return parts.database().inTransaction(handle -> parts.requests().findIn(handle, state));
  }

  private List<SignatureRequestId> findOverdue(SignatureRequestState state)
      throws RefusedException {
    return parts
        .database()
        .inTransaction(handle -> parts.requests().findOverdue(handle, state, Database.now(handle)));
  }

  private List<SignatureRequestId> findErasable() throws RefusedException {
    return parts
        .database()
        .inTransaction(
            handle ->
                parts
                    .requests()
                    .findErasable(
                        handle, Database.now(handle).minus(parts.settings().retention())));
  }

  private void settleAuthorised(Handle handle, SignatureRequestId id) {
    SignatureRequest request = parts.requests().lock(handle, id).orElseThrow();
    if (request.state() == SignatureRequestState.AUTHORISED
        && ledger.isOverWithoutValue(handle, request.authorisation().orElseThrow().activation())) {
      beginAgain(handle, parts, interactions, request);
    }
  }

  /**
   * Back to the beginning: nothing was released, and whoever wants to sign opens the address again.
   */
  static void beginAgain(
      Handle handle, SigningParts parts, Interactions interactions, SignatureRequest request) {
    parts.requests().move(handle, request, SignatureRequestState.FROZEN);
    interactions.abandonAll(handle, request.id().value());
    parts.documents().erasePrepared(handle, request.id());
    parts
        .audit()
        .append(
            handle,
            AuditEvent.failed(
                AuditEventType.SAD_BURNT,
                "NOTHING_RELEASED",
                "system",
                request.id(),
                Map.of("sad", request.authorisation().orElseThrow().activation().toString())));
  }

  /**
   * A request that cannot be settled, such as one whose row was altered, keeps no other from it.
   */
  private void guarded(SignatureRequestId id, Database.Act act) throws RefusedException {
    try {
      parts.database().transact(act);
    } catch (RuntimeException e) {
      LOG.atLevel(Outage.level(e))
          .addKeyValue("request", id)
          .setCause(e)
          .log("a request could not be settled");
    }
  }

  /** False if somebody who is needed does not answer now. */
  private boolean complete(SignatureRequestId id) throws RefusedException {
    try {
      CompletionDelay delay = completeDocuments.run(id);
      if (delay == CompletionDelay.NONE) {
        pauses.completed(id);
      } else {
        notCompleted(id, delay);
      }
      return true;
    } catch (RuntimeException e) {
      LOG.atLevel(Outage.level(e)).addKeyValue("request", id).setCause(e).log("completing failed");
      notCompleted(id, CompletionDelay.of(e));
      return !(e instanceof UnavailableException);
    }
  }

  private void notCompleted(SignatureRequestId id, CompletionDelay delay) throws RefusedException {
    pauses.failed(id);
    try {
      fail.afterTry(id, delay, pauses.failingFor(id));
    } catch (RuntimeException e) { // As in guarded.
      LOG.atLevel(Outage.level(e))
          .addKeyValue("request", id)
          .setCause(e)
          .log("a request could not be settled");
    }
  }

  private void expire(Handle handle, SignatureRequestId id) {
    SignatureRequest request = parts.requests().lock(handle, id).orElseThrow();
    if (!request.state().isOpen() || Database.now(handle).isBefore(request.expiresAt())) {
      return;
    }
    parts.requests().move(handle, request, SignatureRequestState.EXPIRED);
    interactions.abandonAll(handle, id.value());
    parts.documents().erase(handle, id);
    parts.requests().markErased(handle, id);
    parts
        .audit()
        .append(
            handle,
            AuditEvent.succeeded(AuditEventType.SIGNATURE_REQUEST_EXPIRED, "system", id, Map.of()));
  }

  private void erase(Handle handle, SignatureRequestId id) {
    SignatureRequest request = parts.requests().lock(handle, id).orElseThrow();
    parts.documents().erase(handle, request.id());
    parts.requests().markErased(handle, request.id());
  }
}
