package eus.bakq.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The {@code pdfsig} of poppler-utils: a judge that shares no code with us, DSS or Java. */
final class Pdfsig {
  private Pdfsig() {}

  /** What it says of {@code signed}. */
  static String judge(byte[] signed) throws IOException, InterruptedException {
    Path file = Files.createTempFile("signed", ".pdf");
    Path said = Files.createTempFile("pdfsig", ".txt");
    try {
      Files.write(file, signed);
      Process process =
          new ProcessBuilder("pdfsig", "-nocert", file.toString())
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("pdfsig does not end");
      }
      return Files.readString(said, StandardCharsets.UTF_8);
    } finally {
      Files.delete(file);
      Files.delete(said);
    }
  }
}
