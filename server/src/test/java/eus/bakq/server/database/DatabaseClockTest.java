package eus.bakq.server.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Profile;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * TIM-01, TIM-03. The node's two clocks are moved here, and the database's stays: it has jumped by
 * an hour when both of the node's show an hour less than they should.
 */
class DatabaseClockTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final AtomicLong wall = new AtomicLong();
  private final AtomicLong monotonic = new AtomicLong();
  private final DatabaseClock clock = clockOf(wall);
  private TestDatabase test;
  private Database database;

  @BeforeEach
  void open() {
    test = TestDatabase.open();
    database = Database.open(test.settings(), Profile.DEMO, clock, _ -> {});
  }

  @AfterEach
  void close() {
    database.close();
    test.close();
  }

  private DatabaseClock clockOf(AtomicLong nanosAhead) {
    Clock node = new EvenClock(() -> Clock.systemUTC().instant().plusNanos(nanosAhead.get()));
    return new DatabaseClock(
        node, () -> System.nanoTime() + monotonic.get(), ClockSettings.standard());
  }

  /** As if the database's clock were set. */
  private void databaseJumps(Duration by) {
    wall.addAndGet(-by.toNanos());
    monotonic.addAndGet(-by.toNanos());
  }

  /** As if both machines' clocks were set, or this machine had slept. */
  private void bothJump(Duration by) {
    monotonic.addAndGet(-by.toNanos());
  }

  private ClockLook look() throws RefusedException {
    return database.inTransaction(clock::look);
  }

  private Instant now() throws RefusedException {
    return database.inTransaction(Database::now);
  }

  private Instant mark() throws RefusedException {
    return database.inTransaction(
        handle -> handle.createQuery("SELECT mark FROM clock_mark").mapTo(Instant.class).one());
  }

  private void assertNoTime() {
    assertThatThrownBy(this::now)
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("clock");
  }

  @Test
  @DisplayName("TIM-01: the offset is measured between two bounds")
  void measures() throws Exception {
    ClockLook look = look();

    assertThat(look.standing()).isEqualTo(ClockStanding.AGREES);
    assertThat(look.offset().least()).isLessThanOrEqualTo(Duration.ZERO);
    assertThat(look.offset().most()).isGreaterThanOrEqualTo(Duration.ZERO);
    assertThat(look.jump()).isZero();
    assertThat(Duration.between(now(), Clock.systemUTC().instant()).abs())
        .isLessThan(Duration.ofMinutes(1));
  }

  @Test
  @DisplayName("TIM-03: a time that has jumped is given out to nobody, and no mark follows it")
  void givesOutNoTimeThatHasJumped() throws Exception {
    for (Duration jump : List.of(HOUR, HOUR.negated(), Duration.ofDays(4000))) {
      Instant before = now();
      databaseJumps(jump);

      assertNoTime(); // before anybody has looked
      assertThat(mark()).isBeforeOrEqualTo(before.plus(Duration.ofMinutes(1)));
      ClockLook look = look();
      assertThat(look.standing()).isEqualTo(ClockStanding.DATABASE_JUMPED);
      assertThat(look.jump().minus(jump).abs()).isLessThan(Duration.ofMinutes(1));
      assertNoTime();
      for (int i = 0; i < 2 * DatabaseClock.LOOKS_TO_BELIEVE; i++) {
        assertThat(look().standing()).isEqualTo(ClockStanding.DATABASE_JUMPED);
      }

      databaseJumps(jump.negated());
      assertNoTime(); // until somebody has looked
      assertThat(look().standing()).isEqualTo(ClockStanding.AGREES);
      assertThat(now()).isAfterOrEqualTo(before);
    }
    assertThat(clock.isEvenFor(HOUR)).isTrue();
  }

  @Test
  @DisplayName("the record goes on evenly while the database's clock is not believed")
  void tellsTheTimeOfTheRecord() throws Exception {
    Instant before = now();

    databaseJumps(HOUR);
    Instant first = database.inTransaction(Database::timeOfRecord);
    look();
    Instant second = database.inTransaction(Database::timeOfRecord);

    // The monotonic clock is what it was: the test has put it back by the hour.
    Instant expected = Clock.systemUTC().instant().minus(HOUR);
    assertThat(first).isAfterOrEqualTo(mark()).isBefore(expected.plus(HOUR));
    assertThat(second).isAfterOrEqualTo(first);
    assertThat(Duration.between(before, second).abs()).isLessThan(Duration.ofMinutes(1));
    assertThat(clock.evenClock().instant()).isBefore(before.plus(Duration.ofMinutes(1)));
  }

  @Test
  @DisplayName("TIM-03: a jump that this node's clock confirms is believed at the third look")
  void believesAJumpThatIsConfirmed() throws Exception {
    bothJump(HOUR);

    assertNoTime();
    for (int i = 1; i < DatabaseClock.LOOKS_TO_BELIEVE; i++) {
      assertThat(look().standing()).isEqualTo(ClockStanding.DATABASE_JUMPED);
      assertNoTime();
    }
    assertThat(look().standing()).isEqualTo(ClockStanding.AGREES);
    Instant mark = mark();
    assertThat(now()).isAfterOrEqualTo(mark);
    // Who is alive has not said so yet by the new time.
    assertThat(clock.isEvenFor(NodeLease.LIFE)).isFalse();
    monotonic.addAndGet(NodeLease.LIFE.toNanos());
    assertThat(clock.isEvenFor(NodeLease.LIFE)).isTrue();
  }

  @Test
  @DisplayName("TIM-03: both clocks set back make time stand still, not go back")
  void believesNoJumpBehindATimeThatWasGivenOut() throws Exception {
    test.asOwner("UPDATE clock_mark SET mark = clock_timestamp() + interval '1 hour'");
    bothJump(HOUR.negated());
    for (int i = 1; i < DatabaseClock.LOOKS_TO_BELIEVE; i++) {
      assertThat(look().standing()).isEqualTo(ClockStanding.DATABASE_JUMPED);
    }
    for (int i = 0; i < DatabaseClock.LOOKS_TO_BELIEVE; i++) {
      assertThat(look().standing()).isEqualTo(ClockStanding.STANDS_STILL);
    }
    assertNoTime();
    assertThat(database.inTransaction(Database::timeOfRecord)).isAfterOrEqualTo(mark());
    assertThat(clock.evenClock().instant())
        .isAfter(Clock.systemUTC().instant().plus(Duration.ofMinutes(59)));
  }

  @Test
  @DisplayName("a clock that goes on jumping is never believed")
  void believesNoClockThatJumpsAgainAndAgain() throws Exception {
    for (int i = 0; i < 3 * DatabaseClock.LOOKS_TO_BELIEVE; i++) {
      bothJump(Duration.ofMinutes(1));
      assertThat(look().standing()).isEqualTo(ClockStanding.DATABASE_JUMPED);
    }
    assertNoTime();
  }

  @Test
  @DisplayName("TIM-01: 1 s alerts, 5 s stops; it comes back at half of each")
  void comparesTheNodesClock() throws Exception {
    List<ClockStanding> seen =
        List.of(0L, 600L, 3000L, 600L, 6000L, 4000L, 2000L, 0L, -3000L, -6000L, 0L).stream()
            .map(
                millis -> {
                  wall.set(Duration.ofMillis(millis).toNanos());
                  try {
                    return look().standing();
                  } catch (RefusedException e) {
                    throw new AssertionError(e);
                  }
                })
            .toList();

    assertThat(seen)
        .containsExactly(
            ClockStanding.AGREES,
            ClockStanding.AGREES,
            ClockStanding.DIFFERS,
            ClockStanding.DIFFERS,
            ClockStanding.TOO_FAR_APART,
            ClockStanding.TOO_FAR_APART,
            ClockStanding.DIFFERS,
            ClockStanding.AGREES,
            ClockStanding.DIFFERS,
            ClockStanding.TOO_FAR_APART,
            ClockStanding.AGREES);
    wall.set(HOUR.toNanos());
    look();
    assertNoTime();
    // What is judged without the database goes on all the same.
    assertThat(clock.evenClock().instant()).isBefore(Clock.systemUTC().instant().plus(SECOND));
  }

  @Test
  @DisplayName("TIM-01: time stands still for five seconds at most; then nothing is given out")
  void standsStillWithinItsBound() throws Exception {
    test.asOwner("UPDATE clock_mark SET mark = clock_timestamp() + interval '4 seconds'");
    Instant first = now();
    assertThat(now()).isEqualTo(first);
    assertThat(first).isEqualTo(mark());

    test.asOwner("UPDATE clock_mark SET mark = clock_timestamp() + interval '1 hour'");
    assertNoTime();
    ClockLook look = look();
    assertThat(look.standing()).isEqualTo(ClockStanding.STANDS_STILL);
    assertThat(look.behindMark()).isGreaterThan(Duration.ofMinutes(59));
    assertThat(database.inTransaction(Database::timeOfRecord)).isEqualTo(mark());
    assertDoesNotOpen(new AtomicLong(), "behind a time that was given out before");
  }

  @Test
  @DisplayName("TIM-01: a server does not start on clocks that are more than five seconds apart")
  void doesNotOpenOnClocksThatAreApart() {
    for (Duration ahead : List.of(Duration.ofSeconds(6), HOUR, HOUR.negated())) {
      assertDoesNotOpen(new AtomicLong(ahead.toNanos()), "clock.stopAfter is PT5S");
    }
  }

  private void assertDoesNotOpen(AtomicLong node, String why) {
    assertThatThrownBy(
            () -> Database.open(test.settings(), Profile.DEMO, clockOf(node), _ -> {}).close())
        .isInstanceOf(UnusableDatabaseException.class)
        .hasMessageContaining(why);
  }

  @Test
  void theLimitsHaveLimits() {
    for (Duration[] wrong :
        new Duration[][] {
          {Duration.ofMillis(99), SECOND, SECOND},
          {Duration.ofSeconds(11), Duration.ofSeconds(20), SECOND},
          {SECOND, Duration.ofMillis(999), SECOND},
          {SECOND, Duration.ofSeconds(31), SECOND},
          {Duration.ofSeconds(6), Duration.ofSeconds(5), SECOND},
          {SECOND, SECOND, Duration.ofMillis(99)},
          {SECOND, SECOND, Duration.ofSeconds(11)}
        }) {
      assertThatThrownBy(() -> new ClockSettings(wrong[0], wrong[1], wrong[2]))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
