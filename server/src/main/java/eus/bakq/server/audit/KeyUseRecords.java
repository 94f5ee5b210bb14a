package eus.bakq.server.audit;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * What the record says of uses of the keys of passwords. Each question is one read of an index.
 * Safe for several threads.
 */
public final class KeyUseRecords {
  /**
   * What was recorded in a time.
   *
   * @param judged passwords that were judged
   * @param set passwords that were set at an activation
   * @param changed passwords that were changed
   * @param verify uses of {@code verify} beside these
   * @param activate uses of {@code activate} beside these
   */
  public record Told(long judged, long set, long changed, long verify, long activate) {}

  /**
   * Holds the record's lock until the transaction ends: of several nodes one looks at a time, and
   * sees what the others have recorded.
   */
  public void hold(Handle handle) {
    handle.createQuery("SELECT id FROM audit_lock WHERE id = 1 FOR UPDATE").mapTo(int.class).one();
  }

  /** When counts were compared last, or could not be; by whatever node. */
  public Optional<Instant> lastLook(Handle handle) {
    return handle
        .createQuery(
            """
            SELECT recorded_at FROM audit_record
            WHERE type IN ('KEY_USES_COMPARED', 'KEY_USES_NOT_COMPARED')
            ORDER BY sequence DESC LIMIT 1
            """)
        .mapTo(OffsetDateTime.class)
        .findOne()
        .map(OffsetDateTime::toInstant);
  }

  /**
   * The place of the record of the last comparison; 0 if there was none. Its content is to be read
   * by {@link AuditLog#list}.
   */
  public long lastComparison(Handle handle) {
    return handle
        .createQuery(
            """
            SELECT sequence FROM audit_record WHERE type = 'KEY_USES_COMPARED'
            ORDER BY sequence DESC LIMIT 1
            """)
        .mapTo(Long.class)
        .findOne()
        .orElse(0L);
  }

  /**
   * What was recorded after {@code after} and not after {@code until}. A number that this server
   * cannot have written counts as none.
   */
  public Told between(Handle handle, Instant after, Instant until) {
    return handle
        .createQuery(
            """
            SELECT count(*) FILTER (WHERE type = 'AUTHENTICATION_PASSWORD_JUDGED') AS judged,
              count(*) FILTER (WHERE type = 'PASSWORD_SET') AS set,
              count(*) FILTER (WHERE type = 'PASSWORD_CHANGED') AS changed,
              coalesce(sum(CASE WHEN details ->> 'verify' ~ '^[0-9]{1,9}$'
                THEN (details ->> 'verify')::bigint END)
                FILTER (WHERE type = 'KEY_USES_UNRECORDED'), 0)::bigint AS verify,
              coalesce(sum(CASE WHEN details ->> 'activate' ~ '^[0-9]{1,9}$'
                THEN (details ->> 'activate')::bigint END)
                FILTER (WHERE type = 'KEY_USES_UNRECORDED'), 0)::bigint AS activate
            FROM audit_record
            WHERE type IN ('AUTHENTICATION_PASSWORD_JUDGED', 'PASSWORD_SET', 'PASSWORD_CHANGED',
                'KEY_USES_UNRECORDED')
              AND recorded_at > :after AND recorded_at <= :until
            """)
        .bind("after", after.atOffset(ZoneOffset.UTC))
        .bind("until", until.atOffset(ZoneOffset.UTC))
        .map(
            (row, context) ->
                new Told(
                    row.getLong("judged"),
                    row.getLong("set"),
                    row.getLong("changed"),
                    row.getLong("verify"),
                    row.getLong("activate")))
        .one();
  }
}
