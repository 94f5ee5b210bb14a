package eus.bakq.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/**
 * Looks through what a production server is made of: the server's classes and all that Maven puts
 * into {@code target/lib}. The build writes down which files those are (server/pom.xml), because
 * the class path of a test has more.
 */
class DistributionTest {
  private static final Path CLASSES = Path.of("target/classes");
  private static final Path LIBRARIES = Path.of("target/production-class-path.txt");

  /** docs/sole-control.md section 7: what is not there cannot be switched on. */
  @Test
  void holdsNothingOfTheDemoTheCeremonyAndTheWorldOfTests() throws IOException {
    assertThat(contents())
        .noneMatch(
            name ->
                name.startsWith("eus/bakq/demo/")
                    // The words of the demo's contract are in one jar with all others; what acts
                    // on them is not.
                    && !name.startsWith("eus/bakq/demo/v1/"))
        .noneMatch(name -> name.startsWith("eus/bakq/fixtures/"))
        .noneMatch(name -> name.startsWith("eus/bakq/hsmconfig/"));
  }

  /** Until there is a transport for production, there is no extension at all. */
  @Test
  void holdsNoExtensionOfAProfile() throws IOException {
    assertThat(contents())
        .doesNotContain("META-INF/services/eus.bakq.server.config.ProfileExtension");
  }

  @Test
  void holdsNoLibraryOfTests() throws IOException {
    assertThat(contents())
        .noneMatch(
            name ->
                Stream.of(
                        "org/junit/",
                        "org/opentest4j/",
                        "org/assertj/",
                        "net/jqwik/",
                        "com/tngtech/archunit/",
                        "io/grpc/inprocess/",
                        "io/grpc/testing/",
                        "io/zonky/",
                        "com/google/common/testing/")
                    .anyMatch(name::startsWith));
  }

  /** And it is looked through as a whole: otherwise the rules above hold nothing. */
  @Test
  void holdsTheServerTheBindingTheContractAndTheirLibraries() throws IOException {
    assertThat(contents())
        .contains(
            "eus/bakq/server/Main.class",
            "eus/bakq/pkcs11/Pkcs11Module.class",
            "eus/bakq/contract/v1/Reason.class",
            "org/postgresql/Driver.class",
            "eu/europa/esig/dss/pades/signature/PAdESService.class",
            "ch/qos/logback/classic/LoggerContext.class");
  }

  /** Names of files, of every part. */
  private static List<String> contents() throws IOException {
    List<String> names = new ArrayList<>(contents(CLASSES));
    for (String part : Files.readString(LIBRARIES).strip().split(File.pathSeparator, -1)) {
      names.addAll(contents(Path.of(part)));
    }
    return names;
  }

  /** Of a jar, or of the folder of a module that this build has not packed yet. */
  private static List<String> contents(Path part) throws IOException {
    if (Files.isDirectory(part)) {
      try (Stream<Path> files = Files.walk(part)) {
        return files
            .filter(Files::isRegularFile)
            .map(file -> part.relativize(file).toString().replace(File.separatorChar, '/'))
            .toList();
      }
    }
    try (ZipFile jar = new ZipFile(part.toFile())) {
      return jar.stream().map(ZipEntry::getName).toList();
    }
  }
}
