package eus.bakq.server;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.server.audit.AuditEventType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/operations.md: every warning and error of the log is explained, and nothing else. */
class OperationsDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/operations.md");
  private static final List<Path> SOURCES =
      List.of(Path.of("src/main/java"), Path.of("../demo/src/main/java"));

  private static final Pattern LOGGED =
      Pattern.compile("\\.at(Error|Warn|Level)\\([^;]*?\\.log\\(\\s*\"([^\"]+)\"\\s*\\)\\s*;");
  private static final Pattern ANY_LOGGED =
      Pattern.compile("\\.at(Error|Warn|Level)\\(|(LOG|logger)\\.(warn|error)\\(");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| (ERROR|WARN|WARN or ERROR) \\| `([^`]+)` \\|");
  private static final Pattern EVENT = Pattern.compile("`([A-Z]+(?:_[A-Z]+)+)`");
  private static final Pattern OPERATORS = Pattern.compile("(?m)^\\| `[A-Z_]+` .*\\| ([^|]+) \\|$");
  private static final Pattern WORD = Pattern.compile("\\b[A-Z]+(?:_[A-Z]+)+\\b");

  @Test
  void explainsEveryWarningAndErrorOfTheLog() throws IOException {
    assertThat(rows()).as("docs/operations.md, the table of the log").isEqualTo(logged());
  }

  @Test
  void everyMessageIsAConstant() throws IOException {
    for (String source : sources()) {
      long constant = LOGGED.matcher(source).results().count();
      assertThat(ANY_LOGGED.matcher(source).results().count()).isEqualTo(constant);
    }
  }

  @Test
  void namesEventsThatThereAre() throws IOException {
    String text = Files.readString(DOCUMENT);
    String record = text.substring(text.indexOf("## The record"));
    assertThat(EVENT.matcher(record).results().map(found -> found.group(1)))
        .isNotEmpty()
        .isSubsetOf(events());
  }

  /** What docs/errors.md says that an operator finds. */
  @Test
  void theTableOfErrorsNamesEventsThatThereAre() throws IOException {
    String text = Files.readString(Path.of("../docs/errors.md"));
    String views = text.substring(text.indexOf("## What each looks like"));
    List<String> found =
        OPERATORS
            .matcher(views)
            .results()
            .flatMap(row -> WORD.matcher(row.group(1)).results())
            .map(MatchResult::group)
            .toList();
    assertThat(found).hasSizeGreaterThan(30).isSubsetOf(events());
  }

  private static Set<String> events() {
    return Arrays.stream(AuditEventType.values()).map(Enum::name).collect(Collectors.toSet());
  }

  private static Set<String> rows() throws IOException {
    return ROW.matcher(Files.readString(DOCUMENT))
        .results()
        .map(row -> row.group(1) + " " + row.group(2))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> logged() throws IOException {
    Set<String> messages = new TreeSet<>();
    for (String source : sources()) {
      LOGGED
          .matcher(source)
          .results()
          .forEach(one -> messages.add(level(one.group(1)) + " " + one.group(2)));
    }
    return messages;
  }

  private static String level(String method) {
    return switch (method) {
      case "Error" -> "ERROR";
      case "Warn" -> "WARN";
      // By database.Outage: WARN for what passes by itself.
      case "Level" -> "WARN or ERROR";
      default -> throw new AssertionError(method);
    };
  }

  private static List<String> sources() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path root : SOURCES) {
      try (Stream<Path> found = Files.walk(root)) {
        found.filter(file -> file.toString().endsWith(".java")).forEach(files::add);
      }
    }
    List<String> texts = new ArrayList<>();
    for (Path file : files) {
      texts.add(Files.readString(file));
    }
    return texts;
  }
}
