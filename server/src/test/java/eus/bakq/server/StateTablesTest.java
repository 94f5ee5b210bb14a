package eus.bakq.server;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.vocabulary.State;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The tables of steps in code and in the database are one: every pair of states is tried in a row
 * of the real table, by the role of the running server.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StateTablesTest {
  /** What {@code integrity_constraint_violation} is in SQLSTATE: only our triggers raise it. */
  private static final String REFUSED_BY_TRIGGER = "23000";

  private static final String TAKEN = "taken";

  /** The primary key of the ledger. */
  private static final String TAKEN_BEFORE = "23505";

  /** A foreign key: of the ledger, to the step before. */
  private static final String NOT_YET = "23503";

  /** The same, of a row that begins well and names a signer that is not there. */
  private static final String NO_SUCH_SIGNER = NOT_YET;

  private TestDatabase database;

  @BeforeAll
  void open() {
    database = TestDatabase.open();
  }

  @AfterAll
  void close() {
    database.close();
  }

  static Stream<String> machines() {
    return StateTables.machines().stream();
  }

  static Stream<String> machinesOfRows() {
    return machines().filter(machine -> !machine.equals(StateTables.LEDGER));
  }

  @ParameterizedTest
  @MethodSource("machinesOfRows")
  void theDatabaseHasTheStepsOfTheCode(String machine) {
    Set<String> code = new TreeSet<>();
    Stream.concat(Stream.of(""), StateTables.names(machine).stream())
        .forEach(
            from -> StateTables.next(machine, from).forEach(to -> code.add(from + " -> " + to)));

    List<String> steps =
        database.run(
            handle ->
                handle
                    .createQuery(
                        "select from_state || ' -> ' || to_state from bakq.state_step"
                            + " where machine = :machine")
                    .bind("machine", machine)
                    .mapTo(String.class)
                    .list());

    assertThat(steps).containsExactlyInAnyOrderElementsOf(code);
  }

  @ParameterizedTest
  @MethodSource("machines")
  void leadsFromItsBeginningToAnEnd(String machine) {
    Set<String> reached = new TreeSet<>(StateTables.first(machine));
    Deque<String> open = new ArrayDeque<>(reached);
    while (!open.isEmpty()) {
      StateTables.next(machine, open.pop()).stream().filter(reached::add).forEach(open::push);
    }
    // A credential passes through these two without a row of its own.
    Set<String> expected = new TreeSet<>(StateTables.names(machine));
    if (machine.equals("credential")) {
      expected.removeAll(Set.of("REVOKED", "EXPIRED"));
    }
    assertThat(reached).isEqualTo(expected);
    assertThat(StateTables.states(machine)).anyMatch(State::isFinal);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("everyRow")
  @DisplayName("SAD-08, KEY-10, OTP-03, OTP-06: the database takes the steps of the table only")
  void theDatabaseTakesNoOtherStep(String machine, String from) throws SQLException {
    List<String> ends = StateTables.names(machine).stream().filter(to -> !to.equals(from)).toList();
    Map<String, String> rows =
        ends.stream().collect(Collectors.toMap(to -> to, to -> UUID.randomUUID().toString()));
    letIn(ends.stream().map(to -> StateRows.insert(machine, rows.get(to), from)).toList());

    for (String to : ends) {
      assertThat(sqlState(StateRows.update(machine, rows.get(to), from, to)))
          .as("%s from %s to %s", machine, from, to)
          .isEqualTo(StateTables.next(machine, from).contains(to) ? TAKEN : REFUSED_BY_TRIGGER);
    }
  }

  static Stream<Arguments> everyRow() {
    return machinesOfRows()
        .flatMap(
            machine ->
                StateTables.names(machine).stream().map(from -> Arguments.of(machine, from)));
  }

  @ParameterizedTest
  @MethodSource("machinesOfRows")
  void theDatabaseLetsNothingBeginElsewhere(String machine) {
    for (String state : StateTables.names(machine)) {
      // A challenge is made by a step of its interaction, which the test of steps tries.
      boolean begins = !machine.equals("challenge") && StateTables.first(machine).contains(state);
      assertThat(sqlState(StateRows.insert(machine, UUID.randomUUID().toString(), state)))
          .as("%s begins in %s", machine, state)
          .isIn(begins ? List.of(TAKEN, NO_SUCH_SIGNER) : List.of(REFUSED_BY_TRIGGER));
    }
  }

  @Test
  @DisplayName("OTP-04, OTP-06, OTP-07: a challenge is never another's, longer, or tried less")
  void aChallengeStaysWhatItWas() throws SQLException {
    String id = UUID.randomUUID().toString();
    String where = " where id = '" + id + "'";
    letIn(
        List.of(
            StateRows.insert("challenge", id, "LIVE"),
            "update interaction set code_tries = 1" + where));
    for (String change :
        List.of(
            "signer_id = gen_random_uuid()",
            "credential_id = gen_random_uuid()",
            "nonce = decode(repeat('01', 16), 'hex')",
            "frozen_set = decode(repeat('01', 32), 'hex')",
            "challenge_id = gen_random_uuid()",
            "code_expires_at = code_expires_at + interval '1 second'",
            "code_tries = code_tries - 1",
            "code_tries = code_tries + 2")) {
      assertThat(sqlState("update interaction set " + change + where))
          .as(change)
          .isEqualTo(REFUSED_BY_TRIGGER);
    }
    assertThat(sqlState("update interaction set code_tries = code_tries + 1" + where))
        .isEqualTo(TAKEN);
  }

  /** Each state as the rows that lead to it; each step as one row more. */
  @Test
  @DisplayName("SAD-05, SAD-08: the ledger takes the steps of its table, in their order, once")
  void theLedgerTakesNoOtherStep() throws SQLException {
    String credential = UUID.randomUUID().toString();
    letIn(List.of(StateRows.insert("credential", credential, "ACTIVE")));
    for (String from : StateTables.names(StateTables.LEDGER)) {
      for (String to : StateTables.names(StateTables.LEDGER)) {
        String sad = UUID.randomUUID().toString();
        letIn(
            StateRows.ledgerPath(from).stream()
                .map(step -> StateRows.ledger(sad, credential, step))
                .toList());
        assertThat(sqlState(StateRows.ledger(sad, credential, to)))
            .as("ledger from %s to %s", from, to)
            .isIn(
                StateTables.next(StateTables.LEDGER, from).contains(to)
                    ? List.of(TAKEN)
                    : List.of(TAKEN_BEFORE, NOT_YET));
      }
      assertThat(sqlState(StateRows.ledger(UUID.randomUUID().toString(), credential, from)))
          .as("ledger begins in %s", from)
          .isEqualTo(StateTables.first(StateTables.LEDGER).contains(from) ? TAKEN : NOT_YET);
    }
  }

  /** Writes rows as whoever lets no trigger stand in the way. */
  private void letIn(List<String> rows) throws SQLException {
    database.asSuperuser(
        Stream.concat(Stream.of("set session_replication_role = replica"), rows.stream())
            .toArray(String[]::new));
  }

  /** What becomes of one statement of the running server's role. */
  private String sqlState(String sql) {
    try {
      database.run(handle -> handle.execute(sql));
      return TAKEN;
    } catch (JdbiException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof SQLException refused) {
          return refused.getSQLState();
        }
      }
      throw e;
    }
  }
}
