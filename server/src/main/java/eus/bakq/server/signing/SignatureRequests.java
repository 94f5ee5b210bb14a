package eus.bakq.server.signing;

import eus.bakq.server.database.Database;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.signer.RowMacs;
import eus.bakq.server.vocabulary.ActivationDataId;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.Dni;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.Language;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import eus.bakq.server.vocabulary.SignatureRequestId;
import eus.bakq.server.vocabulary.SignerId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * The rows of signature requests, each under a MAC over what was asked. Every method takes the
 * transaction it works in and throws {@link eus.bakq.server.signer.AlteredRowException} for a row
 * that somebody has changed.
 */
final class SignatureRequests {
  private static final String COLUMNS =
      "id, caller, state, format, level, digest_algorithm, language, expected_signer, document_count, reference_nonce, frozen_set,"
          + " created_at, expires_at, interaction_id, sad_id, signer_id, credential_id, erased, completing_since,"
          + " completion_delay, completion_failure, mac";

  private final RowMacs macs;

  SignatureRequests(RowMacs macs) {
    this.macs = macs;
  }

  void insert(Handle handle, SignatureRequest request) {
    handle
        .createUpdate(
            """
            insert into bakq.signature_request (id, caller, state, format, level, digest_algorithm, language,
              expected_signer, document_count, reference_nonce, frozen_set, created_at, expires_at, mac)
            values (:id, :caller, :state, :format, :level, :digest, :language, :expectedSigner, :documentCount,
              :nonce, :frozenSet, :createdAt, :expiresAt, :mac)""")
        .bind("id", request.id().value())
        .bind("caller", request.caller().value())
        .bind("state", request.state().name())
        .bind("format", request.format().name())
        .bind("level", request.level().name())
        .bind("digest", request.digest().name())
        .bind("language", request.language().name())
        .bind("expectedSigner", request.expectedSigner().map(Dni::value).orElse(""))
        .bind("documentCount", request.documentCount())
        .bind("nonce", request.referenceNonce().toByteArray())
        .bind("frozenSet", request.frozenSet().toByteArray())
        .bind("createdAt", request.createdAt().atOffset(ZoneOffset.UTC))
        .bind("expiresAt", request.expiresAt().atOffset(ZoneOffset.UTC))
        .bind("mac", macs.mac(encoding(request)).toByteArray())
        .execute();
  }

  Optional<SignatureRequest> find(Handle handle, SignatureRequestId id) {
    return query(handle, id, "");
  }

  /** Locks the row until the transaction ends. */
  Optional<SignatureRequest> lock(Handle handle, SignatureRequestId id) {
    return query(handle, id, " for update");
  }

  /**
   * As {@link #find}, and keeps the row, and so what belongs to it, as it is until the transaction
   * ends. Several may hold one so.
   */
  Optional<SignatureRequest> findAndHold(Handle handle, SignatureRequestId id) {
    return query(handle, id, " for share");
  }

  /** The request {@code id} of {@code caller}; another's answers as one that does not exist. */
  SignatureRequest requireOf(Handle handle, CallerName caller, SignatureRequestId id)
      throws RefusedException {
    return find(handle, id)
        .filter(request -> request.caller().equals(caller))
        .orElseThrow(() -> new RefusedException(Refusal.SIGNATURE_REQUEST_NOT_FOUND));
  }

  /** As {@link #requireOf}, and locks the row. */
  SignatureRequest lockOf(Handle handle, CallerName caller, SignatureRequestId id)
      throws RefusedException {
    return lock(handle, id)
        .filter(request -> request.caller().equals(caller))
        .orElseThrow(() -> new RefusedException(Refusal.SIGNATURE_REQUEST_NOT_FOUND));
  }

  /** A request that a citizen may still authorise, its row locked. */
  SignatureRequest lockOpen(Handle handle, SignatureRequestId id) throws RefusedException {
    Instant now = Database.now(handle);
    return lock(handle, id)
        .filter(request -> request.isOpen(now))
        .orElseThrow(() -> new RefusedException(Refusal.SIGNATURE_REQUEST_NOT_OPEN));
  }

  private Optional<SignatureRequest> query(Handle handle, SignatureRequestId id, String lock) {
    return handle
        .createQuery("select " + COLUMNS + " from bakq.signature_request where id = :id" + lock)
        .bind("id", id.value())
        .map(this::read)
        .findOne();
  }

  /**
   * Whoever asks for {@code caller} at the same time, at whatever node, waits here until the
   * transaction ends: or several would each find the last place free.
   */
  void holdTurn(Handle handle, CallerName caller) {
    handle
        .createUpdate(
            "insert into bakq.caller_turn (caller) values (:caller) on conflict (caller) do nothing")
        .bind("caller", caller.value())
        .execute();
    handle
        .createQuery("select caller from bakq.caller_turn where caller = :caller for update")
        .bind("caller", caller.value())
        .mapTo(String.class)
        .one();
  }

