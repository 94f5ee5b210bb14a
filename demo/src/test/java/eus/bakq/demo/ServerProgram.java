package eus.bakq.demo;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
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
  private static final String FORM = "1 ";

  private final String classPath;
  private final Path cache;

  private ServerProgram(String classPath, Path cache) {
    this.classPath = classPath;
    this.cache = cache;
  }

  /** The one of this JVM. */
  static ServerProgram shared() {
    return Shared.INSTANCE;
  }

  /** Where the cache of loaded classes is, if it was made. */
  Path cache() {
    return cache;
  }

  /** The command that starts the server on {@code configuration}. */
  List<String> command(List<String> flags, Path configuration) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.awt.headless=true",
            "-Djdk.xml.maxElementDepth=1000",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:+UseSerialGC",
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
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path path = Path.of(entry);
      if (Files.isDirectory(path) && !entry.endsWith("test-classes")) {
        entries.add(jar(path).toString());
      } else if (Files.isRegularFile(path)) {
        entries.add(path.toAbsolutePath().toString());
      }
    }
    String classPath = String.join(File.pathSeparator, entries);
    return new ServerProgram(classPath, HOME.resolve(hash(classPath + Runtime.version()) + ".aot"));
  }

  private static Path jar(Path classes) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(classes)) {
      files = walk.filter(file -> !file.equals(classes)).sorted().toList();
    }
    StringBuilder content = new StringBuilder(FORM).append(classes);
    for (Path file : files) {
      content.append(file);
      if (Files.isRegularFile(file)) {
        content.append(Files.size(file)).append(Files.getLastModifiedTime(file));
      }
    }
    Path jar = HOME.resolve(hash(content.toString()) + ".jar");
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

  private static String hash(String text) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes("UTF-8")), 0, 8);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
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
