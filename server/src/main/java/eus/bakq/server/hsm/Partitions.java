package eus.bakq.server.hsm;

import eus.bakq.server.failure.UnavailableException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The tokens of one role: one in each partition, all with the same keys. A call goes to the one
 * that has least to do of those that serve, and to the others in turn if that one fails: what a
 * partition may have made of it before goes nowhere. Safe for several threads.
 */
final class Partitions implements AutoCloseable {
  private final List<Partition> all;
  private final AtomicInteger calls = new AtomicInteger();

  /**
   * @param all at least one, which are closed with this
   */
  Partitions(List<Partition> all) {
    this.all = List.copyOf(all);
  }

  /**
   * Opens all of them. Those that do not answer, or are not as they must be, rest: one that serves
   * is enough.
   *
   * @throws HsmRefusedException of the first one, if none serves; nothing is left open
   */
  static Partitions open(List<Partition> all) {
    HsmRefusedException first = null;
    boolean opened = false;
    Partitions partitions = new Partitions(all);
    try {
      for (Partition each : all) {
        try {
          each.open();
          opened = true;
        } catch (HsmRefusedException e) {
          first = first == null ? e : first;
        }
      }
    } finally {
      if (!opened) {
        partitions.close();
      }
    }
    if (!opened && first != null) {
      throw first;
    }
    return partitions;
  }

  /** Each of them, in the order of the configuration. */
  List<Partition> all() {
    return all;
  }

  /**
   * Runs {@code action} as {@link SessionPool#use}, in one partition after the other until one has
   * done it.
   *
   * @throws UnavailableException at once if all rest; or if none does it, or no session is free in
   *     time
   * @throws IllegalStateException if a token says that the call itself is wrong: a bug
   */
  <T, E extends Exception> T use(TokenAction<T, E> action) throws E {
    TokenAwayException last = new TokenAwayException("the HSM failed a moment ago", null);
    for (Partition each : inTurn()) {
      try {
        return each.use(action);
      } catch (TokenAwayException e) {
        last = e;
      }
    }
    throw Partition.unavailable(last);
  }

  /** Those that serve, the idlest first; of several that are equally so each has its turn. */
  private List<Partition> inTurn() {
    if (all.size() == 1) {
      return all;
    }
    List<Partition> serving = new ArrayList<>(all);
    serving.removeIf(each -> !each.isServing());
    Collections.rotate(serving, Math.floorMod(calls.getAndIncrement(), all.size()));
    record Weighed(Partition partition, int load) {}
    return serving.stream()
        .map(each -> new Weighed(each, each.load())) // once: it changes while they are sorted
        .sorted(Comparator.comparingInt(Weighed::load))
        .map(Weighed::partition)
        .toList();
  }

  @Override
  public void close() {
    all.forEach(Partition::close);
  }
}