  /** How many requests of {@code caller} wait for a citizen. */
  int countOpen(Handle handle, CallerName caller) {
    return handle
        .createQuery(
            """
            select count(*) from bakq.signature_request
            where caller = :caller and state in ('FROZEN', 'CHALLENGED', 'AUTHORISED') and expires_at > :now""")
        .bind("caller", caller.value())
        .bind("now", Database.now(handle).atOffset(ZoneOffset.UTC))
        .mapTo(Integer.class)
        .one();
  }

  /** One step of the table in {@link SignatureRequestState}, the row being locked. */
  void move(Handle handle, SignatureRequest request, SignatureRequestState to) {
    request.state().requireStep(to);
    exactlyOne(
        handle
            .createUpdate(
                """
                update bakq.signature_request set state = :to,
                  completing_since = case when :to = 'COMPLETING' then :now else completing_since end,
                  completed_at = case when :to = 'COMPLETED' then :now else completed_at end
                where id = :id and state = :from""")
            .bind("to", to.name())
            .bind("now", Database.now(handle).atOffset(ZoneOffset.UTC))
            .bind("id", request.id().value())
            .bind("from", request.state().name())
            .execute());
  }

  /** CHALLENGED to AUTHORISED, by whom. */
  void authorise(
      Handle handle, SignatureRequest request, SignatureRequest.Authorisation authorisation) {
    request.state().requireStep(SignatureRequestState.AUTHORISED);
    exactlyOne(
        handle
            .createUpdate(
                """
                update bakq.signature_request set state = 'AUTHORISED', interaction_id = :interaction, sad_id = :sad,
                  signer_id = :signer, credential_id = :credential
                where id = :id and state = 'CHALLENGED'""")
            .bind("interaction", authorisation.interaction().value())
            .bind("sad", authorisation.activation().value())
            .bind("signer", authorisation.signer().value())
            .bind("credential", authorisation.credential().value())
            .bind("id", request.id().value())
            .execute());
  }

  /** COMPLETING to FAILED, its documents being erased in this transaction. */
  void fail(Handle handle, SignatureRequest request, CompletionFailure failure) {
    request.state().requireStep(SignatureRequestState.FAILED);
    exactlyOne(
        handle
            .createUpdate(
                """
                update bakq.signature_request set state = 'FAILED', completion_failure = :failure, erased = true
                where id = :id and state = 'COMPLETING'""")
            .bind("failure", failure.name())
            .bind("id", request.id().value())
            .execute());
  }

  private static void exactlyOne(int rows) {
    if (rows != 1) {
      throw new IllegalStateException("a signature request changed under its lock");
    }
  }

  void acknowledge(Handle handle, SignatureRequest request) {
    handle
        .createUpdate(
            """
            update bakq.signature_request set acknowledged_at = coalesce(acknowledged_at, :now)
            where id = :id and state = 'COMPLETED'""")
        .bind("now", Database.now(handle).atOffset(ZoneOffset.UTC))
        .bind("id", request.id().value())
        .execute();
  }

  /** Remembers why completing a request, while it is COMPLETING, takes longer. */
  void delay(Handle handle, SignatureRequestId id, CompletionDelay delay) {
    handle
        .createUpdate(
            """
            update bakq.signature_request set completion_delay = :delay
            where id = :id and state = 'COMPLETING' and completion_delay <> :delay""")
        .bind("delay", delay.name())
        .bind("id", id.value())
        .execute();
  }

  /** Where each of {@code ids} is now, read in one statement; those that are not there, nowhere. */
  Map<SignatureRequestId, Progress> progress(Handle handle, Collection<SignatureRequestId> ids) {
    Map<SignatureRequestId, Progress> found = new HashMap<>();
    handle
        .createQuery(
            "select id, state, completion_delay from bakq.signature_request where id = any(:ids)")
        .bindArray("ids", UUID.class, ids.stream().map(SignatureRequestId::value).toList())
        .map(
            (row, context) ->
                found.put(
                    new SignatureRequestId(row.getObject("id", UUID.class)),
                    new Progress(
                        SignatureRequestState.valueOf(row.getString("state")),
                        CompletionDelay.valueOf(row.getString("completion_delay")))))
        .list();
    return found;
  }

  /** What changes of a request while its sede watches. */
  record Progress(SignatureRequestState state, CompletionDelay completionDelay) {
    static Progress of(SignatureRequest request) {
      return new Progress(request.state(), request.completion().delay());
    }
  }

  void markErased(Handle handle, SignatureRequestId id) {
    handle
        .createUpdate("update bakq.signature_request set erased = true where id = :id")
        .bind("id", id.value())
        .execute();
  }

