package eus.bakq.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the programs run and print what they say: no figure is judged here. */
class BenchmarksTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

  @Test
  void printsALineForEachLevelAndForPlainDss(@TempDir Path folder) throws Exception {
    LevelsBenchmark.run(1, folder, out);

    assertThat(printed.toString(StandardCharsets.UTF_8).lines())
        .hasSize(12)
        .anyMatch(line -> line.startsWith("| PADES B_LTA |"))
        .anyMatch(line -> line.startsWith("| XADES_ENVELOPED B_B by plain DSS |"));
  }

  @Test
  void printsTheFirstDocumentsAfterAWarmUp(@TempDir Path folder) throws Exception {
    FirstDocuments.run(true, 2, folder, out);

    assertThat(printed.toString(StandardCharsets.UTF_8).lines())
        .hasSize(5)
        .anyMatch(line -> line.startsWith("warm-up "))
        .anyMatch(line -> line.startsWith("B_LTA document 2: "));
  }
}
