package eus.bakq.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import eus.bakq.relyingparty.v1.SignatureFormat;
import eus.bakq.server.failure.MalformedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SecretBytes;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FieldsTest {
  private final Fields fields = new Fields();

  @Test
  void convertsWhatIsOfTheRightForm() {
    var id = fields.uuid("id", "0F8FAD5B-d9cb-469f-a165-70867728950e");
    var label = fields.text("label", "Hitzarmena nº 3 – €", 1, 100);
    var mobile = fields.e164("mobile", "+34612345678");
    var hash = fields.bytes("hash", ByteString.copyFrom(new byte[32]), 32, 32);
    var day = fields.date("day", 2028, 2, 29);
    var time = fields.time("time", Timestamp.newBuilder().setSeconds(1).setNanos(2).build());
    var count = fields.number("count", 500, 1, 500);
    var format =
        fields.oneOf(
            "format",
            SignatureFormat.SIGNATURE_FORMAT_PADES,
            Map.of(SignatureFormat.SIGNATURE_FORMAT_PADES, "PAdES"));
    fields.check();
    assertThat(id.value()).isEqualTo(UUID.fromString("0f8fad5b-d9cb-469f-a165-70867728950e"));
    assertThat(label.value()).isEqualTo("Hitzarmena nº 3 – €");
    assertThat(mobile.value()).isEqualTo("+34612345678");
    assertThat(hash.value()).isEqualTo(Bytes.copyOf(new byte[32]));
    assertThat(day.value()).isEqualTo(LocalDate.of(2028, 2, 29));
    assertThat(time.value()).isEqualTo(Instant.ofEpochSecond(1, 2));
    assertThat(count.value()).isEqualTo(500);
    assertThat(format.value()).isEqualTo("PAdES");
  }

  @Test
  void namesEverythingThatIsWrongAtOnceAndNeverTheValue() {
    fields.uuid("id", "secret-1");
    fields.text("label", "secret-2\u202e", 1, 100);
    fields.e164("mobile", "secret-3");
    MalformedException malformed =
        catchThrowableOfType(MalformedException.class, () -> fields.check());
    assertThat(malformed.violations())
        .extracting(violation -> violation.field())
        .containsExactly("id", "label", "mobile");
    assertThat(malformed.violations().toString()).doesNotContain("secret");
  }

  @Test
  void givesNoValueOfAFieldAtFaultEvenIfNobodyChecked() {
    var id = fields.uuid("id", "1-1-1-1-1");
    assertThatThrownBy(id::value).isInstanceOf(MalformedException.class);
  }

  /** API-14, with the overrides that make one text read as another. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "   ",
        "\u00a0",
        "a\u0000",
        "a\nb",
        "a\u007f",
        "gnp\u202eexe",
        "a\u2066b\u2069",
        "a\u200fb",
        "a\u061cb",
        "a\u200bb",
        "\ufeffa",
        "a\u2028b",
        "a\u2029b",
        "a\ue000",
        "a\ud800",
        "\udbff\udfff"
      })
  void refusesTextThatIsNotWhatItSeems(String text) {
    fields.text("label", text, 1, 100);
    assertThatThrownBy(fields::check).isInstanceOf(MalformedException.class);
  }

  @Test
  void countsCharactersAndNotUnits() {
    fields.text("label", "\ud83d\udd11".repeat(100), 1, 100);
    fields.check();
    fields.text("label", "a".repeat(101), 1, 100);
    assertThatThrownBy(fields::check).isInstanceOf(MalformedException.class);
  }

  @Test
  void tellsWhatWasNotSentFromWhatIsWrong() {
    var absent = fields.optionalText("label", "", 10);
    var unparsed = fields.optionalParsed("number", "", Integer::valueOf, "is a number");
    fields.check();
    assertThat(absent.value()).isEmpty();
    assertThat(unparsed.value()).isEmpty();
    fields.optionalParsed("number", "x", Integer::valueOf, "is a number");
    assertThatThrownBy(fields::check).hasMessageContaining("is a number");
  }

  @Test
  void refusesWhatAnOldServerDoesNotKnow() {
    fields.oneOf("format", SignatureFormat.UNRECOGNIZED, Map.of());
    assertThatThrownBy(fields::check).isInstanceOf(MalformedException.class);
  }

  @Test
  void refusesDaysAndTimesThatDoNotExist() {
    fields.date("day", 2027, 2, 29);
    fields.date("day", 0, 0, 0);
    fields.date("day", 2201, 1, 1);
    fields.time("time", Timestamp.newBuilder().setSeconds(Long.MAX_VALUE).build());
    fields.time("time", Timestamp.newBuilder().setNanos(-1).build());
    fields.time("time", Timestamp.newBuilder().setNanos(1_000_000_000).build());
    MalformedException malformed =
        catchThrowableOfType(MalformedException.class, () -> fields.check());
    assertThat(malformed.violations()).hasSize(6);
  }

  @Test
  void boundsNumbersBytesAndSecrets() {
    fields.number("n", 0, 1, 5);
    fields.number("n", 6L, 1, 5);
    fields.bytes("b", ByteString.copyFrom(new byte[33]), 32, 32);
    fields.secret("s", ByteString.EMPTY, 1, 8);
    MalformedException malformed =
        catchThrowableOfType(MalformedException.class, () -> fields.check());
    assertThat(malformed.violations()).hasSize(4);
    try (SecretBytes secret =
        new Fields().secret("s", ByteString.copyFromUtf8("12345678"), 1, 8).value()) {
      assertThat(secret.size()).isEqualTo(8);
    }
  }
}
