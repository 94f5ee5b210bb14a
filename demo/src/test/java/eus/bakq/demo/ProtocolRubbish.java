package eus.bakq.demo;

import eus.bakq.server.grpc.Audience;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** What is no call of the contract: bytes, frames, headers and methods that nobody should send. */
final class ProtocolRubbish {
  static final String GROUP = "Messages, methods and frames";

  private static final String GET = "SignatureRequestService/GetSignatureRequest";
  private static final String LIST = "MessageService/ListMessages";
  private static final String CREATE = "SignatureRequestService/CreateSignatureRequest";
  private static final String NOT_READ = "FIELD_INVALID message";

  /** Of what is not framed as gRPC frames messages: it never comes to be a call of ours. */
  private static final String NOT_READ_BY_GRPC = "gRPC INTERNAL";

  private static final String CLOSED = "connection closed";
  private static final String PATH = "/bakq.demo.v1.MessageService/ListMessages";

  private final Cases cases = new Cases(GROUP);

  private ProtocolRubbish() {}

  static List<RefusedInput> cases() {
    ProtocolRubbish all = new ProtocolRubbish();
    all.messages();
    all.sizes();
    all.methods();
    all.requests();
    all.frames();
    return all.cases.list();
  }

  private void messages() {
    message("chance", new byte[] {(byte) 0xFF, 0x07, 0x13, 0x37});
    message("a field that is cut", new byte[] {0x0A, 0x7F, 'a'});
    message("a field of a length below 0", bytes(0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F));
    message("a field with the number 0", new byte[] {0x02, 0x00});
    message(
        "a number of eleven bytes",
        bytes(0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01));
    message("a group that does not end", new byte[] {0x0B});
    message("a group that ends and has not begun", new byte[] {0x0C});
    message("a type of field that there is not", new byte[] {0x0F, 0x00});
    message("a thousand groups in each other", nested());
    message("what would be JSON", "{\"id\":\"1\"}".getBytes(StandardCharsets.US_ASCII));
    raw(GET, "no message", NOT_READ, CallOptions.DEFAULT, List::of);
    raw(
        GET,
        "two messages",
        NOT_READ,
        CallOptions.DEFAULT,
        () -> List.of(new byte[0], new byte[0]));
    raw(
        GET,
        "fields that the contract does not have, and no other",
        "FIELD_INVALID id",
        CallOptions.DEFAULT,
        () -> List.of(new byte[] {(byte) 0xF8, 0x7F, 0x01}));
  }

  private void message(String what, byte[] message) {
    raw(GET, "a message: " + what, NOT_READ, CallOptions.DEFAULT, () -> List.of(message));
  }

  private static byte[] nested() {
    byte[] groups = new byte[2000];
    Arrays.fill(groups, 0, 1000, (byte) 0x7B);
    Arrays.fill(groups, 1000, 2000, (byte) 0x7C);
    return groups;
  }

  private void sizes() {
    CallOptions gzip = CallOptions.DEFAULT.withCompression("gzip");
    raw(
        CREATE,
        "13 MiB in a message",
        "gRPC RESOURCE_EXHAUSTED",
        CallOptions.DEFAULT,
        () -> List.of(oversize(13)));
    raw(
        LIST,
        "300 KiB in a message at the citizens' door",
        "gRPC RESOURCE_EXHAUSTED",
        CallOptions.DEFAULT,
        () -> List.of(new byte[300 * 1024]));
    raw(
        CREATE,
        "a document of 11 MiB in a call",
        "FIELD_INVALID documents[0].content",
        CallOptions.DEFAULT,
        () -> List.of(oversize(11)));
    raw(
        CREATE,
        "64 KiB, compressed, that would inflate to 64 MiB",
        "gRPC UNIMPLEMENTED",
        gzip,
        () -> List.of(oversize(64)));
    raw(
        LIST,
        "a small message, compressed",
        "gRPC UNIMPLEMENTED",
        gzip,
        () -> List.of(new byte[0]));
    headers("a header of 16 KiB", "x".repeat(16 * 1024), 1);
    headers("two hundred headers of 100 characters", "x".repeat(100), 200);
  }

  private static byte[] oversize(int mebibytes) {
    return DocumentRubbish.oversize(mebibytes << 20).toByteArray();
  }

  /** HTTP 431, which gRPC's clients read so. */
  private void headers(String what, String value, int times) {
    cases.add(
        what,
        "gRPC INTERNAL",
        situations -> {
          Metadata headers = new Metadata();
          for (int i = 0; i < times; i++) {
            headers.put(Metadata.Key.of("x-rubbish-" + i, Metadata.ASCII_STRING_MARSHALLER), value);
          }
          return RawCall.of(
              situations.channel(LIST),
              Calls.method(LIST),
              CallOptions.DEFAULT,
              headers,
              List.of(new byte[0]));
        });
  }

