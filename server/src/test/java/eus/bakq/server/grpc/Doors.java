package eus.bakq.server.grpc;

import eus.bakq.registration.v1.RegistrationServiceGrpc;
import eus.bakq.registration.v1.UnlockSignerRequest;
import eus.bakq.registration.v1.UnlockSignerResponse;
import eus.bakq.relyingparty.v1.GetSignatureRequestRequest;
import eus.bakq.relyingparty.v1.GetSignatureRequestResponse;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestServiceGrpc;
import eus.bakq.relyingparty.v1.UploadDocumentRequest;
import eus.bakq.relyingparty.v1.UploadDocumentResponse;
import eus.bakq.relyingparty.v1.WatchSignatureRequestRequest;
import eus.bakq.relyingparty.v1.WatchSignatureRequestResponse;
import eus.bakq.server.caller.CallerQuotas;
import eus.bakq.server.caller.CallerRole;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.signer.v1.AcceptTermsRequest;
import eus.bakq.signer.v1.AcceptTermsResponse;
import eus.bakq.signer.v1.ActivationServiceGrpc;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Three open doors on real TLS, with services that say who called, and the clients that knock at
 * them.
 */
final class Doors implements AutoCloseable {
  final ThrowAwayPki authority;
  final ThrowAwayPki foreign;
  final ThrowAwayPki.Identity sede;
  final ThrowAwayPki.Identity officer;
  final ConformanceInterceptor conformance = new ConformanceInterceptor();
  final List<RefusedCall> refused = Collections.synchronizedList(new ArrayList<>());
  final List<FailedCall> failed = Collections.synchronizedList(new ArrayList<>());

  /** What is asked for each call of a registered caller. */
  CallQuota quota = caller -> {};

  final List<String> served = Collections.synchronizedList(new ArrayList<>());

  /** What the sedes' service does before it answers. */
  volatile Runnable work = () -> {};

  /** What the record says when it is asked to write; may throw. */
  volatile Runnable record = () -> {};

  /** How far the server's clock is ahead. */
  volatile Duration ahead = Duration.ZERO;

  final Listeners listeners;
  private final ThrowAwayPki.Identity server;
  private final Map<Bytes, RegisteredCaller> registered = new HashMap<>();
  private final List<ManagedChannel> channels = new ArrayList<>();

  private Doors(Path folder, ListenerBounds sedeBounds) throws Exception {
    authority = new ThrowAwayPki(folder, "authority");
    foreign = new ThrowAwayPki(folder, "foreign");
    server = authority.identity("server");
    sede = authority.identity("sede");
    officer = authority.identity("officer");
    register(sede, "sede-test", CallerRole.SEDE);
    register(officer, "officer-test", CallerRole.REGISTRATION_OFFICER);
    listeners =
        Listeners.start(
            List.of(
                settings(Audience.RELYING_PARTY, sedeBounds),
                settings(Audience.REGISTRATION, quick(Audience.REGISTRATION)),
                settings(Audience.SIGNER, quick(Audience.SIGNER))),
            List.of(new SedeService(), new OfficerService(), new SignerService()),
            fingerprint -> Optional.ofNullable(registered.get(fingerprint)),
            call -> {
              record.run();
              refused.add(call);
            },
            failed::add,
            name -> quota.count(name),
            new AheadClock(() -> Instant.now().plus(ahead)),
            new SecureRandom());
  }

  static Doors open(Path folder) throws Exception {
    return new Doors(folder, quick(Audience.RELYING_PARTY));
  }

  static Doors open(Path folder, ListenerBounds sedeBounds) throws Exception {
    return new Doors(folder, sedeBounds);
  }

  private static ListenerBounds quick(Audience audience) {
    return bounds(ListenerBounds.forAudience(audience).maxInboundMessageBytes(), 64, 2, 2);
  }

  static ListenerBounds bounds(int messageBytes, int connections, int workers, int waiting) {
    return new ListenerBounds(
        messageBytes,
        connections,
        16,
        8192,
        workers,
        waiting,
        Duration.ofSeconds(5),
        Duration.ofMinutes(5),
        Duration.ofMinutes(5),
        Duration.ofSeconds(20));
  }

  ListenerSettings settings(Audience audience, ListenerBounds bounds) {
    return new ListenerSettings(
        audience,
        "127.0.0.1",
        0,
        server.certificateFile(),
        server.keyFile(),
        audience.role().map(role -> authority.authorityFile()),
        bounds);
  }

  void register(ThrowAwayPki.Identity identity, String name, CallerRole role) throws Exception {
    Bytes fingerprint = Bytes.copyOf(identity.certificate().getEncoded()).sha256();
    registered.put(
        fingerprint,
        new RegisteredCaller(
            new CallerName(name),
            role,
            fingerprint,
            Map.of(),
            Optional.empty(),
            new CallerQuotas(60, 20, 100)));
  }

