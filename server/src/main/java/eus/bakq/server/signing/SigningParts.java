package eus.bakq.server.signing;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.caller.RegisteredCallers;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.hsm.InfrastructureKeys;
import eus.bakq.server.signer.RowMacs;
import eus.bakq.server.vocabulary.SignatureRequestId;
import java.net.URI;
import java.security.SecureRandom;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** What the use cases of this package share. */
public final class SigningParts {
  private final Database database;
  private final AuditLog audit;
  private final RegisteredCallers callers;
  private final SecureRandom random;
  private final SigningSettings settings;
  private final SignatureRequests requests;
  private final RequestDocuments documents;
  private final Uploads uploads;
  private final ReferenceCodes referenceCodes;

  public SigningParts(
      Database database,
      InfrastructureKeys keys,
      AuditLog audit,
      RegisteredCallers callers,
      SecureRandom random,
      SigningSettings settings) {
    this.database = database;
    this.audit = audit;
    this.callers = callers;
    this.random = random;
    this.settings = settings;
    this.requests = new SignatureRequests(new RowMacs(keys));
    DocumentVault vault = new DocumentVault(keys, random);
    this.documents = new RequestDocuments(vault);
    this.uploads = new Uploads(vault);
    this.referenceCodes = new ReferenceCodes(keys);
  }

  Database database() {
    return database;
  }

  AuditLog audit() {
    return audit;
  }

  SecureRandom random() {
    return random;
  }

  SigningSettings settings() {
    return settings;
  }

  SignatureRequests requests() {
    return requests;
  }

  RequestDocuments documents() {
    return documents;
  }

  Uploads uploads() {
    return uploads;
  }

  ReferenceCodes referenceCodes() {
    return referenceCodes;
  }

  /** What the citizen reads as the name of the sede, in the citizen's language. */
  String sedeName(SignatureRequest request) {
    return callers
        .byName(request.caller())
        .map(sede -> sede.displayName(request.language()))
        .orElseGet(() -> request.caller().value());
  }

  /**
   * Runs {@code work} of a sede on one of its requests. Asking for another sede's request is
   * answered like asking for none, and is recorded on that request first.
   */
  <T> T forSede(RegisteredCaller sede, SignatureRequestId id, Database.Work<T> work)
      throws RefusedException {
    try {
      return database.inTransaction(work);
    } catch (RefusedException e) {
      if (e.refusal() == Refusal.SIGNATURE_REQUEST_NOT_FOUND) {
        database.transact(handle -> recordForeign(handle, sede, id));
      }
      throw e;
    }
  }

  private void recordForeign(Handle handle, RegisteredCaller sede, SignatureRequestId id) {
    if (requests.find(handle, id).isPresent()) {
      audit.append(
          handle,
          AuditEvent.refused(
              AuditEventType.SIGNATURE_REQUEST_DENIED,
              "OF_ANOTHER_SEDE",
              sede.name().value(),
              id,
              Map.of()));
    }
  }

  SignatureRequestView view(SignatureRequest request) {
    return new SignatureRequestView(
        request.id(),
        request.state(),
        URI.create(settings.authorisationAddress() + "#" + request.id()),
        referenceCodes.of(request),
        request.documentCount(),
        request.createdAt(),
        request.expiresAt(),
        request.format(),
        request.level(),
        request.digest(),
        request.state() == SignatureRequestState.COMPLETING
            ? request.completion().delay()
            : CompletionDelay.NONE,
        request.completion().failure());
  }
}