  private void methods() {
    method("bakq.relyingparty.v1.SignatureRequestService/SignHash", "a method that is none");
    method("bakq.relyingparty.v1.SigningService/Sign", "a service that is none");
    method("grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "reflection");
    method("grpc.health.v1.Health/Nothing", "a method that health does not have");
    method("../../etc/passwd", "a path of a file");
  }

  private void method(String name, String what) {
    cases.add(
        what,
        "gRPC UNIMPLEMENTED",
        situations -> {
          MethodDescriptor<?, ?> other =
              Calls.method(GET).toBuilder().setFullMethodName(name).build();
          return RawCall.of(
              situations.world().channel(Audience.RELYING_PARTY, DemoWorld.SEDE_A),
              other,
              List.of(new byte[0]));
        });
  }

  private void requests() {
    byte[] empty = new byte[5];
    http("no content type", "HTTP 415", post(empty), PATH);
    http(
        "a content type of text",
        "HTTP 415",
        post(empty).header("content-type", "text/plain"),
        PATH);
    http(
        "JSON over HTTP",
        "HTTP 415",
        post("{}".getBytes(StandardCharsets.US_ASCII)).header("content-type", "application/json"),
        PATH);
    http(
        "GET",
        "HTTP 405",
        HttpRequest.newBuilder().GET().header("content-type", "application/grpc"),
        PATH);
    http("a path without a method", "gRPC UNIMPLEMENTED", grpc(empty), "/");
    http(
        "a compression that is not known",
        "gRPC UNIMPLEMENTED",
        grpc(new byte[] {1, 0, 0, 0, 1, 7}).header("grpc-encoding", "zstd"),
        PATH);
    http(
        "compressed, without saying how",
        NOT_READ_BY_GRPC,
        grpc(new byte[] {1, 0, 0, 0, 1, 7}),
        PATH);
    http(
        "compressed bytes that are damaged",
        "gRPC UNIMPLEMENTED",
        grpc(new byte[] {1, 0, 0, 0, 4, 1, 2, 3, 4}).header("grpc-encoding", "gzip"),
        PATH);
    http(
        "a message of 2 GiB that is announced and does not come",
        "gRPC RESOURCE_EXHAUSTED",
        grpc(new byte[] {0, 0x7F, -1, -1, -1}),
        PATH);
    http("a message that ends early", NOT_READ_BY_GRPC, grpc(new byte[] {0, 0, 0, 0, 9, 1}), PATH);
    http("half a message's frame", NOT_READ_BY_GRPC, grpc(new byte[] {0, 0}), PATH);
    http("a frame with reserved bits", NOT_READ_BY_GRPC, grpc(new byte[] {6, 0, 0, 0, 0}), PATH);
    cases.add(
        "HTTP/1.1", CLOSED, s -> RawDoor.http(s.world(), Version.HTTP_1_1, grpc(empty), PATH));
  }

  private static HttpRequest.Builder post(byte[] body) {
    return HttpRequest.newBuilder().POST(BodyPublishers.ofByteArray(body));
  }

  private static HttpRequest.Builder grpc(byte[] body) {
    return post(body).header("content-type", "application/grpc").header("te", "trailers");
  }

  private void http(String what, String answer, HttpRequest.Builder request, String path) {
    cases.add(what, answer, s -> RawDoor.http(s.world(), Version.HTTP_2, request, path));
  }

  private void frames() {
    byte[] chance = new byte[4096];
    new Random(1).nextBytes(chance);
    wire("bytes of chance, without TLS", s -> RawDoor.plain(s.world(), chance));
    wire(
        "HTTP without TLS",
        s ->
            RawDoor.plain(s.world(), "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
    wire("bytes of chance, within TLS", s -> RawDoor.withinTls(s.world(), chance));
    frame("settings of a wrong length", frame(4, 0, 0, new byte[5]));
    frame("settings of a stream", frame(4, 0, 1, new byte[0]));
    frame("data of a stream that was not opened", frame(0, 0, 1, new byte[10]));
    frame("headers of stream 0", frame(1, 4, 0, new byte[1]));
    frame("headers of an even stream", frame(1, 4, 2, new byte[1]));
    frame("headers that no table has", frame(1, 4, 1, bytes(0xFF, 0xFF, 0xFF, 0xFF, 0x0F)));
    frame("headers that go on without having begun", frame(9, 4, 1, new byte[10]));
    frame("a window that grows by nothing", frame(8, 0, 0, new byte[4]));
    frame("a window that overflows", twice(frame(8, 0, 0, bytes(0x7F, 0xFF, 0xFF, 0xFF))));
    frame("a frame of 16 MiB", bytes(0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 1));
    frame("a ping of a wrong length", frame(6, 0, 0, new byte[7]));
    frame("a push", frame(5, 4, 1, new byte[5]));
    frame("ten thousand pings", times(10_000, frame(6, 0, 0, new byte[8])));
    frame("a thousand streams that are opened and reset", resets());
  }

  private static byte[] resets() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] method = {(byte) 0x83, (byte) 0x87, (byte) 0x84}; // POST, https, /
    for (int i = 0; i < 1000; i++) {
      all.writeBytes(frame(1, 4, 2 * i + 1, method));
      all.writeBytes(frame(3, 0, 2 * i + 1, bytes(0, 0, 0, 8)));
    }
    return all.toByteArray();
  }

  private static byte[] twice(byte[] frame) {
    return times(2, frame);
  }

  private static byte[] times(int times, byte[] frame) {
    ByteBuffer all = ByteBuffer.allocate(times * frame.length);
    for (int i = 0; i < times; i++) {
      all.put(frame);
    }
    return all.array();
  }

  private static byte[] frame(int type, int flags, int stream, byte[] body) {
    return ByteBuffer.allocate(9 + body.length)
        .put((byte) 0)
        .putShort((short) body.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(body)
        .array();
  }

  private void frame(String what, byte[] frames) {
    wire("HTTP/2: " + what, s -> RawDoor.frames(s.world(), frames));
  }

  private void wire(String what, RefusedInput.Exchange exchange) {
    cases.add(what, CLOSED, exchange);
  }

  private void raw(
      String call,
      String what,
      String answer,
      CallOptions options,
      Supplier<List<byte[]>> messages) {
    cases.add(
        call,
        what,
        answer,
        situations -> {
          MethodDescriptor<?, ?> method =
              Calls.method(call).toBuilder()
                  // or else the client's side holds itself to one message
                  .setType(MethodDescriptor.MethodType.CLIENT_STREAMING)
                  .build();
          return RawCall.of(
              situations.channel(call), method, options, new Metadata(), messages.get());
        });
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
