package eus.bakq.server.grpc;

import eus.bakq.server.caller.RegisteredCaller;
import io.grpc.Context;
import java.util.Optional;

/** The registered caller of the present call, as {@link CallerInterceptor} has established it. */
public final class CallerContext {
  private static final Context.Key<RegisteredCaller> KEY = Context.key("bakq-caller");

  private CallerContext() {}

  /**
   * Who calls.
   *
   * @throws IllegalStateException outside a call, and in a call of {@link Audience#SIGNER}, whose
   *     callers have no certificate
   */
  public static RegisteredCaller current() {
    RegisteredCaller caller = KEY.get();
    if (caller == null) {
      throw new IllegalStateException("this call has no registered caller");
    }
    return caller;
  }

  /** As {@link #current}; empty where there is none. */
  static Optional<RegisteredCaller> find() {
    return Optional.ofNullable(KEY.get());
  }

  /** {@code context} with {@code caller} in it; also for tests of services. */
  static Context with(Context context, RegisteredCaller caller) {
    return context.withValue(KEY, caller);
  }
}
