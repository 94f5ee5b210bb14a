package eus.bakq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.Chores.Chore;
import eus.bakq.server.database.NodeLease;
import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.failure.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is done in which round; what each chore does has tests of its own. */
@Timeout(120)
class HousekeepingTest {
  private static TestDatabase test;

  private final NodeLease lease = new NodeLease(UUID.randomUUID());
  private final AtomicBoolean timeIsToBeHad = new AtomicBoolean(true);
  private final List<String> done = new CopyOnWriteArrayList<>();
  private final Semaphore told = new Semaphore(0);

  @BeforeAll
  static void open() {
    test = TestDatabase.open();
  }

  @AfterAll
  static void close() {
    test.close();
  }

  @Test
  void makesARoundBeforeItReturnsAndOneFailureKeepsNothingFromBeingDone() throws Exception {
    Chore failing =
        new Chore(
            "failing",
            () -> {
              throw UnavailableException.temporarily("a test's", null);
            });
    Housekeeping.start(
            house(List.of(failing, told()), List.of(failing, chore("judged")), Duration.ofDays(1)))
        .close();

    assertThat(done).containsExactly("told", "judged");
    assertThat(leases()).as("it is left to who stops the server").isOne();
  }

  @Test
  @DisplayName(
      "AUD-01, TIM-03: while no time is to be had, what happened is told, and nothing ends")
  void judgesNothingWhileTheClockIsNotTrusted() throws Exception {
    timeIsToBeHad.set(false);
    try (Housekeeping _ =
        Housekeeping.start(
            house(List.of(told()), List.of(chore("judged")), Duration.ofMillis(1)))) {
      assertThat(told.tryAcquire(20, 60, TimeUnit.SECONDS)).isTrue();
      assertThat(done).containsOnly("told");

      timeIsToBeHad.set(true);
      while (!done.contains("judged") || !done.contains("completed")) {
        assertThat(told.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  @Test
  @DisplayName("a chore that does not end is told to who stops the server")
  void saysThatAChoreDidNotEnd() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Void> mayEnd = new CompletableFuture<>();
    AtomicBoolean first = new AtomicBoolean(true);
    Chore stubborn =
        new Chore(
            "stubborn",
            () -> {
              if (!first.getAndSet(false)) {
                begun.countDown();
                mayEnd.join(); // whatever interrupts it
              }
            });
    Housekeeping housekeeping =
        Housekeeping.start(
            house(List.of(), List.of(stubborn), Duration.ofMillis(1), Duration.ofMillis(50)));
    assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();

    assertThatThrownBy(housekeeping::close).isInstanceOf(IllegalStateException.class);

    mayEnd.complete(null);
    awaitEnd(housekeeping);
  }

  /** Some seconds at most, as for the real one. */
  private static void awaitEnd(Housekeeping housekeeping) throws InterruptedException {
    for (int look = 0; ; look++) {
      try {
        housekeeping.close();
        return;
      } catch (IllegalStateException e) {
        assertThat(look).isLessThan(600);
        Thread.sleep(50);
      }
    }
  }

  private Housekeeping.House house(List<Chore> told, List<Chore> judged, Duration period) {
    return house(told, judged, period, Duration.ofSeconds(30));
  }

  private Housekeeping.House house(
      List<Chore> told, List<Chore> judged, Duration period, Duration longestStop) {
    return new Housekeeping.House(
        test.database(),
        lease,
        timeIsToBeHad::get,
        told,
        judged,
        chore("completed"),
        period,
        longestStop);
  }

  private Chore told() {
    return new Chore(
        "told",
        () -> {
          done.add("told");
          told.release();
        });
  }

  private Chore chore(String name) {
    return new Chore(name, () -> done.add(name));
  }

  private long leases() {
    return test.run(
        handle ->
            handle
                .createQuery("select count(*) from bakq.node where id = :id")
                .bind("id", lease.id())
                .mapTo(Long.class)
                .one());
  }
}
