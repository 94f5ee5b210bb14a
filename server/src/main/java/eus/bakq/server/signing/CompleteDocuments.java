package eus.bakq.server.signing;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.RecordAnchors;
import eus.bakq.server.credential.CertificateRegister;
import eus.bakq.server.credential.CertificateState;
import eus.bakq.server.credential.Credential;
import eus.bakq.server.credential.Credentials;
import eus.bakq.server.credential.RegisteredCertificate;
import eus.bakq.server.database.Database;
import eus.bakq.server.document.PreparedDocument;
import eus.bakq.server.document.SignatureDocuments;
import eus.bakq.server.document.SignatureForm;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.notification.MessageKind;
import eus.bakq.server.notification.Outbox;
import eus.bakq.server.notification.OutgoingMessage;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.SignatureLevel;
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
 * tried again by any process, until the request is COMPLETED, or ends as FAILED.
 *
 * <p>From level B-T on the signer's certificate has to be good when its signature is stamped: a
 * stamp from after the revocation proves nothing, whoever made the signature. So a request whose
 * certificate was revoked meanwhile ends here, and one whose certificate is on hold waits.
 */
public final class CompleteDocuments {
  private static final Duration NOTICE_LIFE = Duration.ofDays(1);

  private record Parts(
      Credential credential,
      List<Bytes> originals,
      List<SignatureForm> forms,
      List<PreparedDocument> prepared,
      List<SignatureValue> values) {}

  /** What there is to complete; or nothing, and why there is not. */
  private record Loaded(Optional<Parts> parts, CompletionDelay delay, boolean ended) {
    static Loaded nothing(CompletionDelay delay) {
      return new Loaded(Optional.empty(), delay, false);
    }
  }

  private final SigningParts parts;
  private final SignatureDocuments signatures;
  private final Credentials credentials;
  private final CertificateRegister register;
  private final RecordAnchors anchors;
  private final FailSignatureRequest fail;
  private final Outbox outbox;

  public CompleteDocuments(
      SigningParts parts,
      SignatureDocuments signatures,
      Credentials credentials,
      CertificateRegister register,
      RecordAnchors anchors,
      FailSignatureRequest fail,
      Outbox outbox) {
    this.parts = parts;
    this.signatures = signatures;
    this.credentials = credentials;
    this.register = register;
    this.anchors = anchors;
    this.fail = fail;
    this.outbox = outbox;
  }

  /**
   * Completes {@code id} if it is COMPLETING and can be completed. Durable when it returns.
   *
   * @return CERTIFICATE_ON_HOLD if it has to wait for that; else NONE: it is not COMPLETING any
   *     more
   */
  public CompletionDelay run(SignatureRequestId id) throws RefusedException {
    Loaded loaded = parts.database().inTransaction(handle -> load(handle, id));
    if (loaded.parts().isEmpty()) {
      if (loaded.ended()) {
        fail.log(id, CompletionFailure.CERTIFICATE_NOT_GOOD);
      }
      outbox.wake();
      return loaded.delay();
    }
    Parts request = loaded.parts().get();
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
    // From here on the sede may have it: the record that says so must not be lost with the
    // database.
    anchors.requireAnchored();
    parts.database().transact(handle -> keep(handle, id, signed));
    outbox.wake();
    return CompletionDelay.NONE;
  }

  private Loaded load(Handle handle, SignatureRequestId id) {
    Optional<SignatureRequest> found =
        parts
            .requests()
            .findAndHold(handle, id) // or another process completes it while this reads
            .filter(request -> request.state() == SignatureRequestState.COMPLETING);
    if (found.isEmpty()) {
      return Loaded.nothing(CompletionDelay.NONE);
    }
    SignatureRequest request = found.get();
    SignatureRequest.Authorisation authorisation = request.authorisation().orElseThrow();
    Credential credential = credentials.find(handle, authorisation.credential()).orElseThrow();
    return switch (certificateState(handle, request, credential)) {
      case GOOD ->
          new Loaded(Optional.of(load(handle, request, credential)), CompletionDelay.NONE, false);
      case SUSPENDED -> Loaded.nothing(CompletionDelay.CERTIFICATE_ON_HOLD);
      case REVOKED -> new Loaded(Optional.empty(), CompletionDelay.NONE, endForGood(handle, id));
    };
  }

  /**
   * What matters of it here: at B-B nothing does, and one that has expired is not good again. It
   * does not change until the transaction ends.
   *
   * @throws IllegalStateException if the register does not know it: nothing good is known of it
   */
  private CertificateState certificateState(
      Handle handle, SignatureRequest request, Credential credential) {
    if (request.level() == SignatureLevel.B_B) {
      return CertificateState.GOOD;
    }
    if (credential.isOverAt(Database.now(handle))) {
      return CertificateState.REVOKED;
    }
    return register
        .findAndHold(handle, credential.certificate().getSerialNumber())
        .map(RegisteredCertificate::state)
        .orElseThrow(() -> new IllegalStateException("a certificate is not in the register"));
  }

  private boolean endForGood(Handle handle, SignatureRequestId id) {
    SignatureRequest request = parts.requests().lock(handle, id).orElseThrow();
    boolean ends = request.state() == SignatureRequestState.COMPLETING;
    if (ends) {
      fail.end(handle, request, CompletionFailure.CERTIFICATE_NOT_GOOD);
    }
    return ends;
  }

  private Parts load(Handle handle, SignatureRequest request, Credential credential) {
    SignatureRequestId id = request.id();
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
    return new Parts(credential, originals, forms, prepared, values);
  }

  private void keep(Handle handle, SignatureRequestId id, List<Bytes> signed) {
    SignatureRequest request = parts.requests().lock(handle, id).orElseThrow();
    if (request.state() != SignatureRequestState.COMPLETING) {
      // Another process was faster. From B-T on its bytes are others, with a time stamp of their
      // own; the first that commits wins, and these here are forgotten.
      return;
    }
    SignatureRequest.Authorisation authorisation = request.authorisation().orElseThrow();
    Credential credential = credentials.find(handle, authorisation.credential()).orElseThrow();
    if (certificateState(handle, request, credential) != CertificateState.GOOD) {
      // While it was stamped. The next try says what becomes of it.
      throw UnavailableException.temporarily("a certificate did not stay good meanwhile", null);
    }
    Encoding set = Encoding.of("bakq/signed-set/v1");
    for (int ordinal = 0; ordinal < signed.size(); ordinal++) {
      parts.documents().keepSigned(handle, id, ordinal, signed.get(ordinal));
      set.bytes(signed.get(ordinal).sha256());
    }
    parts.documents().erasePrepared(handle, id);
    parts.requests().move(handle, request, SignatureRequestState.COMPLETED);
    outbox.put(
        handle,
        new OutgoingMessage(
            MessageKind.SIGNATURE_MADE,
            id.value(),
            Optional.of(authorisation.signer()),
            Database.now(handle).plus(NOTICE_LIFE)));
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
