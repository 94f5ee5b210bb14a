package eus.bakq.demo;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** What is logged in this JVM from now on. */
final class LogTail {
  /** Each JVM that runs tests has its own. */
  static final Path FILE =
      Path.of("target", "demo-tests-" + System.getProperty("bakq.test.fork", "jvm-1") + ".log");

  private final long from;

  private LogTail(long from) {
    this.from = from;
  }

  static LogTail begin() {
    return new LogTail(FILE.toFile().length());
  }

  /** The first line of each entry of level ERROR. */
  List<String> errors() throws IOException {
    return lines().stream().filter(line -> line.matches("[0-9:.]{12} ERROR .*")).toList();
  }

  List<String> lines() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(FILE.toFile(), "r")) {
      file.seek(from);
      byte[] bytes = new byte[(int) Math.min(file.length() - from, Integer.MAX_VALUE - 8)];
      file.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8).lines().toList();
    }
  }
}
