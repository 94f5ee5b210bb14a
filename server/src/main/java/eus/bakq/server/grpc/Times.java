package eus.bakq.server.grpc;

import com.google.protobuf.Timestamp;
import java.time.Instant;

/** Times as the contract has them. */
public final class Times {
  private Times() {}

  public static Timestamp of(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }
}
