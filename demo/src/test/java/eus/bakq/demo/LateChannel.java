package eus.bakq.demo;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import java.util.function.Supplier;

/** A channel that is chosen at each call. As safe for several threads as what it chooses from. */
final class LateChannel extends Channel {
  private final Supplier<? extends Channel> chosen;

  LateChannel(Supplier<? extends Channel> chosen) {
    this.chosen = chosen;
  }

  @Override
  public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
    return chosen.get().newCall(method, options);
  }

  @Override
  public String authority() {
    return chosen.get().authority();
  }
}
