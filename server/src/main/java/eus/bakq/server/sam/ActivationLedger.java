package eus.bakq.server.sam;

import eus.bakq.server.database.Database;
import eus.bakq.server.vocabulary.ActivationDataId;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.SignatureRequestId;
import eus.bakq.server.vocabulary.SignatureValue;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * What became of each occurrence of each authorised hash (SAD-05, SAD-08): authorised, reserved,
 * ended, each at most once, by a primary key. Entries are only ever added; the database role of the
 * running server can do nothing else.
 */
public final class ActivationLedger {
  private static final int MOST_AT_ONCE = 500;

  /**
   * No use of a key lasts so long: a reservation older than this is given up, even by a live
   * process.
   */
  private static final Duration LONGEST_USE = Duration.ofMinutes(10);

  private final UUID node;

  /**
   * A ledger that reserves for one process.
   *
   * @param node the id of this process's lease
   */
  public ActivationLedger(UUID node) {
    this.node = node;
  }

  /** An occurrence that a process had reserved and did not end. */
  record Interrupted(
      ActivationDataId activation,
      int ordinal,
      CredentialId credential,
      SignatureRequestId request,
      Bytes digest) {}

  void authorise(Handle handle, ActivationContent content) {
    write(handle, content, LedgerState.AUTHORISED, List.of());
  }

  /** Reserves every occurrence, or none: false if they were reserved before, by whomever. */
  boolean reserve(Handle handle, ActivationContent content) {
    return allOrNone(content, write(handle, content, LedgerState.RESERVED, List.of()));
  }

  /**
   * Ends every occurrence with its value, or none: false if another process has ended them as
   * interrupted.
   */
  boolean consume(Handle handle, ActivationContent content, List<SignatureValue> values) {
    return allOrNone(content, write(handle, content, LedgerState.CONSUMED, values));
  }

  /** All occurrences go together, in one order, so that two writers meet at the first one. */
  private static boolean allOrNone(ActivationContent content, int written) {
    if (written != 0 && written != content.hashes().size()) {
      throw new IllegalStateException(
          "the ledger holds only a part of activation data " + content.id());
    }
    return written != 0;
  }

  /** Burns what is reserved and not ended; false if it was ended before. */
  boolean interrupt(Handle handle, ActivationContent content) {
    return allOrNone(content, write(handle, content, LedgerState.INTERRUPTED, List.of()));
  }

  private int write(
      Handle handle, ActivationContent content, LedgerState to, List<SignatureValue> values) {
    // Who issues and who reserves has judged the time; who ends must be able to say so at any time.
    OffsetDateTime now = Database.timeOfRecord(handle).atOffset(ZoneOffset.UTC);
    PreparedBatch batch =
        handle.prepareBatch(
            """
            insert into bakq.activation_ledger (sad_id, ordinal, step, outcome, credential_id, signature_request_id,
              dtbs_digest, value_sha256, node_id, written_at)
            values (:sad, :ordinal, :step, :outcome, :credential, :request, :digest,
              cast(:value as bytea), cast(:node as uuid), :now)
            on conflict (sad_id, ordinal, step) do nothing""");
    List<DtbsRepresentation> hashes = content.hashes();
    for (int ordinal = 0; ordinal < hashes.size(); ordinal++) {
      batch
          .bind("sad", content.id().value())
          .bind("ordinal", ordinal)
          .bind("step", to.step())
          .bind("outcome", to.outcome().orElse(null))
          .bind("credential", content.credential().value())
          .bind("request", content.request().value())
          .bind("digest", hashes.get(ordinal).digest().toByteArray())
          .bindByType(
              "value",
              values.isEmpty() ? null : values.get(ordinal).value().sha256().toByteArray(),
              byte[].class)
          .bind("node", to == LedgerState.RESERVED ? node.toString() : null)
          .bind("now", now)
          .add();
    }
    int written = 0;
    for (int one : batch.execute()) {
      written += one;
    }
    return written;
  }