  void unregisterAll() {
    registered.clear();
  }

  int port(Audience audience) {
    return listeners.listener(audience).port();
  }

  /** A channel over TLS with the client's certificate, or without one. */
  ManagedChannel channel(Audience audience, Optional<ThrowAwayPki.Identity> client)
      throws IOException {
    return channel(audience, client, "TLSv1.3");
  }

  ManagedChannel channel(Audience audience, Optional<ThrowAwayPki.Identity> client, String protocol)
      throws IOException {
    SslContextBuilder tls =
        SslContextBuilder.forClient()
            .trustManager(authority.authorityFile().toFile())
            .protocols(protocol);
    client.ifPresent(
        identity ->
            tls.keyManager(identity.certificateFile().toFile(), identity.keyFile().toFile()));
    return keep(
        NettyChannelBuilder.forAddress("127.0.0.1", port(audience))
            .sslContext(GrpcSslContexts.configure(tls, SslProvider.JDK).build())
            .intercept(conformance)
            .build());
  }

  /** Not judged: the server answers nothing that is gRPC. */
  ManagedChannel plaintextChannel(Audience audience) {
    return keep(NettyChannelBuilder.forAddress("127.0.0.1", port(audience)).usePlaintext().build());
  }

  private ManagedChannel keep(ManagedChannel channel) {
    channels.add(channel);
    return channel;
  }

  static GetSignatureRequestResponse callAsSede(ManagedChannel channel) {
    return SignatureRequestServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .getSignatureRequest(GetSignatureRequestRequest.newBuilder().setId("any").build());
  }

  static UnlockSignerResponse callAsOfficer(ManagedChannel channel) {
    return RegistrationServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .unlockSigner(UnlockSignerRequest.getDefaultInstance());
  }

  static AcceptTermsResponse callAsSigner(ManagedChannel channel) {
    return ActivationServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .acceptTerms(AcceptTermsRequest.getDefaultInstance());
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    listeners.close();
  }

  /** A service whose contract names no caller. */
  static BindableService withoutCallerOption() {
    return new io.grpc.protobuf.services.HealthStatusManager().getHealthService();
  }

  private final class SedeService
      extends SignatureRequestServiceGrpc.SignatureRequestServiceImplBase {
    @Override
    public void getSignatureRequest(
        GetSignatureRequestRequest request, StreamObserver<GetSignatureRequestResponse> observer) {
      Replies.reply(
          observer,
          () -> {
            work.run();
            served.add(CallerContext.current().name().value());
            return GetSignatureRequestResponse.newBuilder()
                .setSignatureRequest(SignatureRequest.newBuilder().setId(request.getId()))
                .build();
          });
    }

    /** Tells that it has begun, and never ends. */
    @Override
    public void watchSignatureRequest(
        WatchSignatureRequestRequest request,
        StreamObserver<WatchSignatureRequestResponse> observer) {
      observer.onNext(WatchSignatureRequestResponse.getDefaultInstance());
    }

    /** Takes everything, and never ends by itself. */
    @Override
    public StreamObserver<UploadDocumentRequest> uploadDocument(
        StreamObserver<UploadDocumentResponse> observer) {
      served.add("an upload");
      return new StreamObserver<>() {
        @Override
        public void onNext(UploadDocumentRequest message) {}

        @Override
        public void onError(Throwable gone) {
          served.add("the end of an upload");
        }

        @Override
        public void onCompleted() {}
      };
    }
  }

  private final class OfficerService extends RegistrationServiceGrpc.RegistrationServiceImplBase {
    @Override
    public void unlockSigner(
        UnlockSignerRequest request, StreamObserver<UnlockSignerResponse> observer) {
      Replies.reply(
          observer,
          () -> {
            served.add(CallerContext.current().name().value());
            return UnlockSignerResponse.getDefaultInstance();
          });
    }
  }

  private final class SignerService extends ActivationServiceGrpc.ActivationServiceImplBase {
    @Override
    public void acceptTerms(
        AcceptTermsRequest request, StreamObserver<AcceptTermsResponse> observer) {
      Replies.reply(
          observer,
          () -> {
            served.add("a signer");
            return AcceptTermsResponse.getDefaultInstance();
          });
    }
  }

  private static final class AheadClock extends Clock {
    private final Supplier<Instant> now;

    AheadClock(Supplier<Instant> now) {
      this.now = now;
    }

    @Override
    public Instant instant() {
      return now.get();
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return Clock.fixed(now.get(), zone);
    }
  }

  /** The failure of a record that cannot be written now. */
  static RuntimeException recordIsDown() {
    return UnavailableException.temporarily("the record does not answer", null);
  }
}
