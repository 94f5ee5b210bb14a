package eus.bakq.server.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.fixtures.PostgresWire;
import eus.bakq.fixtures.PostgresWireOrder;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Profile;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DatabaseTest {
  private static TestDatabase test;

  @BeforeAll
  static void open() throws Exception {
    test = TestDatabase.open();
    test.asOwner(
        "CREATE TABLE thing (id int PRIMARY KEY, value int NOT NULL)",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON thing TO bakq_runtime");
  }

  @AfterAll
  static void close() {
    test.close();
  }

  @BeforeEach
  void twoThings() throws Exception {
    test.asOwner("DELETE FROM thing", "INSERT INTO thing VALUES (1, 0), (2, 0)");
  }

  @Test
  void keepsWhatWasDoneAndRollsBackWhatThrew() throws Exception {
    test.database().transact(handle -> set(handle, 1, 5));
    assertThatThrownBy(
            () ->
                test.database()
                    .transact(
                        handle -> {
                          set(handle, 1, 6);
                          throw new RefusedException(Refusal.QUOTA_EXCEEDED);
                        }))
        .isInstanceOf(RefusedException.class);
    assertThatThrownBy(
            () ->
                test.database()
                    .transact(
                        handle -> {
                          set(handle, 1, 7);
                          throw new IllegalStateException("a bug");
                        }))
        .isInstanceOf(IllegalStateException.class);

    assertThat(value(1)).isEqualTo(5);
  }

  @Test
  void triesAgainAfterADeadlock() throws Exception {
    CyclicBarrier bothHoldOne = new CyclicBarrier(2);
    AtomicInteger runs = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Future<?>> both =
          List.of(
              threads.submit(() -> crosswise(1, 2, bothHoldOne, runs)),
              threads.submit(() -> crosswise(2, 1, bothHoldOne, runs)));
      for (Future<?> one : both) {
        one.get(60, TimeUnit.SECONDS);
      }
    }

    assertThat(runs.get()).isEqualTo(3); // the deadlock's victim ran twice
    assertThat(value(1)).isEqualTo(2);
    assertThat(value(2)).isEqualTo(2);
  }

  private static Void crosswise(int first, int second, CyclicBarrier barrier, AtomicInteger runs)
      throws Exception {
    AtomicInteger ownRuns = new AtomicInteger();
    test.database()
        .transact(
            handle -> {
              runs.incrementAndGet();
              increase(handle, first);
              if (ownRuns.incrementAndGet() == 1) {
                await(barrier);
              }
              increase(handle, second);
            });
    return null;
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void givesUpAfterThreeRepetitions() {
    AtomicInteger runs = new AtomicInteger();

    assertThatThrownBy(
            () ->
                test.database()
                    .transact(
                        handle -> {
                          runs.incrementAndGet();
                          handle.execute(
                              "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$");
                        }))
        .isInstanceOf(UnavailableException.class);
    assertThat(runs.get()).isEqualTo(4);
  }

  @Test
  void aLockThatIsNotToBeHadIsUnavailable() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<?> holder =
          thread.submit(
              () -> {
                test.database()
                    .transact(
                        handle -> {
                          set(handle, 1, 8);
                          held.countDown();
                          awaitLatch(done);
                        });
                return null;
              });
      awaitLatch(held);
      assertThatThrownBy(
              () ->
                  test.database()
                      .transact(
                          handle -> {
                            handle.execute("SET LOCAL lock_timeout = 50");
                            set(handle, 1, 9);
                          }))
          .isInstanceOf(UnavailableException.class);
      done.countDown();
      holder.get(30, TimeUnit.SECONDS);
    }
    assertThat(value(1)).isEqualTo(8);
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aConnectionThatTheAdministratorEndsIsUnavailableAndTheNextOneWorks() throws Exception {
    assertThatThrownBy(
            () ->
                test.database()
                    .transact(
                        handle -> {
                          int process =
                              handle.createQuery("SELECT pg_backend_pid()").mapTo(int.class).one();
                          set(handle, 1, 3);
                          terminate(process);
                          set(handle, 2, 3);
                        }))
        .isInstanceOf(UnavailableException.class);
    assertThat(value(1)).isZero();
  }

  @Test
  void aNewConnectionWaitsInNoTransactionAndKeepsItsLimitsWhenItsFirstIsRolledBack()
      throws Exception {
    int connections = test.settings().poolSize();
    try (Database fresh = Database.open(test.settings(), Profile.DEMO)) {
      assertThatThrownBy(
              () ->
                  inEach(
                      fresh,
                      connections,
                      handle -> {
                        throw new IllegalStateException("rolled back");
                      }))
          .hasMessage("rolled back");
      List<String> limits = new ArrayList<>();
      inEach(
          fresh,
          connections,
          handle ->
              limits.add(handle.createQuery("SHOW statement_timeout").mapTo(String.class).one()));
      assertThat(limits).hasSize(connections).doesNotContain("0");
      for (int look = 0; sessions(fresh, "") < 2L * connections; look++) {
        assertThat(look).as("the pools are filled").isLessThan(300);
        Thread.sleep(Duration.ofMillis(100));
      }
      // The last of them may just be committing its limits; PostgreSQL would take 20 s.
      for (int look = 0; sessions(fresh, " AND state = 'idle in transaction'") > 0; look++) {
        assertThat(look).as("none waits in a transaction").isLessThan(50);
        Thread.sleep(Duration.ofMillis(100));
      }
    }
  }

  /** In as many connections at the same time. */
  private static void inEach(Database database, int connections, Database.Act act)
      throws RefusedException {
    database.transact(
        handle -> {
          if (connections > 1) {
            inEach(database, connections - 1, act);
          }
          act.run(handle);
        });
  }

  /** With this database, of the runtime; in one of them this is asked. */
  private static long sessions(Database database, String further) throws Exception {
    return database.<Long>inTransaction(
        handle ->
            handle
                .createQuery(
                    "SELECT count(*) FROM pg_stat_activity WHERE usename = current_user"
                        + " AND datname = current_database()"
                        + further)
                .mapTo(Long.class)
                .one());
  }

  private static void terminate(int process) {
    try {
      test.asSuperuser("SELECT pg_terminate_backend(" + process + ", 10000)");
    } catch (java.sql.SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aBrokenConstraintIsABugAndShowsNoValues() {
    assertThatThrownBy(
            () ->
                test.database()
                    .transact(
                        handle ->
                            handle
                                .createUpdate("INSERT INTO thing VALUES (:id, :value)")
                                .bind("id", 1)
                                .bind("value", 987_654)
                                .execute()))
        .isInstanceOf(UnableToExecuteStatementException.class)
        .satisfies(
            failure -> {
              assertThat(failure.toString()).doesNotContain("987654");
              assertThat(failure.getCause().toString())
                  .contains("duplicate key")
                  .doesNotContain("(id)=(1)");
            });
  }

  @Test
  void aCommitThatDidNotArriveIsUnavailable() throws Exception {
    try (PostgresWire wire = TestDatabase.wire();
        Database database = Database.open(test.settings(wire), Profile.DEMO)) {
      assertThatThrownBy(
              () ->
                  database.transact(
                      handle -> {
                        set(handle, 1, 4);
                        wire.cutNextCommit(PostgresWireOrder.Where.BEFORE_IT_ARRIVES);
                      }))
          .isInstanceOf(UnavailableException.class);
      assertThat(value(1)).isZero();
    }
  }

  @Test
  void aCommitWhoseAnswerWasLostIsUnknown() throws Exception {
    try (PostgresWire wire = TestDatabase.wire();
        Database database = Database.open(test.settings(wire), Profile.DEMO)) {
      assertThatThrownBy(
              () ->
                  database.transact(
                      handle -> {
                        set(handle, 1, 4);
                        wire.cutNextCommit(PostgresWireOrder.Where.BEFORE_THE_ANSWER);
                      }))
          .isInstanceOfSatisfying(
              CommitUnknownException.class, e -> assertThat(e.ended()).isTrue());
      assertThat(value(1)).isEqualTo(4);
    }
  }

  @Test
  void readsBackWhatWasCommittedWithoutAnAnswer() throws Exception {
    try (PostgresWire wire = TestDatabase.wire();
        Database database = Database.open(test.settings(wire), Profile.DEMO)) {
      Integer result =
          database.inTransaction(
              handle -> {
                set(handle, 1, 4);
                wire.cutNextCommit(PostgresWireOrder.Where.BEFORE_THE_ANSWER);
                return 4;
              },
              handle -> Optional.of(read(handle, 1)).filter(value -> value == 4));
      assertThat(result).isEqualTo(4);
    }
  }

  @Test
  void aReadingTransactionWhoseCommitIsLostIsOnlyUnavailable() throws Exception {
    try (PostgresWire wire = TestDatabase.wire();
        Database database = Database.open(test.settings(wire), Profile.DEMO)) {
      assertThatThrownBy(
              () ->
                  database.inTransaction(
                      handle -> {
                        int value = read(handle, 1);
                        wire.cutNextCommit(PostgresWireOrder.Where.BEFORE_THE_ANSWER);
                        return value;
                      }))
          .isInstanceOf(UnavailableException.class);
    }
  }

  @Test
  void timeNeverGoesBackBehindItsMark() throws Exception {
    Instant before = test.run(Database::now);
    assertThat(Duration.between(before, Instant.now()).abs()).isLessThan(Duration.ofMinutes(1));

    // As if the machine's clock had been an hour ahead when the mark was made.
    test.asOwner("UPDATE clock_mark SET mark = clock_timestamp() + interval '1 hour'");
    Instant ahead = test.run(Database::now);
    assertThat(ahead).isAfter(before.plus(Duration.ofMinutes(59)));
    assertThat(test.run(Database::now)).isEqualTo(ahead);
    assertThatThrownBy(() -> test.asRuntime("UPDATE clock_mark SET mark = clock_timestamp()"))
        .hasMessageContaining("never goes back");

    test.asSuperuser(
        "ALTER TABLE clock_mark DISABLE TRIGGER ALL",
        "UPDATE clock_mark SET mark = clock_timestamp() - interval '1 minute'",
        "ALTER TABLE clock_mark ENABLE TRIGGER ALL");
    Instant now = test.run(Database::now);
    assertThat(now).isBefore(ahead);
    Instant mark =
        test.run(h -> h.createQuery("SELECT mark FROM clock_mark").mapTo(Instant.class).one());
    assertThat(mark).isAfter(now.minusSeconds(1)); // it was advanced
  }

  @Test
  void aTransactionThatHoldsTheMarkHoldsNobodyUp() throws Exception {
    test.asSuperuser(
        "ALTER TABLE clock_mark DISABLE TRIGGER ALL",
        "UPDATE clock_mark SET mark = clock_timestamp() - interval '1 minute'",
        "ALTER TABLE clock_mark ENABLE TRIGGER ALL");
    test.run(
        outer -> {
          Instant first = Database.now(outer);
          Instant second = test.run(Database::now);
          assertThat(second).isAfterOrEqualTo(first);
          return second;
        });
  }

  private static void set(Handle handle, int id, int value) {
    handle.execute("UPDATE thing SET value = ? WHERE id = ?", value, id);
  }

  private static void increase(Handle handle, int id) {
    handle.execute("UPDATE thing SET value = value + 1 WHERE id = ?", id);
  }

  private static int read(Handle handle, int id) {
    return handle
        .createQuery("SELECT value FROM thing WHERE id = :id")
        .bind("id", id)
        .mapTo(int.class)
        .one();
  }

  private static int value(int id) {
    return test.run(handle -> read(handle, id));
  }
}
