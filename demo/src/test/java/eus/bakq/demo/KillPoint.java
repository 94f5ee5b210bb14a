package eus.bakq.demo;

import eus.bakq.fixtures.PostgresExchange;
import eus.bakq.fixtures.PostgresWireOrder.Where;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a server is killed: at one exchange with PostgreSQL of one step of the walk, before it
 * arrives or after it was carried out.
 *
 * @param step whose call it is
 * @param exchange what was seen there when the step was watched undisturbed
 * @param nth which of the exchanges at the same place of the same code, from 1
 * @param sending whether it belongs to the sending of what the step tells people, which is on its
 *     own
 * @param committed the COMMITs of the step that PostgreSQL has carried out by then
 */
record KillPoint(
    KillStep step,
    PostgresExchange exchange,
    int nth,
    boolean sending,
    Where where,
    List<PostgresExchange> committed) {
  /**
   * Who asks these holds a row of everybody's to the end of the transaction: the record, the
   * register, the sede's turn.
   */
  private static final List<String> SHARED =
      List.of("FROM audit_lock", "update bakq.certificate_register_change", "caller_turn");

  /** What ends the sending of a message. */
  private static final String SENT = "UPDATE outbox_message SET state";

  KillPoint {
    committed = List.copyOf(committed);
  }

  /**
   * Every point of a step. One that is at a look at the clock may not come again.
   *
   * @param trace what was seen, in order
   * @param ofTheCall how much of it was seen when the call was answered
   */
  static List<KillPoint> all(KillStep step, List<PostgresExchange> trace, int ofTheCall) {
    List<KillPoint> points = new ArrayList<>();
    Map<String, Integer> seen = new HashMap<>();
    List<PostgresExchange> committed = new ArrayList<>();
    for (int i = 0; i < trace.size(); i++) {
      PostgresExchange exchange = trace.get(i);
      boolean sending = i >= ofTheCall || exchange.isInTransactionWith(SENT);
      int nth = seen.merge(WirePlace.of(exchange), 1, Integer::sum);
      points.add(new KillPoint(step, exchange, nth, sending, Where.BEFORE_IT_ARRIVES, committed));
      if (exchange.isCommit()) {
        committed.add(exchange);
      }
      points.add(new KillPoint(step, exchange, nth, sending, Where.BEFORE_THE_ANSWER, committed));
    }
    return points.stream().filter(step::has).toList();
  }

  /** How many transactions that asked something with {@code words} were committed. */
  long committed(String words) {
    return committed.stream().filter(commit -> commit.isInTransactionWith(words)).count();
  }

  /** What this point and the one on the other side have in common. */
  List<Object> exchangeOfStep() {
    return List.of(step, WirePlace.of(exchange), nth);
  }

  /** Whether it is a COMMIT, on one side of it or the other. */
  boolean isCommit() {
    return exchange.isCommit();
  }

  /** Whether somebody who is held here keeps others from what everybody does. */
  boolean holdsOthers() {
    boolean over = exchange.isCommit() && where == Where.BEFORE_THE_ANSWER;
    return !over
        && SHARED.stream()
            .anyMatch(
                words ->
                    where == Where.BEFORE_THE_ANSWER
                        ? exchange.isInTransactionWith(words)
                        : exchange.before().stream().anyMatch(sql -> sql.contains(words)));
  }

  @Override
  public String toString() {
    String last = exchange.before().isEmpty() ? "" : exchange.before().getLast() + "; ";
    String sql = (exchange.isCommit() ? last : "") + exchange.sql();
    return "%s, %d. transaction, %d. exchange, %s \"%s\""
        .formatted(
            step,
            committed.size() + (exchange.isCommit() && where == Where.BEFORE_THE_ANSWER ? 0 : 1),
            exchange.before().size() + 1,
            where,
            sql.substring(0, Math.min(70, sql.length())));
  }
}
