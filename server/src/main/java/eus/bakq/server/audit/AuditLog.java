package eus.bakq.server.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import eus.bakq.server.database.Database;
import eus.bakq.server.vocabulary.Bytes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterator;

/**
 * The append-only, hash-chained record. Safe for several threads and nodes: the chain is in the
 * database, and who appends holds one row of it. The runtime's role can insert and read records,
 * and nothing else (AUD-04).
 */
public final class AuditLog {
  /** The most records that one call of {@link #list} gives. */
  public static final int MOST_LISTED = 500;

  private static final int ROWS_IN_MEMORY = 500;

  private static final String COLUMNS =
      "sequence, recorded_at, type, outcome, reason, actor, subject, details, previous_hash, hash";

  private static final TypeReference<TreeMap<String, String>> DETAILS = new TypeReference<>() {};

  private final ObjectMapper json;

  public AuditLog() {
    // A number or a truth value in the details was not written by us: it must not read as a text.
    json =
        JsonMapper.builder()
            .withCoercionConfig(
                LogicalType.Textual,
                coercion -> {
                  coercion.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
                  coercion.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
                  coercion.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
                })
            .build();
  }

  /**
   * Appends {@code event} in the transaction of {@code handle}: durable when that commits, and
   * never if it does not. Takes the log's lock until the transaction ends, so append last, after
   * every other row was written. At most one lock holder at a time in all nodes.
   */
  public void append(Handle handle, AuditEvent event) {
    appendAll(handle, List.of(event));
  }

  /** As {@link #append}, several in their order. */
  public void appendAll(Handle handle, List<AuditEvent> events) {
    handle.createQuery("SELECT id FROM audit_lock WHERE id = 1 FOR UPDATE").mapTo(int.class).one();
    // A new statement: it sees what the lock's last holder committed.
    AuditRecord.Head head =
        handle
            .createQuery("SELECT sequence, hash FROM audit_record ORDER BY sequence DESC LIMIT 1")
            .map(
                (row, context) ->
                    new AuditRecord.Head(
                        row.getLong("sequence"), Bytes.copyOf(row.getBytes("hash"))))
            .findOne()
            .orElse(AuditRecord.Head.OF_NOTHING);
    Instant now = Database.timeOfRecord(handle);
    for (AuditEvent event : events) {
      AuditRecord record = AuditRecord.next(head, now, event);
      insert(handle, record);
      head = new AuditRecord.Head(record.sequence(), record.hash());
    }
  }

  /**
   * Records in their order, as they stand; unaltered only as far as {@link #verify} says so.
   *
   * @param subject only records on this subject; empty: all
   * @param afterSequence only records after this place; 0: from the first
   * @param limit 1 to 500
   */
  public List<AuditRecord> list(
      Handle handle, Optional<String> subject, long afterSequence, int limit) {
    if (limit < 1 || limit > MOST_LISTED) {
      throw new IllegalArgumentException("a page has 1 to 500 records");
    }
    return handle
        .createQuery(
            "SELECT "
                + COLUMNS
                + " FROM audit_record WHERE sequence > :after"
                + (subject.isPresent() ? " AND subject = :subject" : "")
                + " ORDER BY sequence LIMIT :limit")
        .bind("after", afterSequence)
        .bind("limit", limit)
        .bindMap(subject.map(s -> Map.of("subject", s)).orElse(Map.of()))
        .map(
            (row, context) ->
                record(row)
                    .orElseThrow(
                        () -> new IllegalStateException("an audit record cannot be read: verify")))
        .list();
  }

  /** The record at {@code sequence}; empty if there is none, or its content is not of its hash. */
  public Optional<AuditRecord> find(Handle handle, long sequence) {
    return handle
        .createQuery("SELECT " + COLUMNS + " FROM audit_record WHERE sequence = :sequence")
        .bind("sequence", sequence)
        .map((row, context) -> record(row))
        .findOne()
        .flatMap(found -> found)
        .filter(found -> found.expectedHash().equals(found.hash()));
  }

  /**
   * Whether the last that the record says of {@code credential} is that it was suspended, or its
   * key destroyed (KEY-10): then it does not sign, whatever its rows say. One read of an index.
   *
   * @param handle holds the certificate's row in the register, so that none of that happens now
   */
  public boolean saysNotUsable(Handle handle, String credential) {
    return handle
        .createQuery(
            """
            SELECT type <> 'CERTIFICATE_SUSPENSION_LIFTED' FROM audit_record
            WHERE type IN ('CERTIFICATE_SUSPENDED', 'CERTIFICATE_SUSPENSION_LIFTED', 'KEY_DESTROYED')
              AND details ->> 'credential' = :credential
            ORDER BY sequence DESC LIMIT 1
            """)
        .bind("credential", credential)
        .mapTo(Boolean.class)
        .findOne()
        .orElse(false);
  }

  /**
   * The version in which the record has the row of {@code signer}; 0 if it knows of none. One read
   * of an index.
   */
  public long signerVersion(Handle handle, String signer) {
    return handle
        .createQuery(
            """
            SELECT (details ->> 'version')::bigint FROM audit_record
            WHERE type = 'SIGNER_WRITTEN' AND subject = :signer
            ORDER BY (details ->> 'version')::bigint DESC LIMIT 1
            """)
        .bind("signer", signer)
        .mapTo(Long.class)
        .findOne()
        .orElse(0L);
  }