  /**
   * How far {@code activation} is, judged by its first occurrence: all go together. Empty if it was
   * never authorised.
   */
  Optional<LedgerState> progress(Handle handle, ActivationDataId activation) {
    return handle
        .createQuery(
            """
            select case when bool_or(outcome = 'CONSUMED') then 'CONSUMED'
              when bool_or(outcome = 'INTERRUPTED') then 'INTERRUPTED'
              when bool_or(step = 'RESERVED') then 'RESERVED'
              else 'AUTHORISED' end
            from bakq.activation_ledger where sad_id = :sad and ordinal = 0
            having count(*) > 0""")
        .bind("sad", activation.value())
        .mapTo(String.class)
        .findOne()
        .map(LedgerState::valueOf);
  }

  /**
   * As {@link #isOverWithoutValue}, asked by the one call that had the activation data, at its end:
   * nobody else can reserve what it has not reserved.
   */
  public boolean isLetGo(Handle handle, ActivationDataId activation) {
    return progress(handle, activation)
        .map(
            progress ->
                switch (progress) {
                  case AUTHORISED, INTERRUPTED -> true;
                  case RESERVED, CONSUMED -> false;
                })
        .orElse(true);
  }

  /**
   * Whether it is certain that {@code activation} has yielded no value and never will: burnt, never
   * issued, or not reserved within the hardest life of activation data, after which it cannot be
   * any more (SAD-06).
   */
  public boolean isOverWithoutValue(Handle handle, ActivationDataId activation) {
    Optional<LedgerState> progress = progress(handle, activation);
    if (progress.isEmpty()) {
      return true;
    }
    return switch (progress.get()) {
      case INTERRUPTED -> true;
      case AUTHORISED ->
          handle
              .createQuery(
                  """
                  select written_at < :before from bakq.activation_ledger
                  where sad_id = :sad and ordinal = 0 and step = 'AUTHORISED'""")
              .bind(
                  "before",
                  Database.now(handle)
                      .minus(ActivationVerifier.HARDEST_LIFE)
                      .atOffset(ZoneOffset.UTC))
              .bind("sad", activation.value())
              .mapTo(Boolean.class)
              .one();
      case RESERVED, CONSUMED -> false;
    };
  }

  /**
   * What was reserved by processes that give no sign of life any more, and was not ended; at most
   * 500.
   */
  List<Interrupted> leftByTheDead(Handle handle) {
    Instant now = Database.now(handle);
    return handle
        .createQuery(
            """
            select r.sad_id, r.ordinal, r.credential_id, r.signature_request_id, r.dtbs_digest
            from bakq.activation_ledger r
            where r.step = 'RESERVED'
              and not exists (select 1 from bakq.activation_ledger e
                where e.sad_id = r.sad_id and e.ordinal = r.ordinal and e.step = 'ENDED')
              and (r.written_at < :tooOld
                or not exists (select 1 from bakq.node n where n.id = r.node_id and n.lease_until > :now))
            order by r.written_at, r.sad_id, r.ordinal limit :most""")
        .bind("now", now.atOffset(ZoneOffset.UTC))
        .bind("tooOld", now.minus(LONGEST_USE).atOffset(ZoneOffset.UTC))
        .bind("most", MOST_AT_ONCE)
        .map(
            (row, context) ->
                new Interrupted(
                    new ActivationDataId(row.getObject("sad_id", UUID.class)),
                    row.getInt("ordinal"),
                    new CredentialId(row.getObject("credential_id", UUID.class)),
                    new SignatureRequestId(row.getObject("signature_request_id", UUID.class)),
                    Bytes.copyOf(row.getBytes("dtbs_digest"))))
        .list();
  }

  /** Burns one occurrence that a dead process left; false if it was ended meanwhile. */
  boolean burn(Handle handle, Interrupted interrupted) {
    return handle
            .createUpdate(
                """
                insert into bakq.activation_ledger (sad_id, ordinal, step, outcome, credential_id,
                  signature_request_id, dtbs_digest, written_at)
                values (:sad, :ordinal, 'ENDED', 'INTERRUPTED', :credential, :request, :digest, :now)
                on conflict (sad_id, ordinal, step) do nothing""")
            .bind("sad", interrupted.activation().value())
            .bind("ordinal", interrupted.ordinal())
            .bind("credential", interrupted.credential().value())
            .bind("request", interrupted.request().value())
            .bind("digest", interrupted.digest().toByteArray())
            .bind("now", Database.now(handle).atOffset(ZoneOffset.UTC))
            .execute()
        == 1;
  }
}
