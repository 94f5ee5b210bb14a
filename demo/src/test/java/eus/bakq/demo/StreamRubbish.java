package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import eus.bakq.fixtures.BadDocuments;
import eus.bakq.relyingparty.v1.UploadDocumentRequest;
import eus.bakq.relyingparty.v1.UploadHeader;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;

/** Uploads whose messages come in a wrong order, size or number, or stop, or never end. */
final class StreamRubbish {
  static final String GROUP = "Streams";

  private static final String UPLOAD = "SignatureRequestService/UploadDocument";
  private static final String CREATE = "SignatureRequestService/CreateSignatureRequest";
  private static final byte[] DOCUMENT = BadDocuments.sound();
  private static final byte[] HASH = Uploading.sha256(DOCUMENT);

  private final Cases cases = new Cases(GROUP);

  private StreamRubbish() {}

  static List<RefusedInput> cases() {
    StreamRubbish all = new StreamRubbish();
    all.malformed();
    all.different();
    all.endless();
    return all.cases.list();
  }

  private void malformed() {
    upload("nothing", "FIELD_INVALID header", Uploading::complete);
    upload("a chunk first", "FIELD_INVALID header", up -> up.chunk(DOCUMENT).await());
    upload(
        "two headers", "FIELD_INVALID header", up -> up.header(DOCUMENT).header(DOCUMENT).await());
    upload(
        "a message of nothing",
        "FIELD_INVALID part",
        up -> up.send(UploadDocumentRequest.getDefaultInstance()).await());
    upload("a size of 0", "FIELD_INVALID header.size", up -> up.header(0, HASH).await());
    upload("a size below 0", "FIELD_INVALID header.size", up -> up.header(-1, HASH).await());
    upload(
        "a size of 10 MiB and one byte",
        "FIELD_INVALID header.size",
        up -> up.header(10_485_761, HASH).await());
    upload("a size of 1 TiB", "FIELD_INVALID header.size", up -> up.header(1L << 40, HASH).await());
    upload(
        "a hash of 31 bytes",
        "FIELD_INVALID header.sha256",
        up -> up.header(1, new byte[31]).await());
    upload(
        "a size and a hash that are both wrong",
        "FIELD_INVALID header.size, header.sha256",
        up -> up.header(0, new byte[0]).await());
    upload(
        "an empty chunk",
        "FIELD_INVALID chunk",
        up -> up.header(DOCUMENT).chunk(new byte[0]).await());
    upload(
        "a chunk of 1 MiB and one byte",
        "FIELD_INVALID chunk",
        up -> up.header(2 << 20, HASH).chunk(new byte[(1 << 20) + 1]).await());
  }

  private void different() {
    byte[] half = Arrays.copyOf(DOCUMENT, DOCUMENT.length / 2);
    byte[] other = DOCUMENT.clone();
    other[other.length - 1] ^= 1;
    upload("a header and no more", "UPLOAD_DIFFERS", up -> up.header(DOCUMENT).complete());
    upload(
        "half of what was announced",
        "UPLOAD_DIFFERS",
        up -> up.header(DOCUMENT).chunk(half).complete());
    upload(
        "more than was announced",
        "UPLOAD_DIFFERS",
        up -> up.header(half).chunk(half).chunk(DOCUMENT).await());
    upload(
        "another document than was announced",
        "UPLOAD_DIFFERS",
        up -> up.header(DOCUMENT).chunk(other).complete());
    cases.add(
        CREATE,
        "an upload of another sede",
        "UPLOAD_NOT_FOUND",
        situations -> {
          String upload = situations.world().sede(DemoWorld.SEDE_B).upload(DOCUMENT);
          Sede sede = situations.world().sede(DemoWorld.SEDE_A);
          return Answer.to(() -> sede.ask(Sede.wishFor(upload)));
        });
    cases.add(
        CREATE,
        "an upload that was used",
        "UPLOAD_NOT_FOUND",
        situations -> {
          Sede sede = situations.world().sede(DemoWorld.SEDE_A);
          String upload = sede.upload(DOCUMENT);
          sede.ask(Sede.wishFor(upload));
          return Answer.to(() -> sede.ask(Sede.wishFor(upload)));
        });
  }

  /** By sedes that have no other stream just then: these wait for the end of the longest time. */
  private void endless() {
    lasting(
        DemoWorld.SEDE_WITH_ONE_REQUEST,
        "a stream that stops after its header",
        up -> up.header(DOCUMENT).await());
    lasting(
        DemoWorld.SEDE_WITH_TWO_CALLS,
        "a stream that stops in the middle",
        up -> up.header(DOCUMENT).chunk(Arrays.copyOf(DOCUMENT, 100)).await());
    lasting(
        DemoWorld.SEDE_B,
        "a stream that never ends, a byte every tenth of a second",
        StreamRubbish::dripping);
    cases.add(
        UPLOAD,
        "a fourth stream at once",
        "QUOTA_EXCEEDED",
        situations -> {
          Sede sede = situations.world().sede(DemoWorld.SEDE_B);
          List<Uploading> four =
              Stream.generate(() -> sede.uploading().header(DOCUMENT)).limit(4).toList();
          // Which of them comes last to the server is chance; whichever does finds no place.
          assertThat(Eventually.is(() -> four.stream().anyMatch(Uploading::isOver))).isTrue();
          Uploading late = four.stream().filter(Uploading::isOver).findFirst().orElseThrow();
          Answer answer = Answer.to(late::await);
          four.forEach(Uploading::goAway);
          return answer;
        });
    cases.add(
        "SignatureRequestService/WatchSignatureRequest",
        "a watch of a request that is none",
        "SIGNATURE_REQUEST_NOT_FOUND",
        situations -> {
          Sede sede = situations.world().sede(DemoWorld.SEDE_A);
          return Answer.to(() -> sede.watch(UUID.randomUUID().toString()).next());
        });
  }

  private static String dripping(Uploading up) {
    up.send(
        UploadDocumentRequest.newBuilder()
            .setHeader(
                UploadHeader.newBuilder()
                    .setSize(10_000_000)
                    .setSha256(ByteString.copyFrom(new byte[32])))
            .build());
    while (!up.isOver()) {
      up.chunk(new byte[1]);
      try {
        Thread.sleep(Duration.ofMillis(100));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    return up.await();
  }

  private void lasting(String sede, String what, Function<Uploading, String> deed) {
    cases.add(
        UPLOAD,
        what,
        "STREAM_TOO_SLOW",
        situations -> Answer.to(() -> deed.apply(situations.world().sede(sede).uploading())));
  }

  private void upload(String what, String answer, Function<Uploading, String> deed) {
    cases.add(
        UPLOAD,
        what,
        answer,
        situations ->
            Answer.to(() -> deed.apply(situations.world().sede(DemoWorld.SEDE_A).uploading())));
  }
}
