package eus.bakq.demo;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A call whose messages are whatever bytes its caller likes. */
final class RawCall {
  private static final int LONGEST_WAIT_SECONDS = 60;
  private static final RawBytes BYTES = new RawBytes();

  private RawCall() {}

  /** Sends {@code messages} to {@code method}, says that this was all, and waits for the end. */
  static Answer of(
      Channel channel,
      MethodDescriptor<?, ?> method,
      CallOptions options,
      Metadata headers,
      List<byte[]> messages) {
    MethodDescriptor<byte[], byte[]> raw = method.toBuilder(BYTES, BYTES).build();
    ClientCall<byte[], byte[]> call =
        channel.newCall(raw, options.withDeadlineAfter(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS));
    CompletableFuture<Answer> end = new CompletableFuture<>();
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            end.complete(Answer.of(status, trailers));
          }
        },
        headers);
    call.request(Integer.MAX_VALUE);
    try {
      for (byte[] message : messages) {
        if (!end.isDone()) {
          call.sendMessage(message);
        }
      }
      call.halfClose();
      return end.get(2L * LONGEST_WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | InterruptedException | TimeoutException e) {
      throw new AssertionError("the call does not end", e);
    }
  }

  static Answer of(Channel channel, MethodDescriptor<?, ?> method, List<byte[]> messages) {
    return of(channel, method, CallOptions.DEFAULT, new Metadata(), messages);
  }
}
