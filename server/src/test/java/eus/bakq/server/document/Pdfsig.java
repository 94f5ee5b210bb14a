package eus.bakq.server.document;

import eus.bakq.server.vocabulary.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The {@code pdfsig} of poppler-utils: a judge that shares no code with us, DSS or Java. */
final class Pdfsig {
  private Pdfsig() {}

  /** What it says of {@code signed}, line by line. */
  static List<String> judge(Bytes signed) throws IOException, InterruptedException {
    Path file = Files.createTempFile("signed", ".pdf");
    Path said = Files.createTempFile("pdfsig", ".txt");
    try {
      Files.write(file, signed.toByteArray());
      Process process = start(file, said);
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("pdfsig does not end");
      }
      return Files.readString(said, StandardCharsets.UTF_8).lines().map(String::strip).toList();
    } finally {
      Files.delete(file);
      Files.delete(said);
    }
  }

  private static Process start(Path file, Path said) {
    try {
      return new ProcessBuilder("pdfsig", "-nocert", file.toString())
          .redirectErrorStream(true)
          .redirectOutput(said.toFile())
          .start();
    } catch (IOException e) {
      throw new IllegalStateException("pdfsig is missing: install the package poppler-utils", e);
    }
  }
}
