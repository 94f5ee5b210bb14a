package eus.bakq.server.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;

/** Reads what a call ended with, for assertions. */
public final class Errors {
  private Errors() {}

  /** {@code ErrorInfo.reason}. */
  public static String reason(Throwable thrown) {
    return detail(thrown, ErrorInfo.class).getReason();
  }

  /** The one detail of this type. */
  public static <T extends Message> T detail(Throwable thrown, Class<T> type) {
    if (!(thrown instanceof StatusRuntimeException status)) {
      throw new AssertionError("not the end of a call", thrown);
    }
    com.google.rpc.Status details = StatusProto.fromThrowable(status);
    for (Any detail : details.getDetailsList()) {
      if (detail.is(type)) {
        try {
          return detail.unpack(type);
        } catch (InvalidProtocolBufferException e) {
          throw new AssertionError(e);
        }
      }
    }
    throw new AssertionError("no " + type.getSimpleName() + " in " + details, thrown);
  }
}
