package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The table, without sending it. */
class RefusedInputDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/refused-input.md");
  private static final Path ERRORS = Path.of("../docs/errors.md");

  /** Given as {@code -Dbakq.docs.write=true} to write the document instead of comparing it. */
  private static final String WRITE = "bakq.docs.write";

  @Test
  @DisplayName("docs/refused-input.md is what the table says")
  void theDocumentIsTheTable() throws IOException {
    String expected = RefusedInputDocument.render();
    if (Boolean.getBoolean(WRITE)) {
      Files.writeString(DOCUMENT, expected);
    }
    assertThat(DOCUMENT)
        .as(
            "renew it: mvn -pl demo -am test -Dtest=RefusedInputDocumentTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -D%s=true",
            WRITE)
        .hasContent(expected);
  }

  @Test
  @DisplayName("API-08: every field of the contract has a line, and no line is of another")
  void everyFieldHasALine() {
    Set<String> places = new HashSet<>();
    for (FieldRubbish.Place place : FieldRubbish.places()) {
      places.add(place.call() + " " + place.path());
    }
    assertThat(FieldTable.answers().keySet()).containsExactlyInAnyOrderElementsOf(places);
  }

  @Test
  @DisplayName("API-08: every reason of the table is explained in docs/errors.md")
  void everyReasonIsExplained() throws IOException {
    String errors = Files.readString(ERRORS);
    for (RefusedInput one : RefusedInputs.all()) {
      String first = one.answer().split(" ", -1)[0];
      if (first.matches("[A-Z]+_[A-Z_]+")) {
        assertThat(errors).as("%s", one).contains("| `" + first + "` |");
      }
    }
  }

  @Test
  @DisplayName("a case stands in the table once")
  void noCaseStandsThereTwice() {
    Set<String> seen = new HashSet<>();
    for (RefusedInput one : RefusedInputs.all()) {
      assertThat(seen.add(one.toString())).as("%s", one).isTrue();
    }
    assertThat(seen).hasSizeGreaterThan(700);
  }
}
