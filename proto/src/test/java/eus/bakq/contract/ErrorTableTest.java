package eus.bakq.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.contract.v1.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** API-08: every reason has a stable code, and the documentation says so. */
class ErrorTableTest {
  private static final Path CONTRACT = Path.of("src/main/protobuf/bakq/contract/v1/contract.proto");
  private static final Path TABLE = Path.of("../docs/errors.md");

  /** Given as {@code -Dbakq.errors.write=true} to write the table instead of comparing it. */
  private static final String WRITE = "bakq.errors.write";

  @Test
  void theDocumentedErrorsAreThoseOfTheContract() throws IOException {
    String expected = ErrorTable.render(Files.readString(CONTRACT));
    if (Boolean.getBoolean(WRITE)) {
      Files.createDirectories(TABLE.getParent());
      Files.writeString(TABLE, expected);
    }
    assertThat(TABLE)
        .as("renew it: mvn -pl proto test -Dtest=ErrorTableTest -D%s=true", WRITE)
        .hasContent(expected);
  }

  @Test
  void everyReasonIsExplained() throws IOException {
    assertThat(ErrorTable.rows(Files.readString(CONTRACT)))
        .extracting(row -> "REASON_" + row.reason())
        .containsExactlyElementsOf(
            Arrays.stream(Reason.values())
                .filter(reason -> reason != Reason.UNRECOGNIZED)
                .filter(reason -> reason != Reason.REASON_UNSPECIFIED)
                .map(Reason::name)
                .toList());
  }

  @Test
  void refusesAReasonThatDoesNotSayWhatToDo() {
    String contract = "enum Reason {\n  // It broke. Code: INTERNAL.\n  REASON_BROKEN = 1;\n}\n";
    assertThatThrownBy(() -> ErrorTable.rows(contract))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("REASON_BROKEN");
  }
}
