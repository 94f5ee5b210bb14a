package eus.bakq.server.wording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** OTP-12. */
class GsmAlphabetTest {
  @Test
  void coversWhatTheStandardsTableHoldsAndNothingElse() {
    assertThat(GsmAlphabet.covers("@host #123456\nEspaña, ¿señor? ÇÑÜñüàèìòùé £$¥§¡ ΔΩ Ææß"))
        .isTrue();
    assertThat(
            "áíóúçÁÍÓÚÀÈ€[]{}\\^~|`\t\u0000😀“–"
                .codePoints()
                .mapToObj(Character::toString)
                .filter(GsmAlphabet::covers))
        .isEmpty();
    long basic =
        java.util.stream.IntStream.range(0, 0x10000)
            .filter(c -> !Character.isSurrogate((char) c))
            .filter(c -> GsmAlphabet.covers(Character.toString(c)))
            .count();
    assertThat(basic).isEqualTo(127); // 128 places less the escape
  }

  @Test
  void countsOneSeptetForEachCharacter() {
    assertThat(GsmAlphabet.septets("")).isZero();
    assertThat(GsmAlphabet.septets("@sede.eus #123456")).isEqualTo(17);
    assertThatThrownBy(() -> GsmAlphabet.septets("código"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
