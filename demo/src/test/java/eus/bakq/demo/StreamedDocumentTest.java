package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.BadDocuments;
import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.LargeDocument;
import eus.bakq.relyingparty.v1.SignatureRequest;
import io.grpc.StatusRuntimeException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Signed documents that a sede reads in pieces. */
@ExtendWith(InDemoWorld.class)
class StreamedDocumentTest {
  private final DemoWorld world;
  private final Sede sede;

  StreamedDocumentTest(DemoWorld world) {
    this.world = world;
    this.sede = world.sede(DemoWorld.SEDE_A);
  }

  @Test
  @DisplayName("each reading is in the record, is the same, and ends with the acknowledgement")
  void givesWhatFetchingGives() {
    SignatureRequest request = sede.ask(Documents.form(), Documents.paper());
    assertThat(Refused.by(() -> sede.stream(request.getId(), 0)).reason())
        .isEqualTo("NOT_COMPLETED");
    world.activeCitizen().sign(request);

    for (int i = 0; i < 2; i++) {
      assertThat(sede.stream(request.getId(), i)).isEqualTo(sede.fetch(request.getId(), i));
    }
    assertThat(world.audit().count(request.getId(), "SIGNED_DOCUMENT_FETCHED")).isEqualTo(4);
    Reading reading = Reading.begin(sede.channel(), request.getId(), 1);
    reading.request(1);
    assertThat(reading.header().getLabel()).isEqualTo("document 2");
    reading.goAway();
    for (int index : new int[] {-1, 2, Integer.MAX_VALUE}) {
      Refused refused = Refused.by(() -> sede.stream(request.getId(), index));
      assertThat(refused.reason()).isEqualTo("FIELD_INVALID");
      assertThat(refused.text()).contains("index");
    }

    sede.acknowledge(request.getId());
    assertThat(Refused.by(() -> sede.stream(request.getId(), 0)).reason())
        .isEqualTo("ALREADY_FETCHED");
  }

  @Test
  @DisplayName("what was cancelled cannot be read")
  void refusesWhatHasEndedOtherwise() {
    SignatureRequest request = sede.ask(BadDocuments.sound());
    sede.cancel(request.getId());
    assertThat(Refused.by(() -> sede.stream(request.getId(), 0)).reason())
        .isEqualTo("NOT_COMPLETED");
  }

  @Test
  @DisplayName("a reader who stops is ended, and gives the place back")
  void endsAReaderWhoStops() throws Exception {
    Sede slow = world.sede(DemoWorld.SEDE_B);
    byte[] large = LargeDocument.of(5 * 1024 * 1024, 3);
    SignatureRequest request = slow.ask(large);
    world.activeCitizen().sign(request);
    List<Reading> stopped =
        List.of(
            Reading.begin(slow.channel(), request.getId(), 0),
            Reading.begin(slow.channel(), request.getId(), 0));
    for (Reading reading : stopped) {
      reading.request(2);
      assertThat(reading.header().getSize()).isGreaterThan(large.length);
    }

    Refused beyond = Refused.by(() -> slow.stream(request.getId(), 0));
    assertThat(beyond.reason()).isEqualTo("QUOTA_EXCEEDED");
    assertThat(beyond.text()).contains("RetryInfo");
    // Other calls go on beside them, on the same connection.
    assertThat(slow.get(request.getId()).getDocumentCount()).isOne();

    // Both places are free again when both have been ended, though they still read nothing.
    assertThat(Eventually.is(() -> hasBothPlaces(slow, request))).isTrue();
    for (Reading reading : stopped) {
      reading.request(Integer.MAX_VALUE);
      assertThat(Refused.by(reading::whole).reason()).isEqualTo("STREAM_TOO_SLOW");
      assertThat(reading.received()).isLessThan(large.length);
    }
  }

  private static boolean hasBothPlaces(Sede sede, SignatureRequest request) {
    List<Reading> both =
        List.of(
            Reading.begin(sede.channel(), request.getId(), 0),
            Reading.begin(sede.channel(), request.getId(), 0));
    try {
      for (Reading reading : both) {
        reading.request(1);
        reading.header();
      }
      return true;
    } catch (StatusRuntimeException e) {
      assertThat(Refused.of(e).reason()).isEqualTo("QUOTA_EXCEEDED");
      return false;
    } finally {
      both.forEach(Reading::goAway);
    }
  }
}
