package eus.bakq.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.BadRequest;
import eus.bakq.relyingparty.v1.SignatureRequestServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** API-08: what cannot be read is the caller's mistake, and is told in our shape. */
class ReadableMessagesTest {
  private static final byte[] CUT = {0x0A, 0x7F, 'a'};
  private static final byte[] NO_TEXT = {0x0A, 0x02, (byte) 0xC3, '('};
  private static final byte[] GOOD = {};

  private static final MethodDescriptor<byte[], byte[]> UPLOAD =
      SignatureRequestServiceGrpc.getUploadDocumentMethod().toBuilder(new Raw(), new Raw()).build();

  @TempDir Path folder;
  private Doors doors;
  private ManagedChannel channel;

  @BeforeEach
  void openDoors() throws Exception {
    doors = Doors.open(folder, Doors.bounds(4096, 8, 2, 2));
    channel = doors.channel(Audience.RELYING_PARTY, Optional.of(doors.sede));
  }

  @AfterEach
  void closeDoors() {
    doors.close();
    assertThat(doors.conformance.takeViolations()).isEmpty();
  }

  @Test
  void namesTheMessageWhenItCannotBeRead() throws Exception {
    refuses(call("identity", List.of(CUT)));
    refuses(call("identity", List.of(NO_TEXT)));
    assertThat(doors.served).isEmpty();
  }

  @Test
  void namesTheMessageWhenThereIsNoneOrAnother() throws Exception {
    refuses(call("identity", List.of()));
    refuses(call("identity", List.of(GOOD, GOOD)));
    refuses(call("identity", List.of(GOOD, CUT)));
    assertThat(doors.served).isEmpty();
    assertThat(call("identity", List.of(GOOD)).getCode()).isEqualTo(Status.Code.OK);
  }

  /** API-07: or else its place would be taken until the longest time of a transfer is over. */
  @Test
  void endsAStreamWhoseMessageCannotBeReadAndCountsItOnce() throws Exception {
    refuses(call(UPLOAD, "identity", List.of(GOOD, CUT, GOOD)));
    doors.close(); // every call is over then
    assertThat(doors.served).containsExactly("an upload", "the end of an upload");
    assertThat(doors.failed).extracting(FailedCall::reason).containsExactly("FIELD_INVALID");
  }

  /** As the clock of the streams may have answered already, on its own thread. */
  @Test
  void answersOnceOnly() {
    Ended call = new Ended();
    ServerCall.Listener<byte[]> listener =
        new ReadableMessages()
            .interceptCall(
                call,
                new Metadata(),
                (begun, headers) -> {
                  begun.close(Status.ABORTED, new Metadata());
                  return new ServerCall.Listener<>() {
                    @Override
                    public void onMessage(byte[] message) {
                      throw Status.INTERNAL.asRuntimeException();
                    }
                  };
                });

    listener.onMessage(CUT);

    assertThat(call.ends).containsExactly(Status.ABORTED);
  }

  @Test
  void inflatesNothing() throws Exception {
    for (byte[] message : List.of(GOOD, new byte[5000])) {
      Status end = call("gzip", List.of(message));
      assertThat(end.getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    }
    assertThat(doors.served).isEmpty();
  }

  @Test
  void holdsQuestionsAboutHealthToTheNamesOfServices() throws Exception {
    byte[] longer =
        HealthCheckRequest.newBuilder().setService("x".repeat(201)).build().toByteArray();
    byte[] bell = HealthCheckRequest.newBuilder().setService("bakq\u0007").build().toByteArray();
    for (MethodDescriptor<?, ?> method :
        List.of(HealthGrpc.getCheckMethod(), HealthGrpc.getWatchMethod())) {
      refuses(call(method, "identity", List.of(NO_TEXT)));
      refuses(call(method, "identity", List.of(longer)), "service");
      refuses(call(method, "identity", List.of(bell)), "service");
    }
    assertThat(call(HealthGrpc.getCheckMethod(), "identity", List.of(GOOD)).getCode())
        .isEqualTo(Status.Code.OK);
  }

  private static void refuses(Status status) {
    refuses(status, "message");
  }

  private static void refuses(Status status, String field) {
    assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    StatusRuntimeException end = (StatusRuntimeException) status.getCause();
    assertThat(Errors.reason(end)).isEqualTo("FIELD_INVALID");
    assertThat(Errors.detail(end, BadRequest.class).getFieldViolationsList())
        .singleElement()
        .satisfies(violation -> assertThat(violation.getField()).isEqualTo(field));
  }

  /** The end of a call of one message that sends {@code messages}; its cause has the trailers. */
  private Status call(String compression, List<byte[]> messages) throws Exception {
    return call(SignatureRequestServiceGrpc.getGetSignatureRequestMethod(), compression, messages);
  }

  private Status call(MethodDescriptor<?, ?> of, String compression, List<byte[]> messages)
      throws Exception {
    MethodDescriptor<byte[], byte[]> method =
        of.toBuilder(new Raw(), new Raw())
            // or else the client's side holds itself to one message
            .setType(MethodType.CLIENT_STREAMING)
            .build();
    CompletableFuture<Status> end = new CompletableFuture<>();
    ClientCall<byte[], byte[]> call =
        ((Channel) channel).newCall(method, CallOptions.DEFAULT.withCompression(compression));
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            end.complete(status.withCause(status.asRuntimeException(trailers)));
          }
        },
        new Metadata());
    call.request(2);
    messages.forEach(call::sendMessage);
    call.halfClose();
    return end.get(60, TimeUnit.SECONDS);
  }

  /** A call whose ends a test can see. */
  private static final class Ended extends ServerCall<byte[], byte[]> {
    private final List<Status> ends = new ArrayList<>();

    @Override
    public void close(Status status, Metadata trailers) {
      ends.add(status);
    }

    @Override
    public MethodDescriptor<byte[], byte[]> getMethodDescriptor() {
      return UPLOAD;
    }

    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(byte[] message) {}

    @Override
    public boolean isCancelled() {
      return false;
    }
  }

  private static final class Raw implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      return new byte[0];
    }
  }
}
