package eus.bakq.server.grpc;

import com.google.protobuf.ByteString;
import eus.bakq.auditor.v1.AuditServiceGrpc;
import eus.bakq.auditor.v1.ListAuditRecordsRequest;
import eus.bakq.auditor.v1.ListAuditRecordsResponse;
import eus.bakq.auditor.v1.VerifyAuditLogRequest;
import eus.bakq.auditor.v1.VerifyAuditLogResponse;
import eus.bakq.server.audit.AuditRecord;
import eus.bakq.server.audit.AuditVerification;
import eus.bakq.server.audit.ReadAuditLog;
import eus.bakq.server.failure.RefusedException;
import io.grpc.stub.StreamObserver;
import java.util.List;

/** The auditors' door: converts and delegates. */
public final class AuditGrpcService extends AuditServiceGrpc.AuditServiceImplBase {
  private static final int DEFAULT_PAGE = 100;
  private static final int MOST_ON_A_PAGE = 500;

  private final ReadAuditLog read;

  public AuditGrpcService(ReadAuditLog read) {
    this.read = read;
  }

  @Override
  public void listAuditRecords(
      ListAuditRecordsRequest request, StreamObserver<ListAuditRecordsResponse> observer) {
    Replies.reply(observer, () -> list(request));
  }

  private ListAuditRecordsResponse list(ListAuditRecordsRequest request) throws RefusedException {
    Fields fields = new Fields();
    var subject = fields.optionalText("subject", request.getSubject(), 100);
    var after = fields.number("after_sequence", request.getAfterSequence(), 0L, Long.MAX_VALUE);
    var pageSize = fields.number("page_size", request.getPageSize(), 0, MOST_ON_A_PAGE);
    fields.check();
    int most = pageSize.value() == 0 ? DEFAULT_PAGE : pageSize.value();
    List<AuditRecord> records =
        read.list(CallerContext.current().name(), subject.value(), after.value(), most);
    return ListAuditRecordsResponse.newBuilder()
        .addAllRecords(records.stream().map(AuditGrpcService::toMessage).toList())
        .setMore(records.size() == most)
        .build();
  }

  @Override
  public void verifyAuditLog(
      VerifyAuditLogRequest request, StreamObserver<VerifyAuditLogResponse> observer) {
    Replies.reply(
        observer,
        () -> {
          AuditVerification verification = read.verify(CallerContext.current().name());
          return VerifyAuditLogResponse.newBuilder()
              .setChecked(verification.checked())
              .setFirstBadSequence(verification.firstBadSequence().orElse(0))
              .setHeadHash(ByteString.copyFrom(verification.headHash().toByteArray()))
              .build();
        });
  }

  private static eus.bakq.auditor.v1.AuditRecord toMessage(AuditRecord record) {
    return eus.bakq.auditor.v1.AuditRecord.newBuilder()
        .setSequence(record.sequence())
        .setRecordedAt(Times.of(record.recordedAt()))
        .setType(record.type())
        .setOutcome(record.outcome())
        .setReason(record.reason())
        .setActor(record.actor())
        .setSubject(record.subject())
        .putAllDetails(record.details())
        .setPreviousHash(ByteString.copyFrom(record.previousHash().toByteArray()))
        .setHash(ByteString.copyFrom(record.hash().toByteArray()))
        .build();
  }
}
