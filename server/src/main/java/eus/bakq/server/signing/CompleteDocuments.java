package eus.bakq.server.signing;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.credential.Credential;
import eus.bakq.server.credential.Credentials;
import eus.bakq.server.document.PreparedDocument;
import eus.bakq.server.document.SignatureDocuments;
import eus.bakq.server.document.SignatureForm;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.notification.MessageKind;
import eus.bakq.server.notification.Outbox;
import eus.bakq.server.notification.OutgoingMessage;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.SignatureRequestId;
import eus.bakq.server.vocabulary.SignatureValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Puts recorded values into their documents. Needs neither the citizen nor the key, so it may be
 * tried again by any process, until the request is COMPLETED.
 */
public final class CompleteDocuments {
  private record Parts(
      SignatureRequest request,
      Credential credential,
      List<Bytes> originals,
      List<SignatureForm> forms,
      List<PreparedDocument> prepared,
      List<SignatureValue> values) {}

  private final SigningParts parts;
  private final SignatureDocuments signatures;
  private final Credentials credentials;
  private final Outbox outbox;

  public CompleteDocuments(
      SigningParts parts, SignatureDocuments signatures, Credentials credentials, Outbox outbox) {
    this.parts = parts;
    this.signatures = signatures;
    this.credentials = credentials;
    this.outbox = outbox;
  }

  /** Completes {@code id} if it is COMPLETING, else does nothing. Durable when it returns. */
  public void run(SignatureRequestId id) throws RefusedException {
    Optional<Parts> found = parts.database().inTransaction(handle -> load(handle, id));
    if (found.isEmpty()) {
      return;
    }
    Parts request = found.get();
    List<Bytes> signed = new ArrayList<>();
    for (int i = 0; i < request.originals().size(); i++) {
      signed.add(
          signatures.complete(
              request.originals().get(i),
              request.prepared().get(i),
              request.forms().get(i),
              request.credential().chainForSignatures(),
              request.values().get(i)));
    }
    parts.database().transact(handle -> keep(handle, id, signed));
    outbox.wake();
  }

  /** Holds the request while it reads: whoever completes it first erases what is read here. */
  private Optional<Parts> load(Handle handle, SignatureRequestId id) {
    Optional<SignatureRequest> found =
        parts
            .requests()
            .lock(handle, id)
            .filter(request -> request.state() == SignatureRequestState.COMPLETING);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    SignatureRequest request = found.get();
    SignatureRequest.Authorisation authorisation = request.authorisation().orElseThrow();
    List<PreparedDocument> prepared =
        parts.documents().prepared(handle, authorisation.interaction(), id);
    List<Bytes> originals = parts.documents().originals(handle, request);
    List<SignatureForm> forms = parts.documents().forms(handle, request);
    List<SignatureValue> values = new ArrayList<>();
    for (int ordinal = 0; ordinal < request.documentCount(); ordinal++) {
      values.add(
          parts.documents().value(handle, id, ordinal, prepared.get(ordinal).dtbs().algorithm()));
    }
    Credential credential = credentials.find(handle, authorisation.credential()).orElseThrow();
    return Optional.of(new Parts(request, credential, originals, forms, prepared, values));
  }

  private void keep(Handle handle, SignatureRequestId id, List<Bytes> signed) {
    SignatureRequest request = parts.requests().lock(handle, id).orElseThrow();
    if (request.state() != SignatureRequestState.COMPLETING) {
      // Another process was faster. From B-T on its bytes are others, with a time stamp of their
      // own;
      // the first that commits wins, and these here are forgotten.
      return;
    }
    Encoding set = Encoding.of("bakq/signed-set/v1");
    for (int ordinal = 0; ordinal < signed.size(); ordinal++) {
      parts.documents().keepSigned(handle, id, ordinal, signed.get(ordinal));
      set.bytes(signed.get(ordinal).sha256());
    }
    parts.documents().erasePrepared(handle, id);
    parts.requests().move(handle, request, SignatureRequestState.COMPLETED);
    SignatureRequest.Authorisation authorisation = request.authorisation().orElseThrow();
    outbox.put(
        handle,
        new OutgoingMessage(
            MessageKind.SIGNATURE_MADE,
            id.value(),
            Optional.of(authorisation.signer()),
            request.expiresAt().plus(Duration.ofDays(1))));
    parts
        .audit()
        .append(
            handle,
            AuditEvent.succeeded(
                AuditEventType.SIGNATURE_REQUEST_COMPLETED,
                "system",
                id,
                Map.of(
                    "sad", authorisation.activation().toString(),
                    "documents", Integer.toString(signed.size()),
                    "signed_set", set.toBytes().sha256().toHex())));
  }
}
