package eus.bakq.server.signing;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.SignatureRequestId;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Erases the signed documents of a request, once the sede says that it holds them (PRV-04). */
public final class AcknowledgeSignedDocuments {
  private final SigningParts parts;

  public AcknowledgeSignedDocuments(SigningParts parts) {
    this.parts = parts;
  }

  /**
   * Durable when it returns; may be repeated.
   *
   * @throws RefusedException SIGNATURE_REQUEST_NOT_FOUND, NOT_COMPLETED
   */
  public void run(RegisteredCaller sede, SignatureRequestId id) throws RefusedException {
    parts.forSede(
        sede,
        id,
        handle -> {
          acknowledge(handle, sede, id);
          return true;
        });
  }

  private void acknowledge(Handle handle, RegisteredCaller sede, SignatureRequestId id)
      throws RefusedException {
    SignatureRequest request = parts.requests().lockOf(handle, sede.name(), id);
    if (request.state() != SignatureRequestState.COMPLETED) {
      throw new RefusedException(Refusal.NOT_COMPLETED);
    }
    if (request.erased()) {
      return;
    }
    parts.requests().acknowledge(handle, request);
    parts.documents().erase(handle, id);
    parts.requests().markErased(handle, id);
    parts
        .audit()
        .append(
            handle,
            AuditEvent.succeeded(
                AuditEventType.SIGNED_DOCUMENTS_ACKNOWLEDGED, sede.name().value(), id, Map.of()));
  }
}
