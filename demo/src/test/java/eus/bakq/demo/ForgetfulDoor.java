package eus.bakq.demo;

import eus.bakq.demo.v1.AuthorisationServiceGrpc;
import eus.bakq.demo.v1.SubmitCodeResponse;
import eus.bakq.fixtures.PkiIdentity;
import eus.bakq.server.grpc.Audience;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.HandlerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerMethodDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The citizens' door of a server with a fault: a code that was right once is right again. It stands
 * between, and passes everything on but the refusal of what was answered well before.
 */
final class ForgetfulDoor implements AutoCloseable {
  private static final int LONGEST_SECONDS = 60;
  private static final String CODE_STEP =
      AuthorisationServiceGrpc.getSubmitCodeMethod().getFullMethodName();

  private final Doors way;
  private final Channel behind;
  private final Set<ByteBuffer> signed = ConcurrentHashMap.newKeySet();
  private final Server server;

  private ForgetfulDoor(Doors way, PkiIdentity identity) throws IOException {
    this.way = way;
    this.behind = way.channel(Audience.SIGNER, Optional.empty());
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sslContext(
                GrpcSslContexts.configure(
                        SslContextBuilder.forServer(identity.privateKey(), identity.certificate())
                            .protocols("TLSv1.3"),
                        SslProvider.JDK)
                    .build())
            .fallbackHandlerRegistry(
                new HandlerRegistry() {
                  @Override
                  public ServerMethodDefinition<?, ?> lookupMethod(String name, String authority) {
                    return passedOn(name);
                  }
                })
            .build()
            .start();
  }

  static ForgetfulDoor before(DemoWorld world) throws IOException {
    return new ForgetfulDoor(new Doors(world.files(), world::port), world.files().pki().server());
  }

  int port() {
    return server.getPort();
  }

  private ServerMethodDefinition<byte[], byte[]> passedOn(String name) {
    MethodDescriptor<byte[], byte[]> method =
        MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(name)
            .setRequestMarshaller(new RawBytes())
            .setResponseMarshaller(new RawBytes())
            .build();
    return ServerMethodDefinition.create(
        method, ServerCalls.asyncUnaryCall((request, answer) -> pass(method, request, answer)));
  }

  private void pass(
      MethodDescriptor<byte[], byte[]> method, byte[] request, StreamObserver<byte[]> observer) {
    boolean codeStep = method.getFullMethodName().equals(CODE_STEP);
    try {
      byte[] answer =
          ClientCalls.blockingUnaryCall(
              behind,
              method,
              CallOptions.DEFAULT.withDeadlineAfter(LONGEST_SECONDS, TimeUnit.SECONDS),
              request);
      if (codeStep) {
        signed.add(ByteBuffer.wrap(request));
      }
      observer.onNext(answer);
      observer.onCompleted();
    } catch (StatusRuntimeException refused) {
      if (codeStep && signed.contains(ByteBuffer.wrap(request))) {
        observer.onNext(SubmitCodeResponse.newBuilder().setSignedCount(1).build().toByteArray());
        observer.onCompleted();
      } else {
        observer.onError(refused);
      }
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
    way.close();
  }
}
