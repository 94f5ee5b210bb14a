package eus.bakq.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds docs/audit-events.md to the comments of the catalogue. */
class AuditEventsDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/audit-events.md");
  private static final Path SOURCE =
      Path.of("src/main/java/eus/bakq/server/audit/AuditEventType.java");

  /** Add {@code -Dbakq.docs.write=true} to the test's arguments to write the document anew. */
  @Test
  void theDocumentListsEveryEventAsItsCommentSays() throws IOException {
    String expected = document();
    if (Boolean.getBoolean("bakq.docs.write")) {
      Files.writeString(DOCUMENT, expected, StandardCharsets.UTF_8);
    }

    assertThat(Files.readString(DOCUMENT, StandardCharsets.UTF_8))
        .as(
            "docs/audit-events.md; write it anew with: mvn -pl server -am test"
                + " -Dtest=AuditEventsDocumentTest -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dbakq.docs.write=true")
        .isEqualTo(expected);
  }

  /** A type that nothing writes would tell an auditor to look for what never comes. */
  @Test
  void everyTypeIsWritten() throws IOException {
    Set<AuditEventType> written = EnumSet.noneOf(AuditEventType.class);
    for (Path file : mainCode()) {
      written.addAll(typesIn(Files.readString(file, StandardCharsets.UTF_8)));
    }

    assertThat(written).containsExactly(AuditEventType.values());
  }

  /** Each name in a comment is one that a file that writes the type has. */
  @Test
  void everyDetailIsWrittenWhereItsTypeIs() throws IOException {
    Map<AuditEventType, String> writers = new EnumMap<>(AuditEventType.class);
    for (Path file : mainCode()) {
      String code = Files.readString(file, StandardCharsets.UTF_8);
      typesIn(code).forEach(type -> writers.merge(type, code, String::concat));
    }
    String source = Files.readString(SOURCE, StandardCharsets.UTF_8);

    for (AuditEventType type : AuditEventType.values()) {
      String comment = comment(source, type);
      int details = comment.indexOf("Details: ");
      if (details >= 0) {
        for (String name : names(comment.substring(details))) {
          assertThat(writers.get(type)).as("%s of %s", name, type).contains('"' + name + '"');
        }
      }
    }
  }

  private static List<String> names(String text) {
    return Pattern.compile("`([a-z0-9_]+)`")
        .matcher(text)
        .results()
        .map(name -> name.group(1))
        .toList();
  }

  private static Set<AuditEventType> typesIn(String code) {
    Set<AuditEventType> types = EnumSet.noneOf(AuditEventType.class);
    Pattern.compile("AuditEventType\\.([A-Z_]+)")
        .matcher(code)
        .results()
        .forEach(type -> types.add(AuditEventType.valueOf(type.group(1))));
    return types;
  }

  private static List<Path> mainCode() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      return files
          .filter(file -> file.toString().endsWith(".java") && !file.equals(SOURCE))
          .toList();
    }
  }

  private static String document() throws IOException {
    String source = Files.readString(SOURCE, StandardCharsets.UTF_8);
    StringBuilder document =
        new StringBuilder(
            """
            # Audit events

            Every record has a sequence without gaps, a time by the database's clock, a type, an outcome
            (SUCCEEDED, REFUSED, FAILED), a reason if it did not succeed, an actor (a caller's registered name, a
            signer's id, `system`, or `unknown` where nobody is known by then), a subject (an id) and details by
            name. Names, numbers, addresses and secrets of people are in none of them.

            The hash of a record is SHA-256 over `bakq/audit/v1`, sequence, time (microseconds since 1970), type,
            outcome, reason, actor, subject, the number of details, each detail's name and value in the order of
            names, and the hash of the record before (32 zero bytes for the first). Each part is preceded by its
            length in bytes (4 bytes, big endian); numbers have 8 bytes, big endian; texts are UTF-8.

            This page is made of the comments in `AuditEventType`; a test holds it to them.

            | type | what happened |
            | --- | --- |
            """);
    for (AuditEventType type : AuditEventType.values()) {
      document.append("| `%s` | %s |\n".formatted(type, comment(source, type)));
    }
    return document.toString();
  }

  private static String comment(String source, AuditEventType type) {
    Matcher matcher =
        Pattern.compile("/\\*\\*((?:(?!\\*/).)*)\\*/\\s*" + type + "\\b", Pattern.DOTALL)
            .matcher(source);
    assertThat(matcher.find()).as("%s has a comment", type).isTrue();
    return matcher
        .group(1)
        .replaceAll("\\s*\\n\\s*\\*?\\s*", " ")
        .replaceAll("\\{@code ([^}]*)\\}", "`$1`")
        .strip();
  }
}