  /** The last record, as an anchor of it; empty if there is none. */
  Optional<Anchor> head(Handle handle) {
    return handle
        .createQuery(
            """
            SELECT last.sequence, last.hash,
              (SELECT first.hash FROM audit_record first WHERE first.sequence = 1) AS database
            FROM audit_record last ORDER BY last.sequence DESC LIMIT 1
            """)
        .map(
            (row, context) -> {
              byte[] database = row.getBytes("database");
              return new Anchor(
                  database == null ? AuditRecord.HASH_BEFORE_THE_FIRST : Bytes.copyOf(database),
                  row.getLong("sequence"),
                  Bytes.copyOf(row.getBytes("hash")));
            })
        .findOne();
  }

  /** Whether the record that {@code anchor} names is there, unaltered, and is of that database. */
  boolean has(Handle handle, Anchor anchor) {
    List<Optional<AuditRecord>> found =
        handle
            .createQuery(
                "SELECT "
                    + COLUMNS
                    + " FROM audit_record WHERE sequence = :sequence AND hash = :hash AND EXISTS"
                    + " (SELECT 1 FROM audit_record f WHERE f.sequence = 1 AND f.hash = :database)")
            .bind("database", anchor.database().toByteArray())
            .bind("sequence", anchor.sequence())
            .bind("hash", anchor.hash().toByteArray())
            .map((row, context) -> record(row))
            .list();
    // The column may have been written there by somebody: what counts is what it is the hash of.
    return found.stream()
        .flatMap(Optional::stream)
        .anyMatch(record -> record.expectedHash().equals(anchor.hash()));
  }

  /**
   * Computes every hash anew, in one snapshot and in bounded memory. Stops at the first record that
   * does not fit.
   *
   * @param handle in a transaction (the rows come by a cursor)
   */
  public AuditVerification verify(Handle handle) {
    AuditRecord.Head head = AuditRecord.Head.OF_NOTHING;
    try (ResultIterator<Row> rows =
        handle
            .createQuery("SELECT " + COLUMNS + " FROM audit_record ORDER BY sequence")
            .setFetchSize(ROWS_IN_MEMORY)
            .map((row, context) -> new Row(row.getLong("sequence"), record(row)))
            .iterator()) {
      while (rows.hasNext()) {
        Row row = rows.next();
        if (row.record().isEmpty() || !row.record().get().follows(head)) {
          // A gap: the missing one is the first bad; too small a number: a record too many.
          long bad = Math.min(row.sequence(), head.sequence() + 1);
          return new AuditVerification(head.sequence(), OptionalLong.of(bad), head.hash());
        }
        head = new AuditRecord.Head(row.sequence(), row.record().get().hash());
      }
    }
    return new AuditVerification(head.sequence(), OptionalLong.empty(), head.hash());
  }

  /** A row, with its record if its columns can be read at all. */
  private record Row(long sequence, Optional<AuditRecord> record) {}

  private void insert(Handle handle, AuditRecord record) {
    handle
        .createUpdate(
            """
            INSERT INTO audit_record (sequence, recorded_at, type, outcome, reason, actor, subject,
              details, previous_hash, hash)
            VALUES (:sequence, :recordedAt, :type, :outcome, :reason, :actor, :subject,
              CAST(:details AS jsonb), :previousHash, :hash)
            """)
        .bind("sequence", record.sequence())
        .bind("recordedAt", record.recordedAt())
        .bind("type", record.type())
        .bind("outcome", record.outcome())
        .bind("reason", record.reason())
        .bind("actor", record.actor())
        .bind("subject", record.subject())
        .bind("details", json(record))
        .bind("previousHash", record.previousHash().toByteArray())
        .bind("hash", record.hash().toByteArray())
        .execute();
  }

  private String json(AuditRecord record) {
    try {
      return json.writeValueAsString(record.details());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a map of texts is always JSON", e);
    }
  }

  /** Empty if an administrator left something that this server cannot have written. */
  private Optional<AuditRecord> record(ResultSet row) throws SQLException {
    OffsetDateTime recordedAt = row.getObject("recorded_at", OffsetDateTime.class);
    String details = row.getString("details");
    byte[] previousHash = row.getBytes("previous_hash");
    byte[] hash = row.getBytes("hash");
    String type = row.getString("type");
    String outcome = row.getString("outcome");
    String reason = row.getString("reason");
    String actor = row.getString("actor");
    String subject = row.getString("subject");
    for (Object column :
        new Object[] {
          recordedAt, details, previousHash, hash, type, outcome, reason, actor, subject
        }) {
      if (column == null) {
        return Optional.empty();
      }
    }
    try {
      TreeMap<String, String> entries = json.readValue(details, DETAILS);
      if (entries.containsValue(null)) {
        return Optional.empty();
      }
      return Optional.of(
          new AuditRecord(
              row.getLong("sequence"),
              recordedAt.toInstant(),
              type,
              outcome,
              reason,
              actor,
              subject,
              entries,
              Bytes.copyOf(previousHash),
              Bytes.copyOf(hash)));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
