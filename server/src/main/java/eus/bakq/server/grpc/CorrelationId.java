package eus.bakq.server.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Gives every call a name of its own, 32 hexadecimal digits, under which an error's answer and our
 * log know it (API-08). The client cannot choose it.
 */
public final class CorrelationId implements ServerInterceptor {
  private static final Context.Key<String> KEY = Context.key("bakq-correlation-id");
  private static final String OUTSIDE_A_CALL = "0".repeat(32);
  private static final int BYTES = 16;

  private final SecureRandom random;

  public CorrelationId(SecureRandom random) {
    this.random = random;
  }

  /** The present call's; 32 zeros outside a call. */
  public static String current() {
    String id = KEY.get();
    return id == null ? OUTSIDE_A_CALL : id;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    byte[] id = new byte[BYTES];
    random.nextBytes(id);
    Context context = Context.current().withValue(KEY, HexFormat.of().formatHex(id));
    return Contexts.interceptCall(context, call, headers, next);
  }
}
