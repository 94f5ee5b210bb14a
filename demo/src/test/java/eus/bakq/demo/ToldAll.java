package eus.bakq.demo;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Everything that a caller is told beside the message of an answer: status, headers and trailers.
 * Masked is the id by which an answer is found again in the log, a UUID; of what is in binary, the
 * size is kept. For one call at a time.
 */
final class ToldAll implements ClientInterceptor {
  private static final Pattern UUID_FORM =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private final List<String> told = new ArrayList<>();

  /** What came since the last time. */
  synchronized List<String> take() {
    List<String> taken = List.copyOf(told);
    told.clear();
    return taken;
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        super.start(
            new SimpleForwardingClientCallListener<>(listener) {
              @Override
              public void onHeaders(Metadata received) {
                tell("header", received);
                super.onHeaders(received);
              }

              @Override
              public void onClose(Status status, Metadata trailers) {
                tell("status", status.getCode() + " " + status.getDescription());
                tell("trailer", trailers);
                super.onClose(status, trailers);
              }
            },
            headers);
      }
    };
  }

  private void tell(String where, Metadata metadata) {
    for (String key : new TreeSet<>(metadata.keys())) {
      if (key.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
        for (byte[] value :
            metadata.getAll(Metadata.Key.of(key, Metadata.BINARY_BYTE_MARSHALLER))) {
          tell(where, key + " of " + value.length + " bytes");
        }
      } else {
        for (String value :
            metadata.getAll(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER))) {
          tell(where, key + ": " + value);
        }
      }
    }
  }

  private synchronized void tell(String where, String what) {
    told.add(where + " " + UUID_FORM.matcher(what).replaceAll("masked"));
  }
}
