package eus.bakq.cli;

import com.google.protobuf.ByteString;
import eus.bakq.auditor.v1.AuditRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeMap;

/** The hash of a record, computed here by what docs/audit-events.md says, not by the server. */
final class RecordHash {
  private static final String DOMAIN = "bakq/audit/v1";
  private static final long MICROS_PER_SECOND = 1_000_000;
  private static final int NANOS_PER_MICRO = 1_000;

  private final MessageDigest sha256 = Sha256.begin();

  private RecordHash() {}

  /** The 32 bytes that {@code record} must have as its hash. */
  static ByteString of(AuditRecord record) {
    RecordHash hash = new RecordHash();
    hash.text(DOMAIN);
    hash.number(record.getSequence());
    hash.number(
        record.getRecordedAt().getSeconds() * MICROS_PER_SECOND
            + record.getRecordedAt().getNanos() / NANOS_PER_MICRO);
    hash.text(record.getType());
    hash.text(record.getOutcome());
    hash.text(record.getReason());
    hash.text(record.getActor());
    hash.text(record.getSubject());
    hash.number(record.getDetailsCount());
    for (Map.Entry<String, String> detail : new TreeMap<>(record.getDetailsMap()).entrySet()) {
      hash.text(detail.getKey());
      hash.text(detail.getValue());
    }
    hash.part(record.getPreviousHash().toByteArray());
    return ByteString.copyFrom(hash.sha256.digest());
  }

  private void text(String text) {
    part(text.getBytes(StandardCharsets.UTF_8));
  }

  private void number(long number) {
    part(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
  }

  private void part(byte[] part) {
    sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
    sha256.update(part);
  }
}
