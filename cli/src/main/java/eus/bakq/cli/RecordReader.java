package eus.bakq.cli;

import eus.bakq.auditor.v1.AuditRecord;
import eus.bakq.auditor.v1.AuditServiceGrpc;
import eus.bakq.auditor.v1.AuditServiceGrpc.AuditServiceBlockingStub;
import eus.bakq.auditor.v1.ListAuditRecordsRequest;
import eus.bakq.auditor.v1.ListAuditRecordsResponse;
import eus.bakq.auditor.v1.VerifyAuditLogRequest;
import eus.bakq.auditor.v1.VerifyAuditLogResponse;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The record, as the self-test's auditor reads it. */
record RecordReader(Channel channel) {
  private static final int PAGE = 500;
  private static final int MOST_PAGES = 200;
  private static final long VERIFICATION_SECONDS = 3600;

  /** All records on {@code subject}, in their order. */
  List<AuditRecord> of(String subject) {
    return read(subject, 0);
  }

  /** All records of a type on {@code subject}, in their order. */
  List<AuditRecord> of(String subject, String type) {
    return of(subject).stream().filter(record -> record.getType().equals(type)).toList();
  }

  /** All records after a place, in their order. */
  List<AuditRecord> after(long sequence) {
    return read("", sequence);
  }

  private List<AuditRecord> read(String subject, long after) {
    List<AuditRecord> records = new ArrayList<>();
    long place = after;
    for (int page = 0; page < MOST_PAGES; page++) {
      ListAuditRecordsResponse response =
          stub(Caller.DEADLINE_SECONDS)
              .listAuditRecords(
                  ListAuditRecordsRequest.newBuilder()
                      .setSubject(subject)
                      .setAfterSequence(place)
                      .setPageSize(PAGE)
                      .build());
      records.addAll(response.getRecordsList());
      if (!response.getMore() || response.getRecordsCount() == 0) {
        return records;
      }
      place = records.getLast().getSequence();
    }
    throw FailedException.unavailable(
        "The record grows too fast to be read: " + MOST_PAGES * PAGE + " records in this test.");
  }

  /** Has the server recompute the whole chain. */
  VerifyAuditLogResponse verify() {
    return stub(VERIFICATION_SECONDS).verifyAuditLog(VerifyAuditLogRequest.getDefaultInstance());
  }

  private AuditServiceBlockingStub stub(long seconds) {
    return AuditServiceGrpc.newBlockingStub(channel).withDeadlineAfter(seconds, TimeUnit.SECONDS);
  }
}
