package eus.bakq.server.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ENR-04: who a person is, and by which document. */
final class PersonTest {

  @Test
  void bringsNamesToOneForm() {
    PersonName name = new PersonName("  In\u0303aki ", "Goikoetxea   de la\u00A0Cruz");
    assertThat(name.givenName()).isEqualTo("I\u00F1aki");
    assertThat(name.surname()).isEqualTo("Goikoetxea de la Cruz");
    assertThat(name.full()).isEqualTo("Iñaki Goikoetxea de la Cruz");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Ane",
        "María-José",
        "O’Neill",
        "D'Artagnan",
        "Mª Luz",
        "Gal·la",
        "Ó.",
        "Ольга",
        "李"
      })
  void acceptsThePeopleThereAre(String name) {
    assertThat(new PersonName(name, name).givenName()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "-",
        "4ne",
        "Ane\n",
        "Ane\u202Eane",
        "Ane\u200B",
        "Ane\u0000",
        "<b>Ane</b>",
        "Ane,C=ES",
        "a\uD800"
      })
  void refusesWhatIsNoName(String name) {
    assertThatThrownBy(() -> new PersonName(name, "Etxeberria"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PersonName("Ane", name))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void boundsNames() {
    assertThat(new PersonName("a".repeat(60), "b".repeat(100)).full()).hasSize(161);
    assertThatThrownBy(() -> new PersonName("a".repeat(61), "b")).hasMessageContaining("60");
    assertThatThrownBy(() -> new PersonName("a", "b".repeat(101))).hasMessageContaining("100");
    assertThatThrownBy(() -> new PersonName("a", " ".repeat(100_000)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void showsNeitherNamesNorDocumentsWhenPrinted() {
    assertThat(new PersonName("Ane", "Etxeberria")).hasToString("[name]");
    assertThat(document("12345678Z", "2030-01-31").toString()).doesNotContain("1234", "2030");
  }

  @Test
  void bringsDocumentNumbersToOneForm() {
    assertThat(document("baa 123-456", "2030-01-31").number()).isEqualTo("BAA123456");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "12", "123456789012345678901", "12_34", "Ñ1234", "12\n34"})
  void refusesWhatIsNoDocumentNumber(String number) {
    assertThatThrownBy(() -> document(number, "2030-01-31"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void countsADocumentAsValidOnItsLastDay() {
    IdentityDocument document = document("12345678Z", "2030-01-31");
    assertThat(document.isExpiredOn(LocalDate.parse("2030-01-31"))).isFalse();
    assertThat(document.isExpiredOn(LocalDate.parse("2030-02-01"))).isTrue();
    assertThatThrownBy(() -> document("12345678Z", "2201-01-01"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static IdentityDocument document(String number, String expiry) {
    return new IdentityDocument(IdentityDocumentType.DNI, number, LocalDate.parse(expiry));
  }
}
