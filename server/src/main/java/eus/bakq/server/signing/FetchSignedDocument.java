package eus.bakq.server.signing;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.failure.MalformedException;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureRequestId;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Hands a signed document to the sede that asked for it: the same bytes each time, until it is
 * acknowledged.
 */
public final class FetchSignedDocument {
  private final SigningParts parts;

  public FetchSignedDocument(SigningParts parts) {
    this.parts = parts;
  }

  /**
   * The fetching is recorded before the document is handed over.
   *
   * @param index from 0, in the request's order
   * @throws RefusedException SIGNATURE_REQUEST_NOT_FOUND, NOT_COMPLETED, ALREADY_FETCHED
   */
  public SignedDocument run(RegisteredCaller sede, SignatureRequestId id, int index)
      throws RefusedException {
    return parts.forSede(sede, id, handle -> fetch(handle, sede, id, index));
  }

  private SignedDocument fetch(
      Handle handle, RegisteredCaller sede, SignatureRequestId id, int index)
      throws RefusedException {
    SignatureRequest request = parts.requests().requireOf(handle, sede.name(), id);
    if (index < 0 || index >= request.documentCount()) {
      throw new MalformedException(
          "index", "0 to " + (request.documentCount() - 1) + " for this request");
    }
    if (request.state() != SignatureRequestState.COMPLETED) {
      throw new RefusedException(Refusal.NOT_COMPLETED);
    }
    Bytes signed =
        parts
            .documents()
            .signed(handle, id, index)
            .orElseThrow(() -> new RefusedException(Refusal.ALREADY_FETCHED));
    String label = parts.documents().label(handle, id, index);
    parts
        .audit()
        .append(
            handle,
            AuditEvent.succeeded(
                AuditEventType.SIGNED_DOCUMENT_FETCHED,
                sede.name().value(),
                id,
                Map.of("ordinal", Integer.toString(index), "sha256", signed.sha256().toHex())));
    return new SignedDocument(label, signed);
  }
}
