package eus.bakq.server.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** ENR-01. */
final class DniTest {

  @Test
  void acceptsTheVectorsOfTheCatalogue() {
    for (String vector :
        List.of(
            "12345678Z",
            "00000000T",
            "00000001R",
            "99999999R",
            "X0000000T",
            "X1234567L",
            "Y1234567X",
            "Z1234567R")) {
      assertThat(Dni.parse(vector).value()).isEqualTo(vector);
    }
  }

  @Test
  void putsCaseBlanksAndHyphensRight() {
    assertThat(Dni.parse(" 12.345.678z".replace('.', ' ')).value()).isEqualTo("12345678Z");
    assertThat(Dni.parse("x-1234567-l").value()).isEqualTo("X1234567L");
    assertThat(Dni.parse("12345678\u00A0\u2013 Z").value()).isEqualTo("12345678Z");
  }

  @Test
  void refusesWhatIsNone() {
    for (String none :
        List.of(
            "12345678A",
            "I1234567L",
            "1234567L",
            "",
            "12345678",
            "123456789Z",
            "12345678ZZ",
            "W1234567L",
            "\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668Z",
            "12345678Z\n",
            "12345678\u017F",
            "x".repeat(33))) {
      assertThatThrownBy(() -> Dni.parse(none)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void saysWhatIsAcceptedAndNeverTheValue() {
    assertThatThrownBy(() -> Dni.parse("87654321A"))
        .hasMessageContaining("8 digits and its letter")
        .hasMessageNotContaining("87654321");
  }

  @Test
  void masksWhatIsPrinted() {
    assertThat(Dni.parse("12345678Z")).hasToString("***4567**");
    assertThat(Dni.parse("X1234567L")).hasToString("****4567*");
  }

  @Property
  boolean hasExactlyOneRightLetter(@ForAll @IntRange(min = 0, max = 99_999_999) int number) {
    String digits = "%08d".formatted(number);
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
            .chars()
            .filter(letter -> accepts(digits + (char) letter))
            .count()
        == 1;
  }

  @Property
  boolean noticesEveryWrongDigitAndEveryTransposition(
      @ForAll("numbers") Dni dni, @ForAll @IntRange(max = 7) int place) {
    int first = dni.isNie() ? 1 : 0;
    int at = Math.max(first, place);
    boolean digitsNoticed = true;
    for (char other = '0'; other <= '9'; other++) {
      if (other != dni.value().charAt(at)) {
        StringBuilder wrong = new StringBuilder(dni.value());
        wrong.setCharAt(at, other);
        digitsNoticed &= !accepts(wrong.toString());
      }
    }
    return digitsNoticed && (at == 7 || swapIsNoticed(dni, at));
  }

  @Property
  boolean readsBackWhatItWrites(@ForAll("numbers") Dni dni) {
    return Dni.parse(dni.value()).equals(dni)
        && Dni.parse(dni.value().toLowerCase(Locale.ROOT)).equals(dni)
        && !dni.toString().contains(dni.digits());
  }

  @Property
  boolean endsInAValueOrARefusalWhateverIsWritten(@ForAll String written) {
    try {
      return Dni.parse(written).value().length() == 9;
    } catch (IllegalArgumentException e) {
      return !e.getMessage().isEmpty();
    }
  }

  @Provide
  Arbitrary<Dni> numbers() {
    return Combinators.combine(
            Arbitraries.of("", "X", "Y", "Z"), Arbitraries.integers().between(0, 99_999_999))
        .as(
            (letter, number) -> {
              String start =
                  letter.isEmpty()
                      ? "%08d".formatted(number)
                      : letter + "%07d".formatted(number % 10_000_000);
              return "TRWAGMYFPDXBNJZSQVHLCKE"
                  .chars()
                  .mapToObj(check -> start + (char) check)
                  .filter(DniTest::accepts)
                  .map(Dni::parse)
                  .findFirst()
                  .orElseThrow();
            });
  }

  private static boolean swapIsNoticed(Dni dni, int at) {
    StringBuilder swapped = new StringBuilder(dni.value());
    swapped.setCharAt(at, dni.value().charAt(at + 1));
    swapped.setCharAt(at + 1, dni.value().charAt(at));
    return swapped.toString().equals(dni.value()) || !accepts(swapped.toString());
  }

  private static boolean accepts(String written) {
    try {
      Dni.parse(written);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
