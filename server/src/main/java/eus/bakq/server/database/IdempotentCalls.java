package eus.bakq.server.database;

import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Remembers which calls were answered, so that a call repeated with its request id gets the same
 * answer and is not done twice. A request id is unique within (caller, method). Of the request only
 * an HMAC without its secret fields is kept; a call that carries or returns a secret completes with
 * {@link Bytes#empty()}, and its state machine decides what a repetition gets.
 *
 * <p>Everything happens in the caller's transaction: a call that is rolled back was never made.
 */
public final class IdempotentCalls {
  public static final Duration DEFAULT_LIFE = Duration.ofHours(24);

  private static final Duration SHORTEST_LIFE = Duration.ofHours(1);
  private static final Duration LONGEST_LIFE = Duration.ofDays(30);
  private static final int MAC_SIZE = 32;
  private static final int MOST_ANSWER_BYTES = 64 << 10;
  private static final int PURGED_AT_ONCE = 1000;

  private final Duration life;

  /**
   * @param life how long a call is remembered at least, 1 hour to 30 days
   */
  public IdempotentCalls(Duration life) {
    if (life.compareTo(SHORTEST_LIFE) < 0 || life.compareTo(LONGEST_LIFE) > 0) {
      throw new IllegalArgumentException("idempotent calls live 1 hour to 30 days");
    }
    this.life = life;
  }

  /**
   * Begins a call, or finds it done. While another transaction holds the same call, this waits for
   * its end (at most the lock timeout): if it commits, its answer is returned; if it rolls back,
   * this call is the first.
   *
   * @param bodyMac HMAC-SHA-256 of the request without its secret fields
   * @return empty if the call is new: do it, then {@link #complete} in the same transaction; else
   *     the answer that was given
   * @throws RefusedException REQUEST_ID_REUSED if the request id was used for another request
   */
  public Optional<Bytes> begin(
      Handle handle, CallerName caller, String method, UUID requestId, Bytes bodyMac)
      throws RefusedException {
    if (bodyMac.size() != MAC_SIZE) {
      throw new IllegalArgumentException("the MAC of a request has 32 bytes");
    }
    int inserted =
        handle
            .createUpdate(
                """
                INSERT INTO idempotent_call (caller, method, request_id, body_mac, created_at)
                VALUES (:caller, :method, :requestId, :bodyMac, :now)
                ON CONFLICT (caller, method, request_id) DO NOTHING
                """)
            .bind("caller", caller.value())
            .bind("method", method)
            .bind("requestId", requestId)
            .bind("bodyMac", bodyMac.toByteArray())
            .bind("now", Database.now(handle))
            .execute();
    if (inserted == 1) {
      return Optional.empty();
    }
    return find(handle, caller, method, requestId, bodyMac);
  }

  /**
   * The answer of a call that was made before, without beginning one; for calls whose beginning is
   * worth avoiding. Does not see a call that is under way.
   *
   * @throws RefusedException REQUEST_ID_REUSED if the request id was used for another request
   */
  public Optional<Bytes> find(
      Handle handle, CallerName caller, String method, UUID requestId, Bytes bodyMac)
      throws RefusedException {
    Optional<Stored> stored = stored(handle, caller, method, requestId);
    if (stored.isEmpty()) {
      return Optional.empty();
    }
    if (!stored.get().bodyMac().equals(bodyMac)) {
      throw new RefusedException(Refusal.REQUEST_ID_REUSED);
    }
    return Optional.of(
        stored
            .get()
            .answer()
            .orElseThrow(
                () -> new IllegalStateException("a call was committed without its answer")));
  }

  /**
   * Keeps the answer of a call begun in this transaction.
   *
   * @param answer at most 64 KiB; empty for calls that carry or return a secret
   */
  public void complete(
      Handle handle, CallerName caller, String method, UUID requestId, Bytes answer) {
    if (answer.size() > MOST_ANSWER_BYTES) {
      throw new IllegalArgumentException("an answer that is kept has at most 64 KiB");
    }
    int updated =
        handle
            .createUpdate(
                """
                UPDATE idempotent_call SET answer = :answer
                WHERE caller = :caller AND method = :method AND request_id = :requestId
                  AND answer IS NULL
                """)
            .bind("answer", answer.toByteArray())
            .bind("caller", caller.value())
            .bind("method", method)
            .bind("requestId", requestId)
            .execute();
    if (updated != 1) {
      throw new IllegalStateException("only a call that was begun can be completed, and once");
    }
  }

  /**
   * Forgets at most 1000 calls that are older than their life; returns how many. To be repeated
   * while it returns 1000. A forgotten request id may be used again.
   */
  public int purge(Handle handle) {
    return handle
        .createUpdate(
            """
            DELETE FROM idempotent_call WHERE (caller, method, request_id) IN (
              SELECT caller, method, request_id FROM idempotent_call
              WHERE created_at < :before ORDER BY created_at LIMIT :most FOR UPDATE SKIP LOCKED)
            """)
        .bind("before", Database.now(handle).minus(life))
        .bind("most", PURGED_AT_ONCE)
        .execute();
  }

  private record Stored(Bytes bodyMac, Optional<Bytes> answer) {}

  private static Optional<Stored> stored(
      Handle handle, CallerName caller, String method, UUID requestId) {
    return handle
        .createQuery(
            """
            SELECT body_mac, answer FROM idempotent_call
            WHERE caller = :caller AND method = :method AND request_id = :requestId
            """)
        .bind("caller", caller.value())
        .bind("method", method)
        .bind("requestId", requestId)
        .map(
            (row, context) ->
                new Stored(
                    Bytes.copyOf(row.getBytes("body_mac")),
                    Optional.ofNullable(row.getBytes("answer")).map(Bytes::copyOf)))
        .findOne();
  }
}
