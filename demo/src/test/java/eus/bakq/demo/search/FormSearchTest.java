package eus.bakq.demo.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What looks for secrets finds them, wherever they stand and however they are written. */
class FormSearchTest {
  private static final String PASSWORD = "euria barik, eguzkia bai";
  private static final int ACROSS = 1 << 16;

  @Test
  void findsEveryFormOfEverySecretOnceEach() throws IOException {
    List<Form> forms = forms();
    byte[] planted = SecretForms.planted(forms, (byte) '\n');

    List<Found> found = search(forms, planted);

    Set<Form> seen = new HashSet<>();
    for (Found one : found) {
      seen.add(one.form());
      assertThat(one.form().bytes().toByteArray())
          .as(one.toString())
          .isEqualTo(java.util.Arrays.copyOfRange(planted, (int) one.begin(), (int) one.end()));
    }
    assertThat(seen).containsExactlyInAnyOrderElementsOf(forms).hasSizeGreaterThan(200);
  }

  /** As programs that are not ours write them. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void findsASecretWithinSomethingLongerThatWasEncoded(int ahead) throws IOException {
    byte[] before = new byte[ahead];
    new Random(ahead).nextBytes(before);
    byte[] whole =
        (new String(before, StandardCharsets.ISO_8859_1) + PASSWORD + "!")
            .getBytes(StandardCharsets.ISO_8859_1);

    for (String written :
        List.of(
            Base64.getEncoder().encodeToString(whole),
            Base64.getUrlEncoder().encodeToString(whole),
            HexFormat.of().formatHex(whole),
            HexFormat.of().withUpperCase().formatHex(whole))) {
      assertThat(search(forms(), written.getBytes(StandardCharsets.US_ASCII)))
          .as(written)
          .anyMatch(found -> found.secret().equals("password"));
    }
  }

  @Test
  void findsWhatLiesAcrossTwoReads() throws IOException {
    byte[] secret = PASSWORD.getBytes(StandardCharsets.UTF_8);
    for (int shift = -secret.length; shift <= 600; shift++) {
      byte[] text = new byte[2 * ACROSS];
      System.arraycopy(secret, 0, text, ACROSS + shift, secret.length);

      assertThat(search(forms(), text))
          .extracting(Found::begin)
          .containsExactly((long) ACROSS + shift);
    }
  }

  @Test
  void findsNothingWhereNothingIs() throws IOException {
    byte[] noise = new byte[1 << 20];
    new Random(20260).nextBytes(noise);

    assertThat(search(forms(), noise)).isEmpty();
    assertThat(search(forms(), PASSWORD.substring(1).getBytes(StandardCharsets.UTF_8))).isEmpty();
    assertThat(search(forms(), new byte[0])).isEmpty();
  }

  @Test
  void refusesWhatWouldBeFoundByChance() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SecretForms().text("code of six digits", "123456"))
        .withMessageNotContaining("123456");
  }

  private static List<Form> forms() {
    SecretForms forms = new SecretForms();
    forms.text("password", PASSWORD);
    forms.text("code", "98765432");
    forms.text("not in ASCII", "ñandú sin más");
    forms.bytes("ticket", HexFormat.of().parseHex("00ff10fe20fb30fa40fd50fc60ef70df"));
    return forms.forms();
  }

  private static List<Found> search(List<Form> forms, byte[] text) throws IOException {
    return new FormSearch(forms).in("text", new ByteArrayInputStream(text));
  }
}
