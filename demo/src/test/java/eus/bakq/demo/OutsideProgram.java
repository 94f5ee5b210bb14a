package eus.bakq.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program that is not of this JVM, and what it says. For one thread. */
final class OutsideProgram implements AutoCloseable {
  private static final int LONGEST_SECONDS = 120;

  private final Process process;
  private final BufferedReader out;
  private final Path err;
  private final List<String> lines = new ArrayList<>();

  private OutsideProgram(Process process, Path err) {
    this.process = process;
    this.out = process.inputReader();
    this.err = err;
  }

  static OutsideProgram start(Path folder, Map<String, String> environment, List<String> command)
      throws IOException {
    Path err = Files.createTempFile("program", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectError(err.toFile());
    builder.environment().putAll(environment);
    return new OutsideProgram(builder.start(), err);
  }

  /** Waits for a line that begins with {@code start}; what follows it. */
  String await(String start) throws IOException {
    String line = out.readLine();
    while (line != null) {
      lines.add(line);
      if (line.startsWith(start)) {
        return line.substring(start.length()).strip();
      }
      line = out.readLine();
    }
    throw new AssertionError("ended without '" + start + "': " + lines + "\n" + errors());
  }

  /** Waits for the end; the exit code. */
  int end() throws IOException, InterruptedException {
    out.lines().forEach(lines::add);
    if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("does not end: " + lines);
    }
    return process.exitValue();
  }

  /** All lines that were read. */
  List<String> lines() {
    return lines;
  }

  /** What it wrote for people who look for faults. */
  String errors() throws IOException {
    return Files.readString(err);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
