package eus.bakq.demo;

import com.google.protobuf.ByteString;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Every ticket and device cookie that a world's server has given to anybody. Safe for several
 * threads.
 */
final class Tickets implements ClientInterceptor {
  private static final List<String> FIELDS = List.of("ticket", "device");

  private final Set<ByteString> given = ConcurrentHashMap.newKeySet();

  Set<ByteString> given() {
    return Set.copyOf(given);
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
              public void onMessage(R message) {
                keep(method, message);
                super.onMessage(message);
              }
            },
            headers);
      }
    };
  }

  private void keep(MethodDescriptor<?, ?> method, Object answer) {
    if (method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier schema) {
      var type = schema.getMethodDescriptor().getOutputType();
      for (String field : FIELDS) {
        if (type.findFieldByName(field) != null) {
          Message message = answer instanceof Message read ? read : parsed(type, (byte[]) answer);
          given.add(
              (ByteString) message.getField(message.getDescriptorForType().findFieldByName(field)));
        }
      }
    }
  }

  private static Message parsed(com.google.protobuf.Descriptors.Descriptor type, byte[] answer) {
    try {
      return DynamicMessage.parseFrom(type, answer);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("an answer that cannot be read", e);
    }
  }
}
