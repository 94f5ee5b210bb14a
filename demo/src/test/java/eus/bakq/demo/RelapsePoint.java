package eus.bakq.demo;

import eus.bakq.fixtures.PostgresExchange;
import eus.bakq.fixtures.PostgresWireOrder.Where;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a server is killed that settles what another left when it died: at one exchange with
 * PostgreSQL of that, before it arrives or after it was carried out.
 *
 * @param exchange what was seen there when nobody disturbed it
 * @param nth which of the exchanges at the same place since the server's start, from 1
 */
record RelapsePoint(PostgresExchange exchange, int nth, Where where) {
  /** Who asks these in a transaction settles, or looks whether there is something to settle. */
  private static final List<String> SETTLING =
      List.of("bakq.activation_ledger", "bakq.signature_request");

  /** Who asks none of these has only looked; completing begins with reading what is prepared. */
  private static final List<String> CHANGING =
      List.of("insert into", "update bakq.", "from bakq.prepared_document");

  /**
   * Every point of settling.
   *
   * @param trace what was seen from the start to the end of all settling
   */
  static List<RelapsePoint> all(List<PostgresExchange> trace) {
    List<RelapsePoint> points = new ArrayList<>();
    Map<String, Integer> seen = new HashMap<>();
    for (int i = 0; i < trace.size(); i++) {
      PostgresExchange exchange = trace.get(i);
      int nth = seen.merge(WirePlace.of(exchange), 1, Integer::sum);
      if (changes(trace.subList(i, trace.size()))) {
        for (Where where : Where.values()) {
          points.add(new RelapsePoint(exchange, nth, where));
        }
      }
    }
    return points;
  }

  /** Whether the first exchange of {@code rest} is in a transaction that settles something. */
  private static boolean changes(List<PostgresExchange> rest) {
    return rest.stream()
        .filter(exchange -> exchange.connection() == rest.getFirst().connection())
        .filter(PostgresExchange::isCommit)
        .findFirst()
        .filter(
            commit ->
                SETTLING.stream().anyMatch(commit::isInTransactionWith)
                    && CHANGING.stream().anyMatch(commit::isInTransactionWith))
        .isPresent();
  }

  boolean isCommit() {
    return exchange.isCommit();
  }

  @Override
  public String toString() {
    String sql = exchange.sql();
    return "settling, %d. exchange, %s \"%s\""
        .formatted(
            exchange.before().size() + 1, where, sql.substring(0, Math.min(70, sql.length())));
  }
}
