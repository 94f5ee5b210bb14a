package eus.bakq.demo;

import eus.bakq.fixtures.PostgresExchange;
import eus.bakq.fixtures.PostgresWire;
import eus.bakq.fixtures.PostgresWireOrder;
import eus.bakq.fixtures.PostgresWireOrder.Where;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Where in which transaction an exchange with PostgreSQL is: the same for the same code that takes
 * the same way, whatever looks at the clock were made before it. Whether one is made depends on how
 * long ago the last was, so on the machine.
 */
final class WirePlace {
  private static final String LOOK_AT_THE_CLOCK = "FROM clock_mark";

  private static final List<String> OF_ROUNDS =
      List.of("FROM audit_lock", "FROM audit_record last", "pg_try_advisory_xact_lock");

  /** How a node looks what it might complete, and what it might settle, of requests. */
  private static final List<String> LOOKS_AT_REQUESTS =
      List.of(
          "where state = 'COMPLETING' order by random()",
          "where state = $1 order by expires_at limit 100");

  /** How a worker takes a message that is to be sent, and how many may ask in a call. */
  private static final String TAKES = "UPDATE outbox_message SET attempts";

  private static final int MOST_TAKERS = 20;

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

  /**
   * Lets no node complete or settle what a call is about to, until the orders are released: on a
   * slow machine a round, of this node or of another, would often be faster, and the call never
   * come by; and a round that looks whether a request is to be settled begins as the call does that
   * completes it.
   */
  static List<PostgresWireOrder> holdRounds(List<PostgresWire> wires) {
    return wires.stream()
        .flatMap(wire -> LOOKS_AT_REQUESTS.stream().map(look -> hold(wire, look, 1)))
        .toList();
  }

  /** Lets no node behind {@code wires} send anything, until the orders are released. */
  static List<PostgresWireOrder> holdSendings(List<PostgresWire> wires) {
    return wires.stream()
        .flatMap(
            wire -> IntStream.rangeClosed(1, MOST_TAKERS).mapToObj(nth -> hold(wire, TAKES, nth)))
        .toList();
  }

  private static PostgresWireOrder hold(PostgresWire wire, String words, int nth) {
    return wire.hold(exchange -> exchange.sql().contains(words), nth, Where.BEFORE_IT_ARRIVES);
  }

  static String of(PostgresExchange exchange) {
    return before(exchange).stream().map(sql -> sql + " | ").collect(Collectors.joining())
        + exchange.sql();
  }

  private static List<String> before(PostgresExchange exchange) {
    return exchange.before().stream().filter(sql -> !sql.contains(LOOK_AT_THE_CLOCK)).toList();
  }
}
