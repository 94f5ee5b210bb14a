package eus.bakq.server.audit;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.Encoding;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One record as it stands in the database; only {@link AuditLog#verify} says whether it was
 * altered.
 *
 * @param sequence its place, from 1, without gaps
 * @param recordedAt by the database's clock, in microseconds
 * @param type a name of {@link AuditEventType}, of this release or an older one
 * @param outcome SUCCEEDED, REFUSED or FAILED
 * @param details sorted by name
 * @param previousHash of the record before: 32 bytes, zero for the first
 * @param hash of this record: 32 bytes
 */
public record AuditRecord(
    long sequence,
    Instant recordedAt,
    String type,
    String outcome,
    String reason,
    String actor,
    String subject,
    SortedMap<String, String> details,
    Bytes previousHash,
    Bytes hash) {
  static final Bytes HASH_BEFORE_THE_FIRST = Bytes.copyOf(new byte[32]);

  public AuditRecord {
    Objects.requireNonNull(recordedAt);
    Objects.requireNonNull(type);
    Objects.requireNonNull(outcome);
    Objects.requireNonNull(reason);
    Objects.requireNonNull(actor);
    Objects.requireNonNull(subject);
    Objects.requireNonNull(previousHash);
    Objects.requireNonNull(hash);
    details = Collections.unmodifiableSortedMap(new TreeMap<>(details));
  }

  /** {@code event} as the next record after {@code previous}, with its hash. */
  static AuditRecord next(Head previous, Instant recordedAt, AuditEvent event) {
    AuditRecord unhashed =
        new AuditRecord(
            previous.sequence() + 1,
            recordedAt,
            event.type().name(),
            event.outcome().name(),
            event.reason(),
            event.actor(),
            event.subject(),
            new TreeMap<>(event.details()),
            previous.hash(),
            Bytes.empty());
    return unhashed.with(unhashed.expectedHash());
  }

  /** The end of the chain: its last place and hash, or 0 and 32 zero bytes. */
  record Head(long sequence, Bytes hash) {
    static final Head OF_NOTHING = new Head(0, HASH_BEFORE_THE_FIRST);
  }

  /**
   * SHA-256 over {@code bakq/audit/v1} and every field in the order of this record's declaration,
   * the details as their count and then name and value, sorted by name. Whoever has the records can
   * compute it without us.
   */
  Bytes expectedHash() {
    Encoding encoding =
        Encoding.of("bakq/audit/v1")
            .number(sequence)
            .time(recordedAt)
            .text(type)
            .text(outcome)
            .text(reason)
            .text(actor)
            .text(subject)
            .number(details.size());
    for (Map.Entry<String, String> detail : details.entrySet()) {
      encoding.text(detail.getKey()).text(detail.getValue());
    }
    return encoding.bytes(previousHash).toBytes().sha256();
  }

  /** Whether this record is whole and stands right after {@code previous}. */
  boolean follows(Head previous) {
    return sequence == previous.sequence() + 1
        && previousHash.equals(previous.hash())
        && hash.equals(expectedHash());
  }

  private AuditRecord with(Bytes computedHash) {
    return new AuditRecord(
        sequence,
        recordedAt,
        type,
        outcome,
        reason,
        actor,
        subject,
        details,
        previousHash,
        computedHash);
  }
}
