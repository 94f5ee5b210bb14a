package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.wording.Terms;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * The citizen accepts the terms; recorded with their hash, version, language and time before any
 * key is made (ENR-11).
 */
public final class AcceptTerms {
  private final ActivationParts parts;

  public AcceptTerms(ActivationParts parts) {
    this.parts = parts;
  }

  /**
   * Durable when it returns.
   *
   * @throws RefusedException INTERACTION_NOT_FOUND, PROGRAM_CLOCK_DIFFERS, ACTIVATION_STEP,
   *     TERMS_NOT_CURRENT
   */
  public void run(ActivationStep step, String version, Bytes sha256) throws RefusedException {
    parts.database().transact(handle -> accept(handle, step, version, sha256));
  }

  private void accept(Handle handle, ActivationStep step, String version, Bytes sha256)
      throws RefusedException {
    ActivationStep.Checked checked = step.require(handle, parts, ActivationState.DATA_CONFIRMED);
    Terms terms = parts.wording().terms(checked.signer().language());
    if (!terms.version().equals(version) || !terms.sha256().equals(sha256)) {
      throw new RefusedException(Refusal.TERMS_NOT_CURRENT);
    }
    parts
        .activations()
        .advance(
            handle, checked.activation(), ActivationState.TERMS_ACCEPTED, Database.now(handle));
    parts
        .audit()
        .append(
            handle,
            AuditEvent.succeeded(
                AuditEventType.TERMS_ACCEPTED,
                checked.signer().id().toString(),
                checked.activation().id(),
                Map.of(
                    "interaction", checked.interaction().id().toString(),
                    "version", version,
                    "language", checked.signer().language().tag(),
                    "terms_sha256", sha256.toHex())));
  }
}
