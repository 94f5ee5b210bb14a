package eus.bakq.demo;

import eus.bakq.fixtures.PostgresExchange;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where in which transaction an exchange with PostgreSQL is: the same for the same code that takes
 * the same way, whatever looks at the clock were made before it. Whether one is made depends on how
 * long ago the last was, so on the machine.
 */
final class WirePlace {
  private static final String LOOK_AT_THE_CLOCK = "FROM clock_mark";

  private static final List<String> OF_ROUNDS =
      List.of("FROM audit_lock", "FROM audit_record last", "pg_try_advisory_xact_lock");

  private WirePlace() {}

  /** Whether one passes {@code exchange} by chance only. */
  static boolean isLookAtTheClock(PostgresExchange exchange) {
    return exchange.sql().contains(LOOK_AT_THE_CLOCK);
  }

  /**
   * Whether {@code exchange} is of a round: at one of the places {@code noise}, or in a transaction
   * that begins as no call's does. With the record's lock one tells once a minute what was counted,
   * if anything was. With the look at the record's head one holds the database to its anchors, each
   * second and for all calls that wait for it: which of them makes it is a matter of chance. With
   * the anchors' lock one writes to the tokens.
   */
  static boolean isNoise(PostgresExchange exchange, Set<String> noise) {
    List<String> before = before(exchange);
    String first = before.isEmpty() ? exchange.sql() : before.getFirst();
    return OF_ROUNDS.stream().anyMatch(first::contains) || noise.contains(of(exchange));
  }

  static String of(PostgresExchange exchange) {
    return before(exchange).stream().map(sql -> sql + " | ").collect(Collectors.joining())
        + exchange.sql();
  }

  private static List<String> before(PostgresExchange exchange) {
    return exchange.before().stream().filter(sql -> !sql.contains(LOOK_AT_THE_CLOCK)).toList();
  }
}
