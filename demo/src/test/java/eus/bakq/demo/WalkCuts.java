package eus.bakq.demo;

import eus.bakq.fixtures.PostgresExchange;
import eus.bakq.fixtures.PostgresWire;
import eus.bakq.fixtures.PostgresWireOrder;
import eus.bakq.fixtures.PostgresWireOrder.Where;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * The exchanges with PostgreSQL that a walk has, call by call, and the connection cut at each of
 * them in turn: one in each call of a walk, until all had theirs. Exchanges of background jobs are
 * apart: they are cut whenever they come. For one thread.
 */
final class WalkCuts {
  /** Where to cut, and on which side. */
  private record Cut(String place, Where where) {}

  /** Of calls that are repeated until they succeed. */
  private static final int MOST_IN_A_WALK = 8;

  private static final int PART = 4;
  private static final Deque<Cut> NONE = new ArrayDeque<>();

  private final PostgresWire wire;
  private final Set<String> ofBackground = new HashSet<>();
  private final Map<String, Set<String>> places = new LinkedHashMap<>();
  private final Map<String, Deque<Cut>> left = new LinkedHashMap<>();
  private final List<Cut> unmet = new ArrayList<>();
  private final List<PostgresWireOrder> background = new ArrayList<>();

  /** What was not met, by call: perhaps a cut before it had left another state than it needs. */
  private final Map<String, List<Cut>> unmetOnce = new LinkedHashMap<>();

  private final Set<String> leftAlone = new HashSet<>();
  private final Set<String> commitsOnly = new HashSet<>();
  private Optional<String> call = Optional.empty();
  private Optional<Cut> cut = Optional.empty();
  private Optional<PostgresWireOrder> order = Optional.empty();
  private final Map<String, Integer> inThisWalk = new HashMap<>();
  private int mostInAWalk = MOST_IN_A_WALK;
  private boolean last;
  private int met;

  WalkCuts(PostgresWire wire) {
    this.wire = wire;
  }

  /** Nothing is cut in the calls of this name. */
  void leaveAlone(String untouched) {
    leftAlone.add(untouched);
  }

  /** But for {@code all}, nothing but COMMITs is cut in these. */
  void commitsOnlyIn(Set<String> calls) {
    commitsOnly.addAll(calls);
  }

  /** What passes now, and comes again by itself. */
  void learnBackground() {
    wire.passed().forEach(exchange -> ofBackground.add(WirePlace.of(exchange)));
    wire.forgetPassed();
  }

  /** To be told of the calls of a walk without faults. */
  void learn(String next) {
    learnCall();
    call = Optional.of(next);
  }

  private void learnCall() {
    List<PostgresExchange> passed = wire.passed();
    wire.forgetPassed();
    call.filter(name -> !leftAlone.contains(name))
        .ifPresent(
            name ->
                passed.stream()
                    .map(WirePlace::of)
                    .filter(place -> !ofBackground.contains(place))
                    .forEach(
                        place ->
                            places.computeIfAbsent(name, n -> new LinkedHashSet<>()).add(place)));
  }

  /**
   * Ends the learning.
   *
   * @param all whether each exchange is cut on both sides, in each call; else, of what several
   *     calls have, in one of them: each COMMIT on both sides, and one in four of the others on one
   */
  void prepare(Random random, boolean all) {
    learnCall();
    call = Optional.empty();
    Set<String> seen = new HashSet<>();
    places.forEach(
        (name, found) -> {
          List<Cut> cuts = new ArrayList<>();
          for (String place : found) {
            boolean other = !commitsOnly.contains(name) && random.nextInt(PART) == 0;
            if (all || (seen.add(place) && (isCommit(place) || other))) {
              cuts.addAll(cutsAt(place, random, all || isCommit(place)));
            }
          }
          Collections.shuffle(cuts, random);
          left.put(name, new ArrayDeque<>(cuts));
        });
    for (String place : ofBackground) {
      for (Cut each : cutsAt(place, random, all || isCommit(place))) {
        background.add(order(each, 1 + random.nextInt(4)));
      }
    }
  }

  private static boolean isCommit(String place) {
    return place.equals("COMMIT") || place.endsWith(" | COMMIT");
  }

  private static List<Cut> cutsAt(String place, Random random, boolean both) {
    if (both) {
      return List.of(
          new Cut(place, Where.BEFORE_IT_ARRIVES), new Cut(place, Where.BEFORE_THE_ANSWER));
    }
    return List.of(
        new Cut(place, random.nextBoolean() ? Where.BEFORE_IT_ARRIVES : Where.BEFORE_THE_ANSWER));
  }

  private PostgresWireOrder order(Cut wanted, int nth) {
    return wire.cut(exchange -> WirePlace.of(exchange).equals(wanted.place()), nth, wanted.where());
  }

  /** To be told of the calls of a walk with faults: one cut in each, some calls of a name. */
  void cutIn(String next) {
    close();
    call = Optional.of(next);
    boolean more = inThisWalk.merge(next, 1, Integer::sum) <= mostInAWalk;
    cut = Optional.ofNullable(more ? left.getOrDefault(next, NONE).poll() : null);
    order = cut.map(wanted -> order(wanted, 1));
  }

  /** Ends a walk. When all cuts were tried, those not met are tried again, one in each call. */
  void endWalk() {
    close();
    inThisWalk.clear();
    if (left() == 0 && !last) {
      last = true;
      mostInAWalk = 1;
      unmetOnce.forEach((name, cuts) -> left.put(name, new ArrayDeque<>(cuts)));
    }
  }

  /** How many of them are to be made in {@code calls}. */
  int leftIn(Set<String> calls) {
    return calls.stream().mapToInt(name -> left.getOrDefault(name, NONE).size()).sum();
  }

  private void close() {
    order.ifPresent(
        given -> {
          given.release();
          if (given.met().isPresent()) {
            met++;
          } else if (!last) {
            unmetOnce
                .computeIfAbsent(call.orElseThrow(), name -> new ArrayList<>())
                .add(cut.orElseThrow());
          } else {
            unmet.add(cut.orElseThrow());
          }
        });
    order = Optional.empty();
  }

  int met() {
    return met;
  }

  /** How many cuts of background jobs have happened. */
  long metInBackground() {
    return background.stream().filter(given -> given.met().isPresent()).count();
  }

  /** Those that were not met in two walks. */
  List<String> unmet() {
    return unmet.stream().map(Cut::toString).toList();
  }

  /** Those of them that are COMMITs. */
  List<String> unmetCommits() {
    return unmet.stream().filter(each -> isCommit(each.place())).map(Cut::toString).toList();
  }

  /** How many COMMITs are still to be cut in calls, on one side or the other. */
  int commitsLeft() {
    return (int)
        left.values().stream().flatMap(Deque::stream).filter(c -> isCommit(c.place())).count();
  }

  /** How many are still to be made in calls. */
  int left() {
    return left.values().stream().mapToInt(Deque::size).sum();
  }
}
