package eus.bakq.server.signing;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.authentication.Interactions;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.SignatureRequestId;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Withdraws a request before the citizen has authorised it. A code already sent is then good for
 * nothing.
 */
public final class CancelSignatureRequest {
  private final SigningParts parts;
  private final Interactions interactions;

  public CancelSignatureRequest(SigningParts parts, Interactions interactions) {
    this.parts = parts;
    this.interactions = interactions;
  }

  /**
   * Durable when it returns; may be repeated.
   *
   * @throws RefusedException SIGNATURE_REQUEST_NOT_FOUND, SIGNATURE_REQUEST_NOT_OPEN
   */
  public SignatureRequestView run(RegisteredCaller sede, SignatureRequestId id)
      throws RefusedException {
    return parts.forSede(sede, id, handle -> cancel(handle, sede, id));
  }

  private SignatureRequestView cancel(Handle handle, RegisteredCaller sede, SignatureRequestId id)
      throws RefusedException {
    SignatureRequest request = parts.requests().lockOf(handle, sede.name(), id);
    if (request.state() == SignatureRequestState.CANCELLED) {
      return parts.view(request);
    }
    if (!request.isOpen(Database.now(handle))) {
      throw new RefusedException(Refusal.SIGNATURE_REQUEST_NOT_OPEN);
    }
    parts.requests().move(handle, request, SignatureRequestState.CANCELLED);
    interactions.abandonAll(handle, id.value());
    parts.documents().erase(handle, id);
    parts.requests().markErased(handle, id);
    SignatureRequestView view = parts.view(parts.requests().requireOf(handle, sede.name(), id));
    parts
        .audit()
        .append(
            handle,
            AuditEvent.succeeded(
                AuditEventType.SIGNATURE_REQUEST_CANCELLED, sede.name().value(), id, Map.of()));
    return view;
  }
}
