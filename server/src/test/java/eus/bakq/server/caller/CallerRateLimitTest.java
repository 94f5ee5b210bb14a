package eus.bakq.server.caller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CallerRateLimitTest {
  private static final CallerName FAST = new CallerName("fast");
  private static final CallerName SLOW = new CallerName("slow");

  /** Near the wrap-around, where a comparison instead of a difference would fail. */
  private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(20).toNanos());

  private final CallerRateLimit limit =
      new CallerRateLimit(
          new RegisteredCallers(List.of(caller(FAST, 6000), caller(SLOW, 6))), time::get);

  @Test
  void allowsAMinutesCallsAtOnceAndThenAsTheyComeDue() throws Exception {
    for (int i = 0; i < 6; i++) {
      limit.count(SLOW);
    }
    refusedFor(SLOW, Duration.ofSeconds(10));

    pass(Duration.ofSeconds(9));
    refusedFor(SLOW, Duration.ofSeconds(1));
    pass(Duration.ofSeconds(1));
    limit.count(SLOW);
    refusedFor(SLOW, Duration.ofSeconds(10));
  }

  @Test
  void aRefusedCallCostsNothing() throws Exception {
    for (int i = 0; i < 6; i++) {
      limit.count(SLOW);
    }
    for (int i = 0; i < 100; i++) {
      refusedFor(SLOW, Duration.ofSeconds(10));
    }
    pass(Duration.ofSeconds(10));
    limit.count(SLOW);
  }

  @Test
  void aLongPauseGivesNoMoreThanAMinutesCalls() throws Exception {
    pass(Duration.ofDays(3));
    for (int i = 0; i < 6; i++) {
      limit.count(SLOW);
    }
    refusedFor(SLOW, Duration.ofSeconds(10));
  }

  @Test
  void oneCallersCallsAreNotAnothers() throws Exception {
    for (int i = 0; i < 6000; i++) {
      limit.count(FAST);
    }
    refusedFor(FAST, Duration.ofMillis(10));
    limit.count(SLOW);
  }

  @Test
  void callsOfAnyKindHaveTwentyTimesAsMany() throws Exception {
    for (int i = 0; i < 120; i++) {
      limit.countAny(SLOW);
    }
    assertThatThrownBy(() -> limit.countAny(SLOW))
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.retryAfter()).contains(Duration.ofMillis(500)));
    limit.count(SLOW);
    pass(Duration.ofMillis(500));
    limit.countAny(SLOW);
  }

  @Test
  void countsOnlyRegisteredCallers() {
    assertThatThrownBy(() -> limit.count(new CallerName("stranger")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> limit.countAny(new CallerName("stranger")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private void pass(Duration duration) {
    time.addAndGet(duration.toNanos());
  }

  private void refusedFor(CallerName caller, Duration wait) {
    assertThatThrownBy(() -> limit.count(caller))
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> {
              assertThat(e.refusal()).isEqualTo(Refusal.QUOTA_EXCEEDED);
              assertThat(e.retryAfter()).contains(wait);
            });
  }

  private static RegisteredCaller caller(CallerName name, int callsPerMinute) {
    return new RegisteredCaller(
        name,
        CallerRole.SEDE,
        Bytes.copyOf(new byte[] {(byte) callsPerMinute}).sha256(),
        Map.of(),
        Optional.empty(),
        new CallerQuotas(callsPerMinute, 20, 100));
  }
}
