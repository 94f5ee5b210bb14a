package eus.bakq.demo;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * The real server as a program: the JVM's command line, with the class path of this test. Folders
 * of classes are packed into jars first, because only what is in jars can be kept in a cache of
 * loaded classes: with the cache a start costs a fraction. Jars and cache stay in {@code target},
 * under the hash of what is in them.
 */
final class ServerProgram {
  private static final Path HOME = Path.of("target/server-program").toAbsolutePath();

  /** Changes when what is made of the same classes does. */
  private static final byte FORM = 1;

  private static final String CACHE_OUTPUT = "-XX:AOTCacheOutput=";

  private final String classPath;
  private final Path cache;
  private final Set<Process> running = ConcurrentHashMap.newKeySet();

  private ServerProgram(String classPath, Path cache) {
    this.classPath = classPath;
    this.cache = cache;
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> running.forEach(Process::destroyForcibly), "servers-kill"));
  }

  /** Starts what ends with this JVM. */
  private Process start(ProcessBuilder builder) throws IOException {
    Process process = builder.start();
    running.add(process);
    var _ = process.onExit().thenAccept(running::remove);
    return process;
  }

  /** The one of this JVM. */
  static ServerProgram shared() {
    return Shared.INSTANCE;
  }

  /**
   * Makes the cache if there is none: of what a server loads that {@code training} starts with the
   * flags that it is given, and ends. The JVMs of a run wait for each other here.
   */
  synchronized void train(Training training) throws Exception {
    if (Files.exists(cache)) {
      return;
    }
    try (FileChannel file =
            FileChannel.open(
                HOME.resolve("training"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = file.lock()) {
      if (!lock.isValid() || Files.exists(cache)) {
        return;
      }
      Path half = HOME.resolve("half.aot"); // of a training that did not come to its end, perhaps
      training.run(List.of(CACHE_OUTPUT + half));
      Files.move(half, cache, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  static boolean makesCache(String flag) {
    return flag.startsWith(CACHE_OUTPUT);
  }

  /** Starts a server and ends it. */
  @FunctionalInterface
  interface Training {
    void run(List<String> flags) throws Exception;
  }

  /** Starts the server on {@code configuration}, with the cache if there is one. */
  Process start(List<String> flags, Map<String, String> environment, Path configuration, Path log)
      throws IOException {
    List<String> all = new ArrayList<>();
    if (Files.exists(cache)) {
      all.add("-XX:AOTCache=" + cache);
    }
    all.add("-Xlog:aot=error");
    all.add("-Xlog:cds=error");
    all.addAll(flags);
    ProcessBuilder builder =
        new ProcessBuilder(command(all, configuration))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    return start(builder);
  }

  private List<String> command(List<String> flags, Path configuration) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.awt.headless=true",
            "-Djdk.xml.maxElementDepth=1000",
            "-Dkeystore.pkcs12.keyPbeIterationCount=1", // as the tests' own, see pom.xml
            "-XX:+ExitOnOutOfMemoryError",
            // One core's worth of work at the start: compiling well never pays in a short life.
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx512m"));
    command.addAll(flags);
    command.addAll(
        List.of(
            "-cp",
            classPath,
            "eus.bakq.server.Main",
            "--profile",
            "demo",
            configuration.toString()));
    return command;
  }

  private static ServerProgram pack() throws IOException {
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      if (Files.isDirectory(path) && path.endsWith("classes")) {
        entries.add(jar(path).toString());
      } else if (Files.isRegularFile(path)) {
        entries.add(path.toAbsolutePath().toString());
      }
    }
    String classPath = String.join(File.pathSeparator, entries);
    MessageDigest all = sha256();
    all.update((classPath + Runtime.version()).getBytes(StandardCharsets.UTF_8));
    return new ServerProgram(classPath, HOME.resolve(hex(all) + ".aot"));
  }

  private static Path jar(Path classes) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(classes)) {
      files = walk.filter(file -> !file.equals(classes)).sorted().toList();
    }
    MessageDigest content = sha256();
    content.update(FORM);
    for (Path file : files) {
      content.update(classes.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
      if (Files.isRegularFile(file)) {
        content.update(Files.readAllBytes(file));
      }
    }
    Path jar = HOME.resolve(hex(content) + ".jar");
    if (!Files.exists(jar)) {
      Path half = Files.createTempFile(Files.createDirectories(HOME), "half", ".jar");
      write(classes, files, half);
      Files.move(half, jar, StandardCopyOption.ATOMIC_MOVE);
    }
    return jar;
  }

  /** Folders have entries too: migrations are found by the one of theirs. */
  private static void write(Path classes, List<Path> files, Path jar) throws IOException {
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream jarOut = new JarOutputStream(out)) {
      for (Path file : files) {
        boolean folder = Files.isDirectory(file);
        JarEntry entry = new JarEntry(classes.relativize(file) + (folder ? "/" : ""));
        entry.setLastModifiedTime(FileTime.fromMillis(0));
        jarOut.putNextEntry(entry);
        if (!folder) {
          jarOut.write(Files.readAllBytes(file));
        }
        jarOut.closeEntry();
      }
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest(), 0, 8);
  }

  private static final class Shared {
    static final ServerProgram INSTANCE = packed();

    private static ServerProgram packed() {
      try {
        return pack();
      } catch (IOException e) {
        throw new UncheckedIOException("the server cannot be packed", e);
      }
    }
  }
}
