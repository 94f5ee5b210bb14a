package eus.bakq.demo;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * The end of a call, as whoever called sees it.
 *
 * @param code the canonical code
 * @param reason {@code ErrorInfo.reason}; empty where the answer is gRPC's own, or the call
 *     succeeded
 * @param fields what {@code BadRequest} names, in its order
 * @param waits whether there is a {@code RetryInfo}
 * @param everything all that was told: message, trailers, details as text; without the correlation
 *     id
 */
record Answer(
    Status.Code code, String reason, List<String> fields, boolean waits, String everything) {
  static final Answer ACCEPTED = new Answer(Status.Code.OK, "", List.of(), false, "");

  Answer {
    fields = List.copyOf(fields);
  }

  /** How {@code call} ends, made with a stub of gRPC. */
  static Answer to(Callable<?> call) {
    try {
      var _ = call.call();
      return ACCEPTED;
    } catch (StatusRuntimeException e) {
      Metadata trailers = e.getTrailers();
      return of(e.getStatus(), trailers == null ? new Metadata() : trailers);
    } catch (Exception e) {
      throw new AssertionError("not the end of a call", e);
    }
  }

  /** Reads the end of a call. */
  static Answer of(Status status, Metadata trailers) {
    if (status.isOk()) {
      return ACCEPTED;
    }
    StringBuilder everything = new StringBuilder().append(status.getDescription()).append('\n');
    for (String name : trailers.keys()) {
      everything.append(name).append(": ");
      if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
        byte[] value = trailers.get(Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER));
        everything.append(new String(value, StandardCharsets.UTF_8));
      } else {
        everything.append(trailers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER)));
      }
      everything.append('\n');
    }
    com.google.rpc.Status details = StatusProto.fromStatusAndTrailers(status, trailers);
    return read(status.getCode(), details, everything);
  }

  private static Answer read(
      Status.Code code, com.google.rpc.Status status, StringBuilder everything) {
    String reason = "";
    List<String> fields = new ArrayList<>();
    boolean waits = false;
    try {
      for (Any detail : status.getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          reason = detail.unpack(ErrorInfo.class).getReason();
        } else if (detail.is(BadRequest.class)) {
          BadRequest bad = detail.unpack(BadRequest.class);
          everything.append(bad);
          bad.getFieldViolationsList().forEach(violation -> fields.add(violation.getField()));
        } else {
          waits |= detail.is(RetryInfo.class);
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("details that cannot be read", e);
    }
    return new Answer(code, reason, fields, waits, everything.toString());
  }

  /**
   * In a line: the reason and the fields it names; the code alone where gRPC itself has answered;
   * {@code accepted}.
   */
  String inALine() {
    if (code == Status.Code.OK) {
      return "accepted";
    }
    String what = reason.isEmpty() ? "gRPC " + code : reason;
    return fields.isEmpty()
        ? what
        : what + " " + String.join(", ", fields.stream().distinct().toList());
  }
}
