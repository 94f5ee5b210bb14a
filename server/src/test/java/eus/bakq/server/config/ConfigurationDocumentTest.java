package eus.bakq.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds docs/configuration.md to the code: a row for each key, with its default. */
class ConfigurationDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/configuration.md");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([^`]+)` \\| ([^|]*) \\|.*$");

  @Test
  void eachKeyHasOneRowWithItsDefault() throws IOException {
    List<MatchResult> rows = ROW.matcher(Files.readString(DOCUMENT)).results().toList();
    Map<String, String> documented = new TreeMap<>();
    for (MatchResult row : rows) {
      assertThat(documented.put(row.group(1), row.group(2)))
          .as("another row of %s", row.group(1))
          .isNull();
    }

    assertThat(documented).containsExactlyEntriesOf(new TreeMap<>(ConfigurationFile.keys()));
  }
}
