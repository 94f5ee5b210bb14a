package eus.bakq.server.signing;

import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.SignatureRequestId;

/** Says to a sede how far one of its requests is. */
public final class GetSignatureRequest {
  private final SigningParts parts;

  public GetSignatureRequest(SigningParts parts) {
    this.parts = parts;
  }

  /**
   * Reads; changes nothing.
   *
   * @throws RefusedException SIGNATURE_REQUEST_NOT_FOUND, also for another sede's request
   */
  public SignatureRequestView run(RegisteredCaller sede, SignatureRequestId id)
      throws RefusedException {
    return parts.forSede(
        sede, id, handle -> parts.view(parts.requests().requireOf(handle, sede.name(), id)));
  }
}
