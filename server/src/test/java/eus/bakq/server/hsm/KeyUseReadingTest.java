package eus.bakq.server.hsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file in which the HSM's monitoring says what was counted. */
class KeyUseReadingTest {
  private static final String GOOD =
      """
      bakq-key-uses 1
      beginning 2026-01-05T09:00:00Z
      taken 2026-11-22T22:00:00.25Z
      verify 123456
      activate 61234
      """;

  @TempDir private Path folder;

  @Test
  void readsWhatIsOfTheForm() throws Exception {
    Path file = Files.writeString(folder.resolve("key-uses"), GOOD);

    assertThat(KeyUseReading.read(file))
        .isEqualTo(
            new KeyUseReading(
                Instant.parse("2026-01-05T09:00:00Z"),
                Instant.parse("2026-11-22T22:00:00.25Z"),
                new KeyUses(123_456, 61_234)));
  }

  @Test
  void refusesWhatIsNot() {
    for (String bad :
        List.of(
            "",
            GOOD + "\n",
            GOOD.strip(),
            GOOD.replace("\n", "\r\n"),
            GOOD.replace("uses 1", "uses 2"),
            GOOD.replace("verify 123456", "verify 0123456"),
            GOOD.replace("verify 123456", "verify +123456"),
            GOOD.replace("verify 123456", "verify 1e5"),
            GOOD.replace("verify 123456", "verify 1234567890123"),
            GOOD.replace("verify 123456\n", ""),
            GOOD.replace("verify", "Verify"),
            GOOD.replace("22:00:00.25Z", "22:00:00"),
            GOOD.replace("11-22T", "11-31T"),
            GOOD.replace("taken 2026-11", "taken 2025-11"))) {
      assertThatThrownBy(() -> KeyUseReading.parse(bad))
          .as(bad)
          .isInstanceOf(UnusableKeyUseFileException.class);
    }
  }

  @Test
  void refusesWhatIsNoFileOrTooLarge() throws Exception {
    assertThatThrownBy(() -> KeyUseReading.read(folder))
        .isInstanceOf(UnusableKeyUseFileException.class)
        .hasMessage("cannot be read");
    Path large = Files.write(folder.resolve("large"), new byte[KeyUseReading.MOST_BYTES + 1]);
    assertThatThrownBy(() -> KeyUseReading.read(large)).hasMessage("has more than 512 bytes");
  }

  /** Nothing that a file may hold ends in anything but a reading or a refusal. */
  @Property(tries = 500)
  void endsInAReadingOrARefusal(@ForAll byte[] rubbish) {
    String text = GOOD + new String(rubbish, StandardCharsets.ISO_8859_1);
    if (rubbish.length > 0) {
      assertThatThrownBy(() -> KeyUseReading.parse(text))
          .isInstanceOf(UnusableKeyUseFileException.class);
    }
  }

  @Property(tries = 200)
  void readsEveryCount(@ForAll @LongRange(min = 0, max = 999_999_999_999L) long count)
      throws Exception {
    assertThat(KeyUseReading.parse(GOOD.replace("123456", Long.toString(count))).uses().verify())
        .isEqualTo(count);
  }
}
