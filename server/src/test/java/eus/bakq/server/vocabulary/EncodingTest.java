package eus.bakq.server.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EncodingTest {
  private static final String DOMAIN = "bakq/test/v1";

  @Test
  void prefixesEveryPartWithItsLength() {
    assertThat(Encoding.of("d").text("ab").bytes(new byte[] {1}).toBytes().toHex())
        .isEqualTo("00000001" + "64" + "00000002" + "6162" + "00000001" + "01");
  }

  @Test
  void differsWhereTheSameBytesAreCutInAnotherWay() {
    assertThat(Encoding.of(DOMAIN).text("ab").text("c").toBytes())
        .isNotEqualTo(Encoding.of(DOMAIN).text("a").text("bc").toBytes());
  }

  @Test
  void isReadBackPartByPart() {
    UUID id = new UUID(1, 2);
    Instant time = Instant.parse("2026-11-21T10:11:12.123456Z");
    Bytes encoded = Encoding.of(DOMAIN).text("ñ").number(-7).id(id).time(time).toBytes();

    Decoding decoding = Decoding.of(DOMAIN, encoded, 1000);

    assertThat(decoding.text()).isEqualTo("ñ");
    assertThat(decoding.number()).isEqualTo(-7);
    assertThat(decoding.id()).isEqualTo(id);
    assertThat(decoding.time()).isEqualTo(time);
    decoding.end();
  }

  @Test
  void isNotReadAsAnotherDomain() {
    Bytes encoded = Encoding.of(DOMAIN).text("a").toBytes();

    assertThatThrownBy(() -> Decoding.of("bakq/test/v2", encoded, 1000))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void isNotReadWhenCutOffExtendedOrTooLong() {
    byte[] whole = Encoding.of(DOMAIN).number(1).toByteArray();
    Bytes cut = Bytes.copyOf(java.util.Arrays.copyOf(whole, whole.length - 1));
    Bytes extended = Bytes.copyOf(java.util.Arrays.copyOf(whole, whole.length + 1));

    assertThatThrownBy(() -> Decoding.of(DOMAIN, cut, 1000).number())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> {
              Decoding decoding = Decoding.of(DOMAIN, extended, 1000);
              decoding.number();
              decoding.end();
            })
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Decoding.of(DOMAIN, Bytes.copyOf(whole), 4))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
