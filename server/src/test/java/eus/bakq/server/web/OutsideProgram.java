package eus.bakq.server.web;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program of somebody else as a judge.
 *
 * @param said both outputs, in one
 */
record OutsideProgram(int exitCode, String said) {
  /** Runs it in {@code folder}, for a minute at most. */
  static OutsideProgram run(Path folder, String... words) throws IOException, InterruptedException {
    Path said = Files.createTempFile(folder, "said", ".txt");
    Process process;
    try {
      process =
          new ProcessBuilder(List.of(words))
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(said.toFile())
              .start();
    } catch (IOException e) {
      throw new IllegalStateException(
          words[0] + " is missing: install the packages openssl and gnutls-bin", e);
    }
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException(words[0] + " does not end");
    }
    return new OutsideProgram(process.exitValue(), Files.readString(said, StandardCharsets.UTF_8));
  }
}
