package eus.bakq.server;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.server.vocabulary.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds docs/states.md to the tables of steps in the code. */
class StatesDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/states.md");

  /** Add {@code -Dbakq.docs.write=true} to the test's arguments to write the document anew. */
  @Test
  void theDocumentHasTheTablesOfTheCode() throws IOException {
    String expected = document();
    if (Boolean.getBoolean("bakq.docs.write")) {
      Files.writeString(DOCUMENT, expected, StandardCharsets.UTF_8);
    }

    assertThat(Files.readString(DOCUMENT, StandardCharsets.UTF_8))
        .as(
            "docs/states.md; write it anew with: mvn -pl server -am test"
                + " -Dtest=StatesDocumentTest -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dbakq.docs.write=true")
        .isEqualTo(expected);
  }

  private static String document() {
    StringBuilder document =
        new StringBuilder(
            """
            # States

            Every table of steps: which state may follow which. The code has each once, in the enum named; what changes
            a state asks it first. The database holds the same tables, by triggers (`state_step` of migration V0013) and, of
            the ledger, by its keys. A test tries every pair of states in the database; this page is made of the enums,
            and a test holds it to them.

            What the states mean, and what leads from one to the next, is in [signing-cycle.md](signing-cycle.md) and in the
            comments of the enums. Whether somebody is locked is no state of the person: it is judged by the count of wrong
            factors (`authentication.FailureCounters`). Nor is time: what is over by time counts as ended, whatever its
            state says. A credential passes through REVOKED and EXPIRED within one transaction: no row is ever in them.
            """);
    for (String machine : StateTables.machines()) {
      document.append(
          "\n## %s\n\n`%s`\n\n| state | what may follow |\n| --- | --- |\n"
              .formatted(machine.replace('_', ' '), enumOf(machine)));
      for (State<?> state : StateTables.states(machine)) {
        document.append(
            "| %s%s | %s |\n".formatted(state, state.isFirst() ? " (first)" : "", next(state)));
      }
    }
    return document.toString();
  }

  private static String enumOf(String machine) {
    return StateTables.states(machine)
        .getFirst()
        .getClass()
        .getName()
        .substring("eus.bakq.server.".length());
  }

  /** In the order in which the enum has them. */
  private static String next(State<?> state) {
    String next =
        state.next().stream().sorted().map(Object::toString).collect(Collectors.joining(", "));
    return next.isEmpty() ? "–" : next;
  }
}
