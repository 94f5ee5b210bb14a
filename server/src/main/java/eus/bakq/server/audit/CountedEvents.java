package eus.bakq.server.audit;

import eus.bakq.server.database.CommitUnknownException;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * Events that anybody can cause as often as he likes, such as refusals: equal ones of a minute
 * become one record, which says how many they were (AUD-01, AUD-22), so that a flood does not fill
 * the record. Events are equal if type, outcome, reason, actor and subject are; the other details
 * are those of the first.
 *
 * <p>Their detail {@code count} is set here. The first of its kind is written at the next {@link
 * #write}, some seconds later; further ones a minute after the last that was written. What is not
 * written yet is in memory only: a crash loses a minute of counts, and the log has each. The same
 * if the answer to the COMMIT is lost: what was being written is not written again, for it would be
 * counted twice if it is there, and it may be missing if it is not. At most 400 kinds are told
 * apart at a time; what is beyond is counted by type and reason, without actor and subject. Safe
 * for several threads; never waits for the database but in {@link #write}.
 */
public final class CountedEvents {
  /** What stands for actor and subject where too many were told apart. */
  static final String SEVERAL = "several";

  private static final Duration PERIOD = Duration.ofMinutes(1);
  private static final int MOST_KINDS = 400;

  private record Kind(
      AuditEventType type,
      AuditEvent.Outcome outcome,
      String reason,
      String actor,
      String subject) {
    static Kind of(AuditEvent event) {
      return new Kind(
          event.type(), event.outcome(), event.reason(), event.actor(), event.subject());
    }

    Kind withoutWhoAndWhat() {
      return new Kind(type, outcome, reason, SEVERAL, SEVERAL);
    }
  }

  /** How many of a kind wait to be written, and from when on they may be. */
  private static final class Tally {
    private Map<String, String> details = Map.of();
    private long count;
    private long dueAt;
  }

  private record Due(Kind kind, Map<String, String> details, long count) {
    AuditEvent event() {
      Map<String, String> all = new LinkedHashMap<>(details);
      all.put("count", Long.toString(count));
      return new AuditEvent(
          kind.type(), kind.outcome(), kind.reason(), kind.actor(), kind.subject(), all);
    }
  }

  private final LongSupplier nanoTime;
  private final Map<Kind, Tally> tallies = new HashMap<>();

  /**
   * @param nanoTime a clock that never goes back, such as {@link System#nanoTime}
   */
  public CountedEvents(LongSupplier nanoTime) {
    this.nanoTime = Objects.requireNonNull(nanoTime);
  }

  /** Counts one; it is in the record some seconds later, a minute at most. */
  public void count(AuditEvent event) {
    long now = nanoTime.getAsLong();
    synchronized (tallies) {
      Kind kind = Kind.of(event);
      if (!tallies.containsKey(kind) && tallies.size() >= MOST_KINDS) {
        kind = kind.withoutWhoAndWhat();
      }
      // These few exceed the bound by as many as there are types and reasons.
      Tally tally = tallies.computeIfAbsent(kind, _ -> newTally(now));
      if (tally.count == 0) {
        tally.details = event.details();
      }
      tally.count++;
    }
  }

  private static Tally newTally(long now) {
    Tally tally = new Tally();
    tally.dueAt = now;
    return tally;
  }

  /**
   * Writes what is due, durably; what cannot be written now is written the next time.
   *
   * @throws CommitUnknownException if it is not known whether it was written
   * @throws eus.bakq.server.failure.UnavailableException if the database does not answer
   */
  public void write(Database database, AuditLog audit) throws RefusedException {
    write(database, audit, takeDue(false));
  }

  /** Writes everything, due or not: the server is stopping. */
  public void writeAll(Database database, AuditLog audit) throws RefusedException {
    write(database, audit, takeDue(true));
  }

  private void write(Database database, AuditLog audit, List<Due> due) throws RefusedException {
    if (due.isEmpty()) {
      return;
    }
    boolean mayBeWritten = false;
    try {
      database.transact(handle -> audit.appendAll(handle, due.stream().map(Due::event).toList()));
      mayBeWritten = true;
    } catch (CommitUnknownException e) {
      mayBeWritten = true;
      throw e;
    } finally {
      if (!mayBeWritten) {
        putBack(due);
      }
    }
  }

  private List<Due> takeDue(boolean all) {
    long now = nanoTime.getAsLong();
    List<Due> due = new ArrayList<>();
    synchronized (tallies) {
      // Nothing of the kind for a whole period: it begins anew when it comes again.
      tallies.values().removeIf(tally -> tally.count == 0 && now - tally.dueAt >= 0);
      tallies.forEach(
          (kind, tally) -> {
            if (tally.count > 0 && (all || now - tally.dueAt >= 0)) {
              due.add(new Due(kind, tally.details, tally.count));
              tally.count = 0;
              tally.dueAt = now + PERIOD.toNanos();
            }
          });
    }
    return due;
  }

  private void putBack(List<Due> due) {
    long now = nanoTime.getAsLong();
    synchronized (tallies) {
      for (Due one : due) {
        Tally tally = tallies.computeIfAbsent(one.kind(), _ -> newTally(now));
        tally.details = one.details();
        tally.count += one.count();
        tally.dueAt = now;
      }
    }
  }
}
