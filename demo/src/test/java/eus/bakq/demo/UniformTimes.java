package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.Documents;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Whether who measures how long answers take can tell apart unknown, wrong, locked and right
 * (AUT-11). It measures time, so it is no test of {@code ./test}: README, "Slow suites", has the
 * command. What is compared is the probability that an answer of one kind takes longer than one of
 * another (the AUC of Mann and Whitney): one half if nobody can tell. With 1,300 samples of each
 * kind its standard deviation is 0.011, and none of twelve pairs is beyond the bound by chance in
 * one of ten thousand runs.
 */
@ExtendWith(InDemoWorld.class)
class UniformTimes {
  /** {@code -Dbakq.times.samples=N}: of each kind; at least 400 say something. */
  private static final int SAMPLES = Integer.getInteger("bakq.times.samples", 1300);

  private static final int WARM_UP = 50;
  private static final Duration PAUSE = Duration.ofMillis(60);
  private static final double LEAST = 0.45;
  private static final double MOST = 0.55;

  /** One digit too many. */
  private static final String ALWAYS_WRONG = "1".repeat(7);

  private static final String NOBODY = "00000000-0000-0000-0000-000000000000";

  private enum Kind {
    UNKNOWN,
    WRONG,
    LOCKED,
    RIGHT
  }

  private final DemoWorld world;
  private final Sede sede;
  private final Map<Kind, List<Long>> passwords = new EnumMap<>(Kind.class);
  private final Map<Kind, List<Long>> codes = new EnumMap<>(Kind.class);

  UniformTimes(DemoWorld world) {
    this.world = world;
    this.sede = world.sede(DemoWorld.SEDE_A);
  }

  @Test
  @DisplayName("AUT-11: nobody can tell from the time who is registered, wrong, locked or right")
  void takesAsLongWhateverIsJudged() throws Exception {
    Map<Kind, Citizen> people = new EnumMap<>(Kind.class);
    people.put(Kind.UNKNOWN, world.newCitizen());
    people.put(Kind.WRONG, world.activeCitizen());
    people.put(Kind.LOCKED, SignerStates.locked(world));
    people.put(Kind.RIGHT, world.activeCitizen());
    Random random = new Random(1);
    List<Kind> order = new ArrayList<>(List.of(Kind.values()));
    try (Connection connection = world.superuser();
        Statement database = connection.createStatement()) {
      for (int round = -WARM_UP; round < SAMPLES; round++) {
        Collections.shuffle(order, random);
        round(database, people, order, round >= 0);
      }
    }

    List<String> apart = new ArrayList<>();
    compare("password", passwords, apart);
    compare("code", codes, apart);
    assertThat(apart).as("what can be told apart").isEmpty();
  }

  /** One of each kind on one request; the first of a request does more, and is nobody's. */
  private void round(
      Statement database, Map<Kind, Citizen> people, List<Kind> order, boolean counts)
      throws Exception {
    SignatureRequest request = sede.ask(Documents.form());
    Citizen nobody = world.newCitizen();
    nobody.open(request).submitPassword(nobody.dni(), Citizen.PASSWORD);
    for (Kind kind : order) {
      Citizen citizen = people.get(kind);
      Authorising opened = citizen.open(request);
      String password = kind == Kind.WRONG ? Citizen.WRONG_PASSWORD : Citizen.PASSWORD;
      long begun = System.nanoTime();
      opened.submitPassword(citizen.dni(), password);
      long answered = System.nanoTime();
      awaitRest(database);
      long tried = System.nanoTime();
      var _ = Refused.by(() -> opened.submitCode(ALWAYS_WRONG));
      long refused = System.nanoTime();
      awaitRest(database);
      forget(database, citizen);
      if (counts) {
        passwords.computeIfAbsent(kind, key -> new ArrayList<>()).add(answered - begun);
        codes.computeIfAbsent(kind, key -> new ArrayList<>()).add(refused - tried);
      }
    }
    sede.cancel(request.getId());
  }

  /** Until what was to be sent is sent: it would take the next one's time. */
  private void awaitRest(Statement database) throws Exception {
    // As long for everybody: what has rested a while begins slower.
    Thread.sleep(PAUSE);
    assertThat(Eventually.is(() -> isNothingPending(database))).isTrue();
  }

  private static boolean isNothingPending(Statement database) throws SQLException {
    try (ResultSet row =
        database.executeQuery(
            "select count(*) from outbox_message where state = 'PENDING' and signer_id is not null")) {
      row.next();
      return row.getLong(1) == 0;
    }
  }

  /** As if a day had passed without a failure, but for who is locked; the same for everybody. */
  private static void forget(Statement database, Citizen citizen) throws SQLException {
    String id = citizen.signerId().isEmpty() ? NOBODY : citizen.signerId();
    database.execute(
        "update failure_counter set codes_in_window = 0, failures = case when locked_at is null then 0"
            + " else failures end where id = '"
            + id
            + "'");
    database.execute(
        "update outbox_message set created_at = created_at - interval '2 days' where signer_id = '"
            + id
            + "'");
  }

  private static void compare(String step, Map<Kind, List<Long>> times, List<String> apart) {
    for (Kind kind : Kind.values()) {
      long[] sorted = sorted(times.get(kind));
      System.out.printf(
          Locale.ROOT,
          "%-8s %-8s median %.2f ms of %d%n",
          step,
          kind,
          sorted[sorted.length / 2] / 1e6,
          sorted.length);
    }
    for (Kind one : Kind.values()) {
      for (Kind other : Kind.values()) {
        if (one.compareTo(other) < 0) {
          double auc = auc(sorted(times.get(one)), sorted(times.get(other)));
          String line =
              String.format(Locale.ROOT, "%-8s %-8s %-8s AUC %.3f", step, one, other, auc);
          System.out.println(line);
          if (auc < LEAST || auc > MOST) {
            apart.add(line);
          }
        }
      }
    }
  }

  /** The probability that one of {@code other} took longer than one of {@code one}. */
  private static double auc(long[] one, long[] other) {
    double longer = 0;
    int below = 0;
    int notAbove = 0;
    for (long time : other) {
      while (below < one.length && one[below] < time) {
        below++;
      }
      while (notAbove < one.length && one[notAbove] <= time) {
        notAbove++;
      }
      longer += (below + notAbove) / 2.0;
    }
    return longer / ((double) one.length * other.length);
  }

  private static long[] sorted(List<Long> times) {
    long[] sorted = times.stream().mapToLong(Long::longValue).toArray();
    Arrays.sort(sorted);
    return sorted;
  }
}
