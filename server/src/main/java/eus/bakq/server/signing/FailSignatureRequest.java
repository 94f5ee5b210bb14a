package eus.bakq.server.signing;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.notification.MessageKind;
import eus.bakq.server.notification.Outbox;
import eus.bakq.server.notification.OutgoingMessage;
import eus.bakq.server.vocabulary.SignatureRequestId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Ends a request whose signatures were made and whose documents will never be completed: everything
 * of it is erased, so that nothing of it can be handed out later, the citizen is told that nothing
 * was, and the record explains the values that it tells of.
 *
 * <p>Safe for several threads and nodes: whoever locks the request first ends it.
 */
public final class FailSignatureRequest {
  private static final Logger LOG = LoggerFactory.getLogger(FailSignatureRequest.class);

  /** A mailbox may be full for some days. */
  private static final Duration NOTICE_LIFE = Duration.ofDays(7);

  private final SigningParts parts;
  private final Outbox outbox;

  public FailSignatureRequest(SigningParts parts, Outbox outbox) {
    this.parts = parts;
    this.outbox = outbox;
  }

  /**
   * After a try to complete has failed: ends the request if its time is over ({@link
   * SigningSettings#longestCompletion}) and this process has tried for long enough ({@link
   * SigningSettings#leastTrying}; the register's word is enough at once), else remembers why it
   * takes longer. Durable when it returns.
   *
   * @param failingFor how long every try of this process has failed
   */
  void afterTry(SignatureRequestId id, CompletionDelay delay, Duration failingFor)
      throws RefusedException {
    boolean ended =
        parts.database().inTransaction(handle -> afterTry(handle, id, delay, failingFor));
    if (ended) {
      log(id, delay.failure().orElseThrow());
      outbox.wake();
    }
  }

  private boolean afterTry(
      Handle handle, SignatureRequestId id, CompletionDelay delay, Duration failingFor) {
    SignatureRequest request = parts.requests().lock(handle, id).orElseThrow();
    if (request.state() != SignatureRequestState.COMPLETING) {
      return false;
    }
    Optional<CompletionFailure> failure = delay.failure();
    Instant end = request.completion().since().plus(parts.settings().longestCompletion());
    if (failure.isPresent()
        && isTriedEnough(delay, failingFor)
        && !Database.now(handle).isBefore(end)) {
      end(handle, request, failure.get());
      return true;
    }
    parts.requests().delay(handle, id, delay);
    return false;
  }

  private boolean isTriedEnough(CompletionDelay delay, Duration failingFor) {
    return delay == CompletionDelay.CERTIFICATE_ON_HOLD
        || failingFor.compareTo(parts.settings().leastTrying()) >= 0;
  }

  /**
   * Ends it in this transaction, the row being locked; what has ended is to be {@link #log logged}.
   * The record is appended last.
   */
  void end(Handle handle, SignatureRequest request, CompletionFailure failure) {
    SignatureRequest.Authorisation authorisation = request.authorisation().orElseThrow();
    parts.documents().erase(handle, request.id());
    parts.requests().fail(handle, request, failure);
    outbox.put(
        handle,
        new OutgoingMessage(
            MessageKind.SIGNATURE_NOT_HANDED_OUT,
            request.id().value(),
            Optional.of(authorisation.signer()),
            Database.now(handle).plus(NOTICE_LIFE)));
    parts
        .audit()
        .append(
            handle,
            AuditEvent.failed(
                AuditEventType.SIGNATURE_REQUEST_FAILED,
                failure.name(),
                "system",
                request.id(),
                Map.of(
                    "sad", authorisation.activation().toString(),
                    "credential", authorisation.credential().toString(),
                    "documents", Integer.toString(request.documentCount()),
                    "released", "none")));
  }

  /** Once the end is durable. That a certificate was revoked in between is nobody's fault. */
  void log(SignatureRequestId id, CompletionFailure failure) {
    LOG.atLevel(failure == CompletionFailure.CERTIFICATE_NOT_GOOD ? Level.WARN : Level.ERROR)
        .addKeyValue("request", id)
        .addKeyValue("failure", failure)
        .log("a signed request was ended without its documents");
  }
}
