package eus.bakq.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a signal does to the program; with real signals in the demo's tests. */
class TerminationTest {
  private final Termination termination = new Termination();

  @Test
  void isAskedForOnceAndForAll() throws Exception {
    assertThat(termination.isAskedFor()).isFalse();
    Thread program = Thread.ofPlatform().start(termination::await);

    termination.ask();
    termination.ask();

    assertThat(program.join(Duration.ofMinutes(1))).isTrue();
    assertThat(termination.isAskedFor()).isTrue();
  }

  @Test
  void theProgramEndsWithItsOwnExitCode() {
    termination.ended(0);
    assertThat(termination.awaitExitCode()).isZero();
  }

  @Test
  void aStopThatTakesTooLongIsCut() {
    termination.mayTake(Duration.ofMillis(1));
    assertThat(termination.awaitExitCode()).isEqualTo(3);
  }
}
