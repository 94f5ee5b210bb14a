package eus.bakq.server.signing;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.authentication.Interaction;
import eus.bakq.server.authentication.InteractionPurpose;
import eus.bakq.server.authentication.Interactions;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureRequestId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Opens an interaction at a request's authorisation address, and shows what is asked: who, what,
 * how many, which code.
 */
public final class OpenAuthorisation {
  private static final int MOST_INTERACTIONS = 20;

  /** What the citizen is shown before any secret is asked (SAD-17). */
  public record Shown(
      Interaction interaction,
      String sedeName,
      String referenceCode,
      List<ShownDocument> documents) {
    public Shown {
      documents = List.copyOf(documents);
    }
  }

  /** One document, by the name that the sede gave it and its fingerprint. */
  public record ShownDocument(String label, Bytes sha256, long size) {}

  private final SigningParts parts;
  private final Interactions interactions;

  public OpenAuthorisation(SigningParts parts, Interactions interactions) {
    this.parts = parts;
    this.interactions = interactions;
  }

  /**
   * Opens an interaction for a program that shows {@code programKey}; at most 20 a request.
   *
   * @throws RefusedException SIGNATURE_REQUEST_NOT_FOUND, SIGNATURE_REQUEST_NOT_OPEN,
   *     QUOTA_EXCEEDED
   */
  public Shown run(SignatureRequestId id, Bytes programKey) throws RefusedException {
    return parts.database().inTransaction(handle -> open(handle, id, programKey));
  }

  private Shown open(Handle handle, SignatureRequestId id, Bytes programKey)
      throws RefusedException {
    Instant now = Database.now(handle);
    SignatureRequest request =
        parts
            .requests()
            .lock(handle, id)
            .orElseThrow(() -> new RefusedException(Refusal.SIGNATURE_REQUEST_NOT_FOUND));
    if (!request.isOpen(now)) {
      throw new RefusedException(Refusal.SIGNATURE_REQUEST_NOT_OPEN);
    }
    if (interactions.count(handle, id.value()) >= MOST_INTERACTIONS) {
      throw RefusedException.until(
          Refusal.QUOTA_EXCEEDED, Duration.between(now, request.expiresAt()));
    }
    List<RequestDocuments.Shown> documents = parts.documents().shown(handle, id);
    FrozenSets.requireUnaltered(request, documents);
    Interaction interaction =
        interactions.open(
            handle, InteractionPurpose.SIGNATURE, id.value(), programKey, request.expiresAt());
    Shown shown =
        new Shown(
            interaction,
            parts.sedeName(request),
            parts.referenceCodes().of(request),
            documents.stream()
                .map(
                    document ->
                        new ShownDocument(document.label(), document.sha256(), document.size()))
                .toList());
    parts
        .audit()
        .append(
            handle,
            AuditEvent.succeeded(
                AuditEventType.SIGNATURE_REQUEST_SHOWN,
                "unknown",
                id,
                Map.of(
                    "interaction", interaction.id().toString(),
                    "frozen_set", request.frozenSet().toHex(),
                    "language", request.language().tag())));
    return shown;
  }
}
