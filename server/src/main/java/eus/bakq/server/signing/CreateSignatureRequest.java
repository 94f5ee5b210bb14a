package eus.bakq.server.signing;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.caller.CallerRateLimit;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.IdempotentCalls;
import eus.bakq.server.database.IdempotentWish;
import eus.bakq.server.document.SignatureDocuments;
import eus.bakq.server.failure.MalformedException;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.Decoding;
import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.Dni;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.Language;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import eus.bakq.server.vocabulary.SignatureRequestId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Freezes a set of documents that a sede wants signed. What cannot be signed is refused here, not
 * before the citizen.
 */
public final class CreateSignatureRequest {
  private static final String METHOD =
      "bakq.relyingparty.v1.SignatureRequestService/CreateSignatureRequest";
  private static final String ANSWER = "bakq/answer/signature-request/v1";

  /** What a sede asks. */
  public record Wish(
      List<WishedDocument> documents,
      SignatureFormat format,
      SignatureLevel level,
      DigestAlgorithm digest,
      Language language,
      Optional<Dni> expectedSigner) {
    public Wish {
      documents = List.copyOf(documents);
    }
  }

  private final SigningParts parts;
  private final SignatureDocuments signatures;
  private final IdempotentCalls idempotentCalls;
  private final CallerRateLimit rateLimit;
  private final OfferedForms forms;
  private final WishedContents contents;

  public CreateSignatureRequest(
      SigningParts parts,
      SignatureDocuments signatures,
      IdempotentCalls idempotentCalls,
      CallerRateLimit rateLimit,
      OfferedForms forms) {
    this.parts = parts;
    this.signatures = signatures;
    this.idempotentCalls = idempotentCalls;
    this.rateLimit = rateLimit;
    this.forms = forms;
    this.contents = new WishedContents(parts);
  }

  /**
   * Durable when it returns. Repeated with the same {@code identity}, returns the same request.
   *
   * @throws RefusedException QUOTA_EXCEEDED, REQUEST_ID_REUSED, SIGNATURE_FORM_NOT_OFFERED,
   *     UPLOAD_NOT_FOUND, or DOCUMENT_… for the first document that cannot be signed
   */
  public SignatureRequestView run(RegisteredCaller sede, IdempotentWish identity, Wish wish)
      throws RefusedException {
    rateLimit.count(sede.name());
    requireCount(sede, wish);
    Optional<SignatureRequestView> earlier = earlier(sede, identity);
    if (earlier.isPresent()) {
      return earlier.get();
    }
    parts
        .database()
        .transact(
            handle ->
                forms.require(wish.format(), wish.level(), wish.digest(), Database.now(handle)));
    List<DocumentToSign> documents;
    try {
      documents = contents.read(sede, wish.documents());
    } catch (RefusedException e) {
      // Who asked the same at the same moment has used the uploads; else they are not there.
      return earlier(sede, identity).orElseThrow(() -> e);
    }
    for (DocumentToSign document : documents) {
      signatures.check(document.content(), wish.format());
    }
    return parts
        .database()
        .inTransaction(handle -> freeze(handle, sede, identity, wish, documents));
  }

  private Optional<SignatureRequestView> earlier(RegisteredCaller sede, IdempotentWish identity)
      throws RefusedException {
    return parts
        .database()
        .inTransaction(
            handle -> {
              Optional<Bytes> answer =
                  idempotentCalls.find(
                      handle, sede.name(), METHOD, identity.requestId(), identity.bodyMac());
              return answer.isPresent()
                  ? Optional.of(answered(handle, sede, answer.get()))
                  : Optional.empty();
            });
  }

  private SignatureRequestView answered(Handle handle, RegisteredCaller sede, Bytes earlier)
      throws RefusedException {
    Decoding answer = Decoding.of(ANSWER, earlier, 256);
    return parts.view(
        parts.requests().requireOf(handle, sede.name(), new SignatureRequestId(answer.id())));
  }

  private static void requireCount(RegisteredCaller sede, Wish wish) {
    int most = sede.quotas().documentsPerRequest();
    if (wish.documents().isEmpty() || wish.documents().size() > most) {
      throw new MalformedException("documents", "1 to " + most + " documents for this sede");
    }
  }

  private SignatureRequestView freeze(
      Handle handle,
      RegisteredCaller sede,
      IdempotentWish identity,
      Wish wish,
      List<DocumentToSign> documents)
      throws RefusedException {
    Optional<Bytes> earlier =
        idempotentCalls.begin(
            handle, sede.name(), METHOD, identity.requestId(), identity.bodyMac());
    if (earlier.isPresent()) {
      return answered(handle, sede, earlier.get());
    }
    requireRoom(handle, sede, 1);
    parts.uploads().use(handle, sede.name(), WishedContents.uploads(wish.documents()));
    SignatureRequest request = request(Database.now(handle), sede.name(), wish, documents);
    parts.requests().insert(handle, request);
    parts.documents().insert(handle, request.id(), documents);
    // Only now, when all that takes long is done: one after another from here to the commit.
    parts.requests().holdTurn(handle, sede.name());
    requireRoom(handle, sede, 0);
    SignatureRequestView view = parts.view(request);
    idempotentCalls.complete(
        handle,
        sede.name(),
        METHOD,
        identity.requestId(),
        Encoding.of(ANSWER).id(request.id().value()).toBytes());
    parts
        .audit()
        .append(
            handle,
            AuditEvent.succeeded(
                AuditEventType.SIGNATURE_REQUEST_FROZEN,
                sede.name().value(),
                request.id(),
                Map.of(
                    "frozen_set", request.frozenSet().toHex(),
                    "documents", Integer.toString(request.documentCount()),
                    "format", request.format().name(),
                    "level", request.level().name(),
                    "digest", request.digest().name(),
                    "expected_signer", request.expectedSigner().isPresent() ? "named" : "anyone")));
    return view;
  }

  private void requireRoom(Handle handle, RegisteredCaller sede, int more) throws RefusedException {
    if (parts.requests().countOpen(handle, sede.name()) + more > sede.quotas().openRequests()) {
      throw RefusedException.until(Refusal.QUOTA_EXCEEDED, Duration.ofMinutes(1));
    }
  }

  private SignatureRequest request(
      Instant now, CallerName sede, Wish wish, List<DocumentToSign> documents) {
    Instant expiry = now.plus(parts.settings().requestLife());
    SignatureRequestId id =
        new SignatureRequestId(new UUID(parts.random().nextLong(), parts.random().nextLong()));
    Bytes frozenSet =
        FrozenSets.ofRequest(
            id,
            sede,
            wish.format(),
            wish.level(),
            wish.digest(),
            documents.stream().map(RequestDocuments.Shown::of).toList());
    // Drawn after freezing: whoever chose the documents could not choose the reference code.
    byte[] nonce = new byte[16];
    parts.random().nextBytes(nonce);
    return new SignatureRequest(
        id,
        sede,
        SignatureRequestState.FROZEN,
        wish.format(),
        wish.level(),
        wish.digest(),
        wish.language(),
        wish.expectedSigner(),
        documents.size(),
        Bytes.copyOf(nonce),
        frozenSet,
        now,
        expiry,
        Optional.empty(),
        false,
        SignatureRequest.Completion.notBegun(expiry));
  }
}
