package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import eus.bakq.fixtures.BadDocuments;
import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.LargeDocument;
import eus.bakq.fixtures.judge.Pdfsig;
import eus.bakq.relyingparty.v1.CreateSignatureRequestRequest;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.UploadDocumentRequest;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Documents that a sede sends in pieces, before it asks. */
@ExtendWith(InDemoWorld.class)
class UploadTest {
  private static final String GONE = "UPLOAD_NOT_FOUND";
  private static final String DIFFERS = "UPLOAD_DIFFERS";
  private static final String MALFORMED = "FIELD_INVALID";

  private final DemoWorld world;
  private final Sede sede;

  UploadTest(DemoWorld world) {
    this.world = world;
    this.sede = world.sede(DemoWorld.SEDE_A);
  }

  @Test
  @DisplayName("large documents go in and come out in pieces, and others accept them")
  void signsWhatWasUploaded() throws Exception {
    byte[] large = LargeDocument.of(5 * 1024 * 1024, 1);
    SignatureRequest request = sede.ask(Sede.wishFor(sede.upload(large), sede.upload(large)));

    world.activeCitizen().sign(request);

    byte[] signed = sede.stream(request.getId(), 1);
    assertThat(signed).startsWith(large).isEqualTo(sede.fetch(request.getId(), 1));
    assertThat(Pdfsig.judge(signed).said())
        .contains("Signature is Valid.", "Total document signed");
    assertThat(world.audit().count(request.getId(), "SIGNED_DOCUMENT_FETCHED")).isEqualTo(2);
  }

  @Test
  @DisplayName("API-05: twenty documents under one authorisation come back in the sede's order")
  void keepsTheOrderOfTwentyDocumentsWithTheSameOnesAmongThem() {
    List<byte[]> originals = new ArrayList<>();
    CreateSignatureRequestRequest.Builder wish = Sede.wish();
    String twice = sede.upload(Documents.pdfA2a());
    for (int i = 0; i < 20; i++) {
      var document = wish.addDocumentsBuilder().setLabel("document " + i);
      byte[] original =
          switch (i % 4) {
            case 0 -> Documents.form();
            case 1 -> LargeDocument.of(1000, i);
            case 2 -> Documents.pdfA2a();
            default -> BadDocuments.sound();
          };
      originals.add(original);
      switch (i % 4) {
        case 1 -> document.setUploadId(sede.upload(original));
        case 2 -> document.setUploadId(twice);
        default -> document.setContent(ByteString.copyFrom(original));
      }
    }
    SignatureRequest request = sede.ask(wish);

    assertThat(world.activeCitizen().sign(request)).isEqualTo(20);

    for (int i = 0; i < originals.size(); i++) {
      assertThat(sede.stream(request.getId(), i)).as("document %s", i).startsWith(originals.get(i));
    }
    assertThat(world.audit().count(request.getId(), "SIGNATURE_CREATED")).isEqualTo(20);
  }

  @Test
  @DisplayName("an upload goes into one request; the repeated wish gets that request")
  void isUsedOnce() {
    String upload = sede.upload(Documents.form());
    CreateSignatureRequestRequest.Builder wish = Sede.wishFor(upload, upload);

    SignatureRequest request = sede.ask(wish);

    assertThat(request.getDocumentCount()).isEqualTo(2);
    assertThat(sede.ask(wish)).isEqualTo(request);
    assertThat(Refused.by(() -> sede.ask(Sede.wishFor(upload))).reason()).isEqualTo(GONE);
  }

  @Test
  @DisplayName("what could not be asked for stays until it is used")
  void staysWhenTheRequestIsRefused() {
    String good = sede.upload(Documents.form());
    String bad = sede.upload(BadDocuments.notPdf());

    assertThat(Refused.by(() -> sede.ask(Sede.wishFor(good, bad))).reason())
        .isEqualTo("DOCUMENT_UNREADABLE");

    assertThat(sede.ask(Sede.wishFor(good)).getDocumentCount()).isOne();
  }

  @Test
  @DisplayName("another sede's upload is like none, and the attempt is in the record")
  void isOfItsSedeOnly() {
    String upload = sede.upload(Documents.form());
    Sede other = world.sede(DemoWorld.SEDE_B);

    Refused foreign = Refused.by(() -> other.ask(Sede.wishFor(upload)));
    Refused unknown = Refused.by(() -> other.ask(Sede.wishFor(UUID.randomUUID().toString())));

    assertThat(foreign.reason()).isEqualTo(GONE);
    assertThat(foreign).isEqualTo(unknown);
    assertThat(world.audit().lines(upload))
        .containsExactly("UPLOAD_DENIED REFUSED OF_ANOTHER_SEDE");
    assertThat(sede.ask(Sede.wishFor(upload)).getDocumentCount()).isOne();
  }

