package eus.bakq.server.authentication;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** AUT-03: the block list. */
final class CommonPasswordsTest {
  private static final CommonPasswords COMMON = CommonPasswords.load();

  /** With them a guesser begins. */
  @Test
  void blocksMoreThanAMillionPasswordsOfEightCharactersAndMore() throws IOException {
    long blocked = 0;
    for (String word : words()) {
      for (String ending : List.of("", "1", "12", "99", "123", "2025", "!", "1!", "**", "007")) {
        String password = word + ending;
        if (password.length() >= 8) {
          assertThat(contains(password)).as(password).isTrue();
          blocked++;
        }
      }
    }
    assertThat(blocked).isGreaterThan(1_000_000);
  }

  @Test
  void blocksNoRandomPassword() {
    Random random = new Random(20_261_121);
    int blocked = 0;
    for (int i = 0; i < 20_000; i++) {
      StringBuilder password = new StringBuilder();
      for (int j = 0; j < 10; j++) {
        password.append((char) ('!' + random.nextInt('~' - '!' + 1)));
      }
      blocked += contains(password.toString()) ? 1 : 0;
    }
    assertThat(blocked).isLessThan(20);
  }

  @Test
  void knowsTheWordsOfTheCountry() throws IOException {
    assertThat(words())
        .contains(
            "password",
            "contrasena",
            "gipuzkoa",
            "donostia",
            "aitor",
            "etxeberria",
            "athletic",
            "abendua",
            "euskara",
            "sinadura")
        .hasSizeGreaterThan(190_000);
    assertThat(COMMON.size()).isEqualTo(words().size());
  }

  private static boolean contains(String password) {
    try (FoldedText folded = FoldedText.of(password)) {
      return COMMON.contains(folded);
    }
  }

  private static List<String> words() throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(
                    CommonPasswords.class.getResourceAsStream("common-words.txt.gz")),
                StandardCharsets.UTF_8))) {
      return lines.lines().toList();
    }
  }
}
