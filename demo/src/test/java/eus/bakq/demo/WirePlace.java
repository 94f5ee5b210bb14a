package eus.bakq.demo;

import eus.bakq.fixtures.PostgresExchange;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where in which transaction an exchange with PostgreSQL is: the same for the same code that takes
 * the same way, whatever looks at the clock were made before it. Whether one is made depends on how
 * long ago the last was, so on the machine.
 */
final class WirePlace {
  private static final String LOOK_AT_THE_CLOCK = "FROM clock_mark";

  private WirePlace() {}

  /** Whether one passes {@code exchange} by chance only. */
  static boolean isLookAtTheClock(PostgresExchange exchange) {
    return exchange.sql().contains(LOOK_AT_THE_CLOCK);
  }

  static String of(PostgresExchange exchange) {
    List<String> before =
        exchange.before().stream().filter(sql -> !sql.contains(LOOK_AT_THE_CLOCK)).toList();
    return before.stream().map(sql -> sql + " | ").collect(Collectors.joining()) + exchange.sql();
  }
}