  @Test
  @DisplayName("after ten minutes an upload is like none, and is erased")
  void endsAfterItsTime() throws Exception {
    String upload = sede.upload(Documents.form());
    assertThat(rows(upload)).isOne();

    world.tamper(
        "update uploaded_document set expires_at = now() - interval '1 second' where id = '"
            + upload
            + "'");

    assertThat(Refused.by(() -> sede.ask(Sede.wishFor(upload))).reason()).isEqualTo(GONE);
    assertThat(Eventually.is(() -> rows(upload) == 0)).isTrue();
  }

  @Test
  @DisplayName("what comes is what was announced, or nothing is kept")
  void keepsNothingThatDiffers() throws Exception {
    byte[] document = Documents.form();
    long before = rowsOf(DemoWorld.SEDE_A);
    byte[] other = document.clone();
    other[other.length - 1] ^= 1;

    assertThat(Refused.by(() -> sede.uploading().header(document).complete()).reason())
        .isEqualTo(DIFFERS);
    assertThat(Refused.by(() -> sede.uploading().header(document).chunk(other).complete()).reason())
        .isEqualTo(DIFFERS);
    byte[] half = Arrays.copyOf(document, document.length / 2);
    assertThat(Refused.by(() -> sede.uploading().header(document).chunk(half).complete()).reason())
        .isEqualTo(DIFFERS);
    // Told at once, without waiting for the end.
    assertThat(
            Refused.by(() -> sede.uploading().header(half).chunk(half).chunk(document).await())
                .reason())
        .isEqualTo(DIFFERS);

    assertThat(rowsOf(DemoWorld.SEDE_A)).isEqualTo(before);
  }

  @Test
  @DisplayName("every wrong order, size and form of an upload's messages is refused")
  void refusesMalformedUploads() throws Exception {
    byte[] document = Documents.form();
    byte[] hash = Uploading.sha256(document);
    long before = rowsOf(DemoWorld.SEDE_A);

    assertMalformed("header", () -> sede.uploading().complete());
    assertMalformed("header", () -> sede.uploading().chunk(document).await());
    assertMalformed("header", () -> sede.uploading().header(document).header(document).await());
    assertMalformed(
        "part", () -> sede.uploading().send(UploadDocumentRequest.getDefaultInstance()).await());
    assertMalformed("header.size", () -> sede.uploading().header(0, hash).await());
    assertMalformed("header.size", () -> sede.uploading().header(-1, hash).await());
    assertMalformed("header.size", () -> sede.uploading().header(10_485_761, hash).await());
    assertMalformed("header.size", () -> sede.uploading().header(1L << 40, hash).await());
    assertMalformed("header.sha256", () -> sede.uploading().header(1, new byte[31]).await());
    assertMalformed("header.sha256", () -> sede.uploading().header(1, new byte[0]).await());
    assertMalformed("chunk", () -> sede.uploading().header(document).chunk(new byte[0]).await());
    assertMalformed(
        "chunk",
        () -> sede.uploading().header(2 << 20, hash).chunk(new byte[(1 << 20) + 1]).await());

    assertThat(rowsOf(DemoWorld.SEDE_A)).isEqualTo(before);
  }

  @Test
  @DisplayName("a document comes by one way: within the call, or from an upload")
  void refusesDocumentsOfBothWaysOrNone() {
    String upload = sede.upload(Documents.form());
    CreateSignatureRequestRequest.Builder both = Sede.wishFor(upload);
    both.getDocumentsBuilder(0).setContent(ByteString.copyFrom(Documents.form()));
    assertMalformed("documents[0].content", () -> sede.ask(both));

    CreateSignatureRequestRequest.Builder none = Sede.wishFor(upload);
    none.getDocumentsBuilder(0).clearUploadId();
    assertMalformed("documents[0].content", () -> sede.ask(none));

    assertMalformed("documents[0].upload_id", () -> sede.ask(Sede.wishFor("no uuid")));
    assertMalformed("documents[0].upload_id", () -> sede.ask(Sede.wishFor("1".repeat(100_000))));
  }

