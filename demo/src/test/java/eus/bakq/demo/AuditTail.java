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

/**
 * The record, as an auditor reads it through the auditors' door. Left out is what the reading
 * itself adds, and what the delivery of messages adds at a time of its own.
 */
record AuditTail(Channel channel) {
  private static final int PAGE = 500;

  /** All records on {@code subject}, in their order; on everything if it is empty. */
  List<AuditRecord> of(String subject) {
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
    records.removeIf(
        record -> record.getType().equals("AUDIT_READ") || record.getType().startsWith("MESSAGE_"));
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
