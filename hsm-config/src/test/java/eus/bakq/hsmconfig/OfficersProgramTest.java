package eus.bakq.hsmconfig;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Command;

/** What officers are told when a file that they name is not what they think. */
class OfficersProgramTest {
  private static final String MEND = " Mend that, and run the program again: ";

  /** FILE is what a test is about, FOLDER one with nothing but two officers' secrets. */
  private static final Map<String, String> PROGRAMS =
      Map.of(
          "ceremony",
          "--plan FILE --module m --officer-a FOLDER/a --officer-b FOLDER/b --out FOLDER/out",
          "probe",
          "--plan FILE --profile FOLDER/profile --module m --label l --pin-file FOLDER/pin",
          "compare",
          "--transcript FILE --officers-key FOLDER/key --module m --pins FOLDER",
          "new-pins",
          "--transcript FILE --officer-a FOLDER/a --officer-b FOLDER/b --module m --out FOLDER/out",
          "epoch",
          "end --transcript FILE --officer-a FOLDER/a --officer-b FOLDER/b --epoch wrap-2026-1"
              + " --statement FOLDER/statement --out FOLDER/out",
          "reconcile",
          "--refused FILE --transcript FOLDER/t --officer-a FOLDER/a --officer-b FOLDER/b");

  @TempDir private Path folder;

  @BeforeEach
  void writeSecrets() throws IOException {
    Files.writeString(folder.resolve("a"), "the first officer's secret\n");
    Files.writeString(folder.resolve("b"), "the second officer's secret\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ceremony", "probe", "compare", "new-pins", "epoch", "reconcile"})
  @DisplayName("a file that is not there is one sentence that names it")
  void aMissingFile(String program) {
    Path missing = folder.resolve("missing");

    assertThat(told(program, missing))
        .startsWith("The file " + missing + " cannot be used: it is not there." + MEND)
        .hasLineCount(1);
  }

  @Test
  @DisplayName("so is a folder in its place")
  void aFolder() {
    assertThat(told("compare", folder))
        .startsWith("The file " + folder + " cannot be used: it is a folder." + MEND)
        .hasLineCount(1);
  }

  /** Does nothing but fail. */
  @Command(name = "failing")
  private record Failing(Exception failure) implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
      throw failure;
    }
  }

  @Test
  @DisplayName("what the system says of a file is said, and of which")
  void whatTheSystemSays() {
    assertThat(told(new Failing(new AccessDeniedException("/pins/custody.pin"))))
        .startsWith("The file /pins/custody.pin cannot be used: who runs this program may not");
    assertThat(told(new Failing(new FileAlreadyExistsException("/out"))))
        .startsWith("The file /out cannot be used: it is there already, and is no folder.");
    assertThat(told(new Failing(new FileSystemException("/out", null, "Read-only file system"))))
        .startsWith("The file /out cannot be used: Read-only file system.");
  }

  @Test
  @DisplayName("a disk that fails is a sentence too; a fault of the program shows where it is")
  void whatNamesNoFile() {
    assertThat(told(new Failing(new IOException("No space left on device"))))
        .startsWith("Reading or writing a file failed: No space left on device." + MEND)
        .hasLineCount(1);
    assertThat(told(new Failing(new IllegalStateException("a fault"))))
        .contains("java.lang.IllegalStateException: a fault", "\tat ");
  }

  private String told(String program, Path file) {
    String[] arguments = PROGRAMS.get(program).split(" ", -1);
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] =
          arguments[i].replace("FILE", file.toString()).replace("FOLDER", folder.toString());
    }
    Object command =
        switch (program) {
          case "ceremony" -> new Ceremony();
          case "probe" -> new Probe();
          case "compare" -> new Compare();
          case "new-pins" -> new NewPins();
          case "epoch" -> new Epoch();
          case "reconcile" -> new Reconcile();
          default -> throw new IllegalArgumentException(program);
        };
    return told(command, arguments);
  }

  private static String told(Object command, String... arguments) {
    StringWriter account = new StringWriter();
    assertThat(OfficersProgram.execute(command, new PrintWriter(account), arguments))
        .as(account.toString())
        .isOne();
    return account.toString();
  }
}
