package eus.bakq.server.hsm;

import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A place in memory that fails on order, before or after it took effect. For one thread. */
public final class FakeAnchorPlace implements AnchorPlace {
  /** When it fails. */
  public enum Failing {
    NEVER,
    BEFORE,
    AFTER
  }

  private final String name;
  private final List<Bytes> kept = new ArrayList<>();
  private Failing failing = Failing.NEVER;
  private boolean away;

  public FakeAnchorPlace() {
    this("memory");
  }

  /** One of several of the kind {@code memory}. */
  public FakeAnchorPlace(String name) {
    this.name = name;
  }

  /** From now on it is known not to answer, or to do so again. */
  public void away(boolean known) {
    away = known;
    failing = known ? Failing.BEFORE : Failing.NEVER;
  }

  /** From now on. */
  public void fail(Failing when) {
    failing = when;
  }

  /** All that was kept, in its order. */
  public List<Bytes> kept() {
    return List.copyOf(kept);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String kind() {
    return "memory";
  }

  /** One that fails is known not to answer only once somebody has asked it. */
  @Override
  public boolean isAway() {
    return away;
  }

  @Override
  public Optional<Bytes> read() {
    if (failing == Failing.BEFORE) {
      throw failure();
    }
    return kept.isEmpty() ? Optional.empty() : Optional.of(kept.getLast());
  }

  @Override
  public void keep(Bytes value) {
    if (failing == Failing.BEFORE) {
      throw failure();
    }
    kept.add(value);
    if (failing == Failing.AFTER) {
      throw failure();
    }
  }

  private static UnavailableException failure() {
    return UnavailableException.temporarily("ordered", null);
  }
}
