package eus.bakq.demo;

import eus.bakq.fixtures.SoftHsm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The real server, as a process of its own. Everything it writes goes to the end of its log. It
 * dies with this JVM, unless that is killed. Safe for several threads.
 */
final class ServerProcess implements AutoCloseable {
  private static final String READY = "The server is ready.";
  private static final long LONGEST_MINUTES = 3;
  private static final long LOOK_AGAIN_MILLIS = 20;

  private final Process process;
  private final Path log;
  private final long logBefore;

  /**
   * How a process is started.
   *
   * @param flags of the JVM, after the usual ones
   * @param environment beside this JVM's own
   */
  record Launch(List<String> flags, Map<String, String> environment) {
    static Launch usual() {
      return new Launch(List.of(), Map.of());
    }

    static Launch with(List<String> flags) {
      return new Launch(flags, Map.of());
    }
  }

  private ServerProcess(Process process, Path log, long logBefore) {
    this.process = process;
    this.log = log;
    this.logBefore = logBefore;
  }

  /**
   * Begins to start a server on {@code configuration}; {@link #awaitReady} waits for it. What it
   * would leave in a folder for temporary files is beside its configuration, in {@code tmp}.
   */
  static ServerProcess start(Path configuration, Path log, Launch launch)
      throws IOException, InterruptedException {
    Map<String, String> environment = new HashMap<>(launch.environment());
    environment.putIfAbsent("SOFTHSM2_CONF", SoftHsm.shared().configurationFile().toString());
    long before = Files.exists(log) ? Files.size(log) : 0;
    List<String> flags = new ArrayList<>();
    flags.add("-Djava.io.tmpdir=" + Files.createDirectories(configuration.resolveSibling("tmp")));
    flags.addAll(launch.flags());
    return of(ServerProgram.shared().start(flags, environment, configuration, log), log, before);
  }

  /**
   * A process that was started.
   *
   * @param logBefore how many bytes of {@code log} are of earlier ones
   */
  static ServerProcess of(Process process, Path log, long logBefore) {
    return new ServerProcess(process, log, logBefore);
  }

  /**
   * Waits until its doors are open; fails if it ends instead, and says what it wrote.
   *
   * @return this
   */
  ServerProcess awaitReady() throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(LONGEST_MINUTES);
    while (!said().contains(READY)) {
      if (!process.isAlive() || System.nanoTime() - end > 0) {
        throw new AssertionError("the server does not start: " + said());
      }
      Thread.sleep(LOOK_AGAIN_MILLIS);
    }
    return this;
  }

  /** What this process wrote, so far. */
  String said() {
    try {
      byte[] all = Files.readAllBytes(log);
      int from = (int) Math.min(logBefore, all.length);
      return new String(all, from, all.length - from, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("the server's log cannot be read", e);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  /** What this and earlier processes of the same log wrote. */
  Path log() {
    return log;
  }

  /** SIGKILL. Returns when the process has ended. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    var _ = exitCode();
  }

  /** SIGTERM; waits for nothing. */
  void terminate() {
    process.destroy();
  }

  /** Waits for the end. */
  int exitCode() throws InterruptedException {
    if (!process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
      throw new AssertionError("the server does not end: " + said());
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
