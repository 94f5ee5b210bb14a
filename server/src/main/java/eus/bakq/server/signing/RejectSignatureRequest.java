package eus.bakq.server.signing;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.authentication.Interaction;
import eus.bakq.server.authentication.InteractionPurpose;
import eus.bakq.server.authentication.Interactions;
import eus.bakq.server.authentication.UnverifiedProof;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.SignatureRequestId;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Ends a request because whoever opened its address says no. */
public final class RejectSignatureRequest {
  private final SigningParts parts;
  private final Interactions interactions;

  public RejectSignatureRequest(SigningParts parts, Interactions interactions) {
    this.parts = parts;
    this.interactions = interactions;
  }

  /**
   * Durable when it returns.
   *
   * @param method the full name of the gRPC method
   * @throws RefusedException INTERACTION_NOT_FOUND, PROGRAM_CLOCK_DIFFERS,
   *     SIGNATURE_REQUEST_NOT_OPEN
   */
  public void run(InteractionId id, String method, UnverifiedProof proof) throws RefusedException {
    parts.database().transact(handle -> reject(handle, id, method, proof));
  }

  private void reject(Handle handle, InteractionId id, String method, UnverifiedProof proof)
      throws RefusedException {
    Interaction interaction =
        interactions.requireLive(
            handle, InteractionPurpose.SIGNATURE, id, method, Optional.empty(), proof);
    SignatureRequestId requestId = new SignatureRequestId(interaction.subject());
    SignatureRequest request = parts.requests().lockOpen(handle, requestId);
    parts.requests().move(handle, request, SignatureRequestState.REJECTED);
    interactions.abandonAll(handle, requestId.value());
    parts.documents().erase(handle, requestId);
    parts.requests().markErased(handle, requestId);
    parts
        .audit()
        .append(
            handle,
            AuditEvent.succeeded(
                AuditEventType.SIGNATURE_REQUEST_REJECTED,
                "unknown",
                requestId,
                Map.of("interaction", id.toString())));
  }
}
