package eus.bakq.demo;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.concurrent.Callable;

/**
 * The answer of a call that was refused.
 *
 * @param reason {@code ErrorInfo.reason}
 * @param text the whole google.rpc.Status, without the correlation id: two callers who are told the
 *     same have the same text
 */
record Refused(String reason, String text) {
  private static final String REASON_OF_GRPC = "UNIMPLEMENTED";

  /** What {@code call} was refused with; fails if it was not refused. */
  static Refused by(Callable<?> call) {
    Object answer;
    try {
      answer = call.call();
    } catch (StatusRuntimeException e) {
      return of(e);
    } catch (Exception e) {
      throw new AssertionError("not the end of a call", e);
    }
    throw new AssertionError("not refused: " + answer.getClass().getSimpleName());
  }

  /** Reads the end of a call. */
  static Refused of(StatusRuntimeException e) {
    com.google.rpc.Status status = StatusProto.fromThrowable(e);
    if (status.getDetailsCount() == 0) {
      if (!e.getStatus().getCode().name().equals(REASON_OF_GRPC)) {
        throw new AssertionError("without details", e);
      }
      return new Refused(REASON_OF_GRPC, status.toString());
    }
    com.google.rpc.Status.Builder masked = status.toBuilder().clearDetails();
    String reason = "";
    try {
      for (Any detail : status.getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          ErrorInfo info = detail.unpack(ErrorInfo.class);
          reason = info.getReason();
          masked.addDetails(
              Any.pack(info.toBuilder().putMetadata("correlation_id", "masked").build()));
        } else {
          masked.addDetails(detail);
        }
      }
    } catch (InvalidProtocolBufferException unreadable) {
      throw new AssertionError("details that cannot be read", unreadable);
    }
    return new Refused(reason, masked.build().toString());
  }
}
