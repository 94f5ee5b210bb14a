package eus.bakq.server.hsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RestTest {
  private final Exception reason = new IllegalStateException("the reason");

  /** Near the wrap-around, where a comparison instead of a difference would fail. */
  private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 1);

  private final Rest rest = new Rest("custody", 1, time::get);

  @Test
  void isTwiceAsLongEachTimeUpToABound() {
    rest.begin(reason);
    List<Integer> lengths = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      lengths.add(secondsUntilOver());
      rest.again(reason);
    }

    assertThat(lengths).containsExactly(2, 4, 8, 16, 16, 16);
    assertThat(rest.isOn()).isTrue();
  }

  @Test
  void isBegunOnceByAllThatFailedTogether() {
    for (int i = 0; i < 8; i++) {
      rest.begin(reason);
    }

    assertThat(secondsUntilOver()).isEqualTo(2);
  }

  @Test
  void isShortAgainOnlyAfterTheTokenHasDoneSomething() {
    rest.begin(reason);
    rest.end();
    rest.begin(reason);
    assertThat(secondsUntilOver()).isEqualTo(4);

    rest.end();
    assertThat(rest.isOn()).isFalse();
    assertThat(rest.isOver()).isFalse();
    rest.prove();
    rest.begin(reason);
    assertThat(secondsUntilOver()).isEqualTo(2);
  }

  /** What a look at a token may cost in ten minutes of an outage. */
  @Test
  void aLongOutageIsLookedAtSeldom() {
    AtomicInteger looks = new AtomicInteger();
    Partition partition =
        new Partition(
            1,
            rest,
            any -> {
              looks.incrementAndGet();
              throw HsmRefusedException.unanswered("custody", "", reason);
            });
    assertThatThrownBy(partition::open).isInstanceOf(HsmRefusedException.class);

    for (int second = 0; second < 600; second++) {
      time.addAndGet(Duration.ofSeconds(1).toNanos());
      partition.look();
      assertThatThrownBy(() -> partition.use((session, keys) -> 0))
          .isInstanceOf(TokenAwayException.class);
    }

    assertThat(looks).hasValueBetween(30, 50);
  }

  private int secondsUntilOver() {
    int seconds = 0;
    while (!rest.isOver()) {
      time.addAndGet(Duration.ofSeconds(1).toNanos());
      seconds++;
    }
    return seconds;
  }
}
