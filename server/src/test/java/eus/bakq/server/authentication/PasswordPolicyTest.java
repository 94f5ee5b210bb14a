package eus.bakq.server.authentication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.failure.FieldViolation;
import eus.bakq.server.vocabulary.Dni;
import eus.bakq.server.vocabulary.EmailAddress;
import eus.bakq.server.vocabulary.MobileNumber;
import eus.bakq.server.vocabulary.PersonName;
import eus.bakq.server.vocabulary.SecretBytes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** AUT-02, AUT-03, AUT-04. */
final class PasswordPolicyTest {
  private static final PasswordPolicy POLICY = PasswordPolicy.open(PasswordPolicySettings.STANDARD);
  private static final PersonalWords PERSON =
      new PersonalWords(
          Dni.parse("12345678Z"),
          new PersonName("Ane Miren", "Goikoetxea Ruiz"),
          LocalDate.parse("1987-03-09"),
          new MobileNumber("+34611222987"),
          new EmailAddress("anemi.zubiri@adibidea.eus"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tximeleta urdin bat leihoan",
        "v7#kQz2p",
        "xq zt vw",
        "gurdia-zerua-9-mahai",
        "ñandú éxtasis øl 東京",
        "correcaballo-grapa-pila"
      })
  void acceptsWhatIsHardToGuess(String password) {
    assertThat(check(POLICY, password)).isEmpty();
  }

  @Test
  void countsCodePointsAfterNormalisation() {
    assertThat(reasonsOf("v7#kQz2")).contains("8 to 128 characters");
    assertThat(check(POLICY, "v7#kQz2p")).isEmpty();
    assertThat(check(POLICY, "v7#kQz2\uD83D\uDC1F")).isEmpty();
    assertThat(reasonsOf("v7#kQz\uD83D\uDC1F")).contains("8 to 128 characters");
    assertThat(reasonsOf("v7#kQzn\u0303")).contains("8 to 128 characters");
    assertThat(check(POLICY, "v7#kQz2p".repeat(3) + "x".repeat(0) + " eta beste zerbait luzea 99"))
        .isEmpty();
    String longest = "zuri gorri %d ".repeat(12).formatted(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    assertThat(check(POLICY, (longest + longest).substring(0, 128))).isEmpty();
    assertThat(reasonsOf((longest + longest).substring(0, 129))).contains("8 to 128 characters");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "password",
        "Password1",
        "P4$$w0rd",
        "contraseña",
        "CONTRASENA99",
        "qwertyui",
        "1q2w3e4r",
        "asdf1234",
        "abcdefgh",
        "87654321",
        "20251231",
        "09-03-1991",
        "83920174",
        "aaaaaaaa",
        "aaaabbbb",
        "abcabcabc",
        "bilbao123",
        "bilbao2024!",
        "bilbaobilbao",
        "drowssap",
        "athletic1898",
        "iloveyou2",
        "!!bilbao!!",
        "maite123456",
        "maite31121999",
        "gipuzkoa77",
        "p@ssw0rd!",
        "tequiero",
        "realsociedad",
        "ñlkjhgfd",
        "zaq12wsx",
        "1234567890",
        "qwertyuiop123",
        "donostia#1"
      })
  void refusesWhatIsGuessedFirst(String password) {
    assertThat(reasonsOf(password)).contains("guessed first");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kz12345678qv", "kz12345678Zqv", "xv09031987qt", "xv870309qtw", "kq611222987z",
        "222987-kqxz!", "xz-Goikoetxea-q7", "qz G0ik0etxea x7", "RuizRuizKq7#", "ane19%472",
        "zubiri-kqx-71", "kq-BakQ-7xw2", "qz1zenpe7xw2", "12.34.56.78-kqxz"
      })
  void refusesWhatTheNeighbourKnows(String password) {
    assertThat(reasonsOf(password)).contains("name of this service");
  }

  @Test
  void leavesAShortNameInsideAnotherWordAlone() {
    assertThat(check(POLICY, "lanean 7 zxq vw")).isEmpty();
  }

  @Test
  void refusesWhatCannotBeSeenOrIsNoText() {
    assertThat(reasonsOf("v7#kQz2p\u0007")).contains("control");
    assertThat(reasonsOf("v7#kQz2p\u202E")).contains("invisible");
    assertThat(reasonsOf("v7#kQz2p\u0378")).contains("unassigned");
    try (SecretBytes noText = SecretBytes.takeOver(new byte[] {(byte) 0xC3, 0x28, 1, 2, 3, 4, 5})) {
      assertThat(POLICY.check("new_password", noText, PERSON))
          .singleElement()
          .satisfies(violation -> assertThat(violation.description()).contains("UTF-8"));
    }
  }

  @Test
  void namesTheFieldAndNeverRepeatsThePassword() {
    assertThat(check(POLICY, "bilbao123"))
        .singleElement()
        .satisfies(
            violation -> {
              assertThat(violation.field()).isEqualTo("new_password");
              assertThat(violation.description()).doesNotContain("bilbao");
            });
  }

  @Test
  void asksForNoCompositionUnlessThePolicyDoes() {
    PasswordPolicy strict =
        PasswordPolicy.open(new PasswordPolicySettings(12, 64, 3, Optional.empty()));
    assertThat(check(POLICY, "kqzx vwtp jhgm")).isEmpty();
    assertThat(check(strict, "kqzx vwtp jhgm"))
        .singleElement()
        .satisfies(violation -> assertThat(violation.description()).contains("at least 3"));
    assertThat(check(strict, "kqzX vwtp jhgm")).isEmpty();
    assertThat(check(strict, "v7#kQz2p")).isNotEmpty();
  }

  @Test
  void asksForNoChangeAfterATimeUnlessThePolicyDoes() {
    PasswordPolicy yearly =
        PasswordPolicy.open(new PasswordPolicySettings(8, 128, 1, Optional.of(Period.ofYears(1))));
    Instant set = Instant.parse("2024-03-01T00:00:00Z");
    assertThat(yearly.isTooOld(set, Instant.parse("2025-03-01T00:00:00Z"))).isFalse();
    assertThat(yearly.isTooOld(set, Instant.parse("2025-03-01T00:00:01Z"))).isTrue();
    assertThat(POLICY.isTooOld(set, Instant.parse("2099-03-01T00:00:00Z"))).isFalse();
  }

  @Test
  void cannotBeConfiguredAwayFromItsBounds() {
    assertThatThrownBy(() -> new PasswordPolicySettings(7, 128, 1, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PasswordPolicySettings(8, 63, 1, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PasswordPolicySettings(8, 128, 5, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PasswordPolicySettings(8, 128, 1, Optional.of(Period.ofDays(3))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static String reasonsOf(String password) {
    return String.join(
        "\n", check(POLICY, password).stream().map(FieldViolation::description).toList());
  }

  private static List<FieldViolation> check(PasswordPolicy policy, String password) {
    try (SecretBytes secret = SecretBytes.takeOver(password.getBytes(StandardCharsets.UTF_8))) {
      return policy.check("new_password", secret, PERSON);
    }
  }
}
