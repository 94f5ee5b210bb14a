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

  private static final String RECORD = "FROM audit_lock";

  private WirePlace() {}

  /** Whether one passes {@code exchange} by chance only. */
  static boolean isLookAtTheClock(PostgresExchange exchange) {
    return exchange.sql().contains(LOOK_AT_THE_CLOCK);
  }

  /**
   * Whether {@code exchange} is of a round: at one of the places {@code noise}, or in a transaction
   * that begins with the record's lock, which tells once a minute what was counted, if anything
   * was. Calls have something to read first.
   */
  static boolean isNoise(PostgresExchange exchange, Set<String> noise) {
    List<String> before = exchange.before();
    return (before.isEmpty() ? exchange.sql() : before.getFirst()).contains(RECORD)
        || noise.contains(of(exchange));
  }

  static String of(PostgresExchange exchange) {
    List<String> before =
        exchange.before().stream().filter(sql -> !sql.contains(LOOK_AT_THE_CLOCK)).toList();
    return before.stream().map(sql -> sql + " | ").collect(Collectors.joining()) + exchange.sql();
  }
}