  @Test
  @DisplayName("documents have 32 MiB together at most, however often one of them is named")
  void boundsWhatOneRequestHolds() {
    String upload = sede.upload(LargeDocument.of(9_000_000, 2));
    assertMalformed("documents", () -> sede.ask(Sede.wishFor(upload, upload, upload, upload)));
    assertThat(sede.ask(Sede.wishFor(upload, upload, upload)).getDocumentCount()).isEqualTo(3);
  }

  @Test
  @DisplayName("a stream that stops is ended, keeps nothing, and gives its place back")
  void endsAStreamThatNeverEnds() throws Exception {
    Sede slow = world.sede(DemoWorld.SEDE_WITH_ONE_REQUEST);
    long before = rowsOf(DemoWorld.SEDE_WITH_ONE_REQUEST);
    byte[] document = Documents.form();
    List<Uploading> stopped =
        List.of(
            slow.uploading(),
            slow.uploading().header(document),
            slow.uploading().header(document).chunk(Arrays.copyOf(document, 100)),
            slow.uploading().header(document));

    // Three places for four, and whichever comes last to the server finds none.
    List<Refused> ends = stopped.stream().map(one -> Refused.by(one::await)).toList();
    assertThat(ends)
        .extracting(Refused::reason)
        .containsExactlyInAnyOrder(
            "QUOTA_EXCEEDED", "STREAM_TOO_SLOW", "STREAM_TOO_SLOW", "STREAM_TOO_SLOW");
    assertThat(ends)
        .filteredOn(end -> end.reason().equals("QUOTA_EXCEEDED"))
        .singleElement()
        .satisfies(end -> assertThat(end.text()).contains("RetryInfo"));

    assertThat(rowsOf(DemoWorld.SEDE_WITH_ONE_REQUEST)).isEqualTo(before);
    assertThat(slow.upload(document)).hasSize(36);
  }

  @Test
  @DisplayName("who goes away in the middle leaves nothing, and gives the place back")
  void forgetsWhoWentAway() throws Exception {
    Sede going = world.sede(DemoWorld.SEDE_WITH_TWO_CALLS);
    long before = rowsOf(DemoWorld.SEDE_WITH_TWO_CALLS);
    byte[] document = Documents.form();
    for (int i = 0; i < 3; i++) {
      going.uploading().header(document).chunk(Arrays.copyOf(document, 100)).goAway();
    }

    // Three have a place; the fourth gets one when the server has seen that they went.
    assertThat(Eventually.is(() -> answers(() -> going.upload(document)))).isTrue();

    assertThat(rowsOf(DemoWorld.SEDE_WITH_TWO_CALLS)).isEqualTo(before + 1);
  }

  @Test
  @DisplayName("a sede keeps no more than its quota, in documents and in bytes")
  void boundsWhatASedeKeeps() {
    Sede other = world.sede(DemoWorld.SEDE_B);
    byte[] large = new byte[10 * 1024 * 1024];
    List<String> kept = new ArrayList<>();
    Refused refused = null;
    while (refused == null && kept.size() < 4) {
      try {
        kept.add(other.upload(large));
      } catch (StatusRuntimeException e) {
        refused = Refused.of(e);
      }
    }
    assertThat(refused).isNotNull();
    assertThat(refused.reason()).isEqualTo("QUOTA_EXCEEDED");
    assertThat(refused.text()).contains("RetryInfo");
    assertThat(kept).hasSizeBetween(2, 3);
    // Before anything is sent.
    assertThat(Refused.by(() -> other.uploading().header(large).await()).reason())
        .isEqualTo("QUOTA_EXCEEDED");
  }

  private void assertMalformed(String field, Callable<?> call) {
    Refused refused = Refused.by(call);
    assertThat(refused.reason()).isEqualTo(MALFORMED);
    assertThat(refused.text()).contains(field);
  }

  private static boolean answers(Callable<?> call) throws Exception {
    try {
      return call.call() != null;
    } catch (StatusRuntimeException e) {
      assertThat(Refused.of(e).reason()).isEqualTo("QUOTA_EXCEEDED");
      return false;
    }
  }

  private long rows(String upload) throws Exception {
    return world.count("select count(*) from uploaded_document where id = '" + upload + "'");
  }

  private long rowsOf(String caller) throws Exception {
    return world.count("select count(*) from uploaded_document where caller = '" + caller + "'");
  }
}
