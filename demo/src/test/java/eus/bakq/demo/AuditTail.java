package eus.bakq.demo;

import eus.bakq.auditor.v1.AuditRecord;
import eus.bakq.auditor.v1.AuditServiceGrpc;
import eus.bakq.auditor.v1.ListAuditRecordsRequest;
import eus.bakq.auditor.v1.ListAuditRecordsResponse;
import eus.bakq.auditor.v1.VerifyAuditLogRequest;
import eus.bakq.auditor.v1.VerifyAuditLogResponse;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The record, as an auditor reads it through the auditors' door. Left out is what the reading
 * itself adds, what the delivery of messages adds at a time of its own, and what is counted.
 */
record AuditTail(Channel channel) {
  private static final int PAGE = 500;

  /** Equal ones become one record, a minute later at most. */
  private static final Set<String> COUNTED =
      Set.of("CALL_FAILED", "INTERACTION_DENIED", "ROW_ALTERED");

  /** All records on {@code subject}, in their order; on everything if it is empty. */
  List<AuditRecord> of(String subject) {
    List<AuditRecord> records = read(subject);
    records.removeIf(record -> COUNTED.contains(record.getType()));
    records.removeIf(
        record -> record.getType().equals("AUDIT_READ") || record.getType().startsWith("MESSAGE_"));
    return records;
  }

  /** What is counted on {@code subject} and written some time later; left out everywhere else. */
  List<AuditRecord> counted(String subject) {
    // Methods are subjects too, and cannot be asked for.
    return read("").stream()
        .filter(record -> COUNTED.contains(record.getType()) && record.getSubject().equals(subject))
        .toList();
  }

  private List<AuditRecord> read(String subject) {
    List<AuditRecord> records = new ArrayList<>();
    long after = 0;
    boolean more = true;
    while (more) {
      ListAuditRecordsResponse page =
          AuditServiceGrpc.newBlockingStub(channel)
              .listAuditRecords(
                  ListAuditRecordsRequest.newBuilder()
                      .setSubject(subject)
                      .setAfterSequence(after)
                      .setPageSize(PAGE)
                      .build());
      records.addAll(page.getRecordsList());
      more = page.getMore();
      after = records.isEmpty() ? 0 : records.getLast().getSequence();
    }
    return records;
  }

  /** Type, outcome and reason of each record on {@code subject}, such as {@code A SUCCEEDED}. */
  List<String> lines(String subject) {
    return of(subject).stream().map(AuditTail::line).toList();
  }

  /** The last record on {@code subject}, in the form of {@link #lines}. */
  String lastLine(String subject) {
    return lines(subject).getLast();
  }

  /** How many records of {@code type} are on {@code subject}. */
  long count(String subject, String type) {
    return of(subject).stream().filter(record -> record.getType().equals(type)).count();
  }

  /** Has the whole hash chain recomputed. */
  VerifyAuditLogResponse verify() {
    return AuditServiceGrpc.newBlockingStub(channel)
        .verifyAuditLog(VerifyAuditLogRequest.getDefaultInstance());
  }

  private static String line(AuditRecord record) {
    return (record.getType() + " " + record.getOutcome() + " " + record.getReason()).strip();
  }
}
