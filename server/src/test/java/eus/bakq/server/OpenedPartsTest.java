package eus.bakq.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How a server comes apart (docs/signing-cycle.md, 11). */
class OpenedPartsTest {
  private final List<String> closed = new ArrayList<>();
  private final OpenedParts parts = new OpenedParts();

  @Test
  void closesTheLastFirstAndThenMakesItsPromises() {
    parts.add(() -> closed.add("tokens"));
    parts.addPromise(() -> closed.add("the last record"));
    parts.add(() -> closed.add("doors"));

    assertThat(parts.close()).isTrue();

    assertThat(closed).containsExactly("doors", "the last record", "tokens");
    assertThat(parts.close()).isTrue();
    assertThat(closed).hasSize(3);
  }

  @Test
  @DisplayName("what did not end leaves no lease given back and no last record, and is told")
  void promisesNothingWhileSomethingGoesOn() {
    parts.add(() -> closed.add("tokens"));
    parts.addPromise(() -> closed.add("the last record"));
    parts.addPromise(() -> closed.add("the lease"));
    parts.add(
        () -> {
          throw new IllegalStateException("the work of a call did not end");
        });
    parts.add(() -> closed.add("doors"));

    assertThat(parts.close()).isFalse();

    assertThat(closed).containsExactly("doors", "tokens");
    assertThat(parts.close()).isFalse();
  }

  @Test
  void tellsOfAPromiseThatCouldNotBeMadeAndClosesTheRest() {
    parts.add(() -> closed.add("tokens"));
    parts.addPromise(
        () -> {
          throw new IllegalStateException("the database does not answer");
        });

    assertThat(parts.close()).isFalse();
    assertThat(closed).containsExactly("tokens");
  }
}