  /** Requests in {@code state} whose time was over at {@code before}; oldest first, at most 100. */
  List<SignatureRequestId> findOverdue(Handle handle, SignatureRequestState state, Instant before) {
    return handle
        .createQuery(
            """
            select id from bakq.signature_request where state = :state and expires_at < :before
            order by expires_at limit 100""")
        .bind("state", state.name())
        .bind("before", before.atOffset(ZoneOffset.UTC))
        .map((row, context) -> new SignatureRequestId(row.getObject("id", UUID.class)))
        .list();
  }

  /** Requests that are COMPLETING, in no order; at most 100. */
  List<SignatureRequestId> someCompleting(Handle handle) {
    return handle
        .createQuery(
            "select id from bakq.signature_request where state = 'COMPLETING' order by random() limit 100")
        .map((row, context) -> new SignatureRequestId(row.getObject("id", UUID.class)))
        .list();
  }

  /** Requests in {@code state}, whatever their time; oldest first, at most 100. */
  List<SignatureRequestId> findIn(Handle handle, SignatureRequestState state) {
    return handle
        .createQuery(
            "select id from bakq.signature_request where state = :state order by expires_at limit 100")
        .bind("state", state.name())
        .map((row, context) -> new SignatureRequestId(row.getObject("id", UUID.class)))
        .list();
  }

  /**
   * Ended requests whose documents are still here: those not completed at once, completed ones
   * after {@code retainedUntil}.
   */
  List<SignatureRequestId> findErasable(Handle handle, Instant retainedUntil) {
    return handle
        .createQuery(
            """
            select id from bakq.signature_request where not erased and (state in ('REJECTED', 'EXPIRED', 'CANCELLED')
              or (state = 'COMPLETED' and completed_at < :retainedUntil))
            order by expires_at limit 100""")
        .bind("retainedUntil", retainedUntil.atOffset(ZoneOffset.UTC))
        .map((row, context) -> new SignatureRequestId(row.getObject("id", UUID.class)))
        .list();
  }

  private SignatureRequest read(ResultSet row, StatementContext context) throws SQLException {
    UUID activation = row.getObject("sad_id", UUID.class);
    String expectedSigner = row.getString("expected_signer");
    SignatureRequest request =
        new SignatureRequest(
            new SignatureRequestId(row.getObject("id", UUID.class)),
            new CallerName(row.getString("caller")),
            SignatureRequestState.valueOf(row.getString("state")),
            SignatureFormat.valueOf(row.getString("format")),
            SignatureLevel.valueOf(row.getString("level")),
            DigestAlgorithm.valueOf(row.getString("digest_algorithm")),
            Language.valueOf(row.getString("language")),
            expectedSigner.isEmpty() ? Optional.empty() : Optional.of(Dni.parse(expectedSigner)),
            row.getInt("document_count"),
            Bytes.copyOf(row.getBytes("reference_nonce")),
            Bytes.copyOf(row.getBytes("frozen_set")),
            row.getObject("created_at", OffsetDateTime.class).toInstant(),
            row.getObject("expires_at", OffsetDateTime.class).toInstant(),
            activation == null
                ? Optional.empty()
                : Optional.of(
                    new SignatureRequest.Authorisation(
                        new InteractionId(row.getObject("interaction_id", UUID.class)),
                        new ActivationDataId(activation),
                        new SignerId(row.getObject("signer_id", UUID.class)),
                        new CredentialId(row.getObject("credential_id", UUID.class)))),
            row.getBoolean("erased"),
            completion(row));
    macs.require(
        encoding(request), Bytes.copyOf(row.getBytes("mac")), "signature_request", request.id());
    return request;
  }

  private static SignatureRequest.Completion completion(ResultSet row) throws SQLException {
    OffsetDateTime since = row.getObject("completing_since", OffsetDateTime.class);
    return new SignatureRequest.Completion(
        (since == null ? row.getObject("expires_at", OffsetDateTime.class) : since).toInstant(),
        CompletionDelay.valueOf(row.getString("completion_delay")),
        Optional.ofNullable(row.getString("completion_failure")).map(CompletionFailure::valueOf));
  }

  /**
   * What does not change after a request was made; the steps that follow are in the record. The
   * first version has no hash: it stands for SHA-256, and is still written for it, so that rows of
   * the release before stay valid, and ours for it.
   */
  private static Encoding encoding(SignatureRequest request) {
    boolean first = request.digest() == DigestAlgorithm.SHA256;
    Encoding out =
        Encoding.of(first ? "bakq/row/signature-request/v1" : "bakq/row/signature-request/v2")
            .id(request.id().value())
            .text(request.caller().value())
            .text(request.format().name())
            .text(request.level().name());
    if (!first) {
      out.text(request.digest().name());
    }
    return out.text(request.language().name())
        .text(request.expectedSigner().map(Dni::value).orElse(""))
        .number(request.documentCount())
        .bytes(request.referenceNonce())
        .bytes(request.frozenSet())
        .time(request.createdAt())
        .time(request.expiresAt());
  }
}
