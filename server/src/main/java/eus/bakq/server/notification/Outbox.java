package eus.bakq.server.notification;

import eus.bakq.server.database.Database;
import eus.bakq.server.vocabulary.SignerId;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;

/**
 * What is to be sent, as references: the texts, which hold secrets, are made only when sent. Safe
 * for several threads and nodes.
 */
public final class Outbox {
  private static final int PURGED_AT_ONCE = 1000;
  private static final Object[] SMS =
      Arrays.stream(MessageKind.values())
          .filter(kind -> kind.channel() == Channel.SMS)
          .map(MessageKind::name)
          .toArray();

  private final Semaphore bell = new Semaphore(0);

  /**
   * Puts {@code message} into the outbox in the transaction of {@code handle}; sent at least once
   * after it commits.
   */
  public void put(Handle handle, OutgoingMessage message) {
    Instant now = Database.now(handle);
    handle
        .createUpdate(
            """
            INSERT INTO outbox_message
              (kind, reference, signer_id, created_at, expires_at, next_attempt_at)
            VALUES (:kind, :reference, CAST(:signer AS uuid), :now, :expiresAt, :now)
            """)
        .bind("kind", message.kind().name())
        .bind("reference", message.reference())
        .bind("signer", message.signer().map(SignerId::toString).orElse(null))
        .bind("expiresAt", message.expiresAt())
        .bind("now", now)
        .execute();
  }

  /**
   * Tells the dispatcher, after the commit, that there is something to send now. Losing this only
   * delays.
   */
  public void wake() {
    // One ring is enough, however many messages: who is awake takes them all.
    if (bell.availablePermits() == 0) {
      bell.release();
    }
  }

  /**
   * How many SMS were put in for any of {@code signers} since {@code since}; void rows are none.
   */
  public int smsTo(Handle handle, List<SignerId> signers, Instant since) {
    return handle
        .createQuery(
            """
            SELECT count(*) FROM outbox_message
            WHERE signer_id = ANY (:signers) AND created_at > :since AND kind = ANY (:kinds)
            """)
        .bindArray("signers", UUID.class, signers.stream().map(SignerId::value).toArray())
        .bind("since", since)
        .bindArray("kinds", String.class, SMS)
        .mapTo(Integer.class)
        .one();
  }

  /**
   * How many SMS were put in since {@code since}, for whomever; counts no further than {@code
   * most}.
   */
  public int smsSince(Handle handle, Instant since, int most) {
    return handle
        .createQuery(
            """
            SELECT count(*) FROM (
              SELECT 1 FROM outbox_message
              WHERE signer_id IS NOT NULL AND created_at > :since AND kind = ANY (:kinds)
              LIMIT :most) AS sent
            """)
        .bind("since", since)
        .bindArray("kinds", String.class, SMS)
        .bind("most", most)
        .mapTo(Integer.class)
        .one();
  }

  /**
   * Deletes at most 1000 messages that ended longer than {@code keep} ago; returns how many. What
   * was sent stands in the record for good.
   */
  public int purge(Handle handle, Duration keep) {
    return handle
        .createUpdate(
            """
            DELETE FROM outbox_message WHERE id IN (
              SELECT id FROM outbox_message WHERE ended_at < :before
              ORDER BY ended_at LIMIT :most FOR UPDATE SKIP LOCKED)
            """)
        .bind("before", Database.now(handle).minus(keep))
        .bind("most", PURGED_AT_ONCE)
        .execute();
  }

  /** Waits for {@link #wake}, at most {@code longest}. */
  void awaitWake(Duration longest) throws InterruptedException {
    boolean rung = bell.tryAcquire(longest.toMillis(), TimeUnit.MILLISECONDS);
    if (rung) {
      bell.drainPermits();
    }
  }

  /** How a message ended. */
  enum End {
    DELIVERED,
    /** A void row: never sent. */
    VOID,
    /** Its composer says that it is no longer to be sent. */
    WITHDRAWN,
    EXPIRED
  }

  /**
   * A message that one worker has taken, for the time of its lease.
   *
   * @param attempt which one this is, from 1; also tells this lease from a later one
   * @param expired whether it may only be ended
   */
  record Claimed(long id, int attempt, boolean expired, OutgoingMessage message) {
    Claimed {
      Objects.requireNonNull(message);
    }
  }

  /**
   * Takes the message that has waited longest, if there is one: until {@code lease} is over nobody
   * else takes it.
   */
  Optional<Claimed> claim(Handle handle, Duration lease) {
    Instant now = Database.now(handle);
    return handle
        .createQuery(
            """
            UPDATE outbox_message SET attempts = attempts + 1, next_attempt_at = :leasedUntil
            WHERE id = (
              SELECT id FROM outbox_message WHERE state = 'PENDING' AND next_attempt_at <= :now
              ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, kind, reference, signer_id, expires_at, attempts
            """)
        .bind("now", now)
        .bind("leasedUntil", now.plus(lease))
        .map(
            (row, context) -> {
              Instant expiresAt = row.getObject("expires_at", OffsetDateTime.class).toInstant();
              return new Claimed(
                  row.getLong("id"),
                  row.getInt("attempts"),
                  !expiresAt.isAfter(now),
                  new OutgoingMessage(
                      MessageKind.valueOf(row.getString("kind")),
                      row.getObject("reference", UUID.class),
                      Optional.ofNullable(row.getObject("signer_id", UUID.class))
                          .map(SignerId::new),
                      expiresAt));
            })
        .findOne();
  }

  /** Ends a message; false if its lease was over and another worker has taken it since. */
  boolean end(Handle handle, Claimed claimed, End end) {
    int ended =
        handle
            .createUpdate(
                """
                UPDATE outbox_message SET state = :state, ended_at = :now
                WHERE id = :id AND state = 'PENDING' AND attempts = :attempt
                """)
            .bind("state", end.name())
            .bind("now", Database.now(handle))
            .bind("id", claimed.id())
            .bind("attempt", claimed.attempt())
            .execute();
    return ended == 1;
  }

  /** Gives a message back, to be taken after {@code pause}, at its expiry at the latest. */
  void retryAfter(Handle handle, Claimed claimed, Duration pause) {
    handle
        .createUpdate(
            """
            UPDATE outbox_message SET next_attempt_at = least(:next, expires_at)
            WHERE id = :id AND state = 'PENDING' AND attempts = :attempt
            """)
        .bind("next", Database.now(handle).plus(pause))
        .bind("id", claimed.id())
        .bind("attempt", claimed.attempt())
        .execute();
  }
}
