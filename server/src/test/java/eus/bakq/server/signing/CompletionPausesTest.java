package eus.bakq.server.signing;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.server.vocabulary.SignatureRequestId;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CompletionPausesTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1);
  private final CompletionPauses pauses = new CompletionPauses(now::get);
  private final SignatureRequestId id = new SignatureRequestId(UUID.randomUUID());

  @Test
  void whatDidNotFailIsTried() {
    assertThat(pauses.isOver(id)).isTrue();
  }

  @Test
  void eachPauseIsTwiceTheOneBeforeUpToTwoMinutes() {
    for (int seconds : new int[] {5, 10, 20, 40, 80, 120, 120}) {
      pauses.failed(id);
      pass(Duration.ofSeconds(seconds).minusNanos(1));
      assertThat(pauses.isOver(id)).isFalse();
      pass(Duration.ofNanos(1));
      assertThat(pauses.isOver(id)).isTrue();
    }
  }

  @Test
  void oneThatWasCompletedBeginsAnew() {
    pauses.failed(id);
    pauses.failed(id);
    pauses.completed(id);
    assertThat(pauses.isOver(id)).isTrue();

    pauses.failed(id);
    pass(Duration.ofSeconds(5));
    assertThat(pauses.isOver(id)).isTrue();
  }

  @Test
  void saysForHowLongEveryTryHasFailed() {
    assertThat(pauses.failingFor(id)).isZero();
    pauses.failed(id);
    assertThat(pauses.failingFor(id)).isZero();
    pass(Duration.ofSeconds(5));
    pauses.failed(id);
    pass(Duration.ofSeconds(10));
    assertThat(pauses.failingFor(id)).isEqualTo(Duration.ofSeconds(15));
    pauses.completed(id);
    assertThat(pauses.failingFor(id)).isZero();
  }

  @Test
  void forgetsTheOldestOfMoreThanTenThousand() {
    pauses.failed(id);
    for (int i = 0; i < 10_000; i++) {
      assertThat(pauses.isOver(id)).isFalse();
      pauses.failed(new SignatureRequestId(new UUID(1, i)));
    }

    assertThat(pauses.isOver(id)).isTrue();
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }
}
