package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.Documents;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A process that stands still between the code and the reservation for so long that the request was
 * begun again, and is being signed by another authorisation, when it goes on. What the model of the
 * ledger calls FAULT_ANYBODYS_TURN (docs/model.md) must not be so.
 */
@ExtendWith(InDemoWorld.class)
class AnotherAuthorisationTest {
  private final DemoWorld world;

  AnotherAuthorisationTest(DemoWorld world) {
    this.world = world;
  }

  @Test
  @DisplayName("SAD-01, SAD-08: values are kept for the authorisation that the request names only")
  void keepsNoValuesForARequestThatAnotherAuthorisationHas() throws Exception {
    Paused paused = Paused.before(world);
    UUID other = paused.handOver("");

    assertThat(paused.goOn()).isEqualTo("TEMPORARILY_UNAVAILABLE");

    assertThat(paused.turn()).isEqualTo("AUTHORISED " + other);
    assertThat(
            world.count(
                "select count(*) from request_document where value is not null and "
                    + paused.ofRequest("request_id")))
        .isZero();
    assertThat(world.audit().lines(paused.request.getId()))
        .contains("SIGNATURE_FAILED FAILED OUTCOME_NOT_COMMITTED")
        .noneMatch(line -> line.startsWith("SIGNATURE_CREATED"));
  }

  @Test
  @DisplayName("SAD-08: activation data that are refused end nobody else's authorisation")
  void aRefusalLeavesAnotherAuthorisationAlone() throws Exception {
    Paused paused = Paused.before(world);
    UUID other = paused.handOver("use up");

    assertThat(paused.goOn()).isEqualTo("ACTIVATION_REFUSED");

    assertThat(paused.turn()).isEqualTo("AUTHORISED " + other);
    assertThat(world.audit().lines(paused.request.getId()))
        .contains("SAD_REJECTED REFUSED ALREADY_USED");
  }

  /** A call with a right code that waits for the certificate's row, which somebody holds. */
  private record Paused(
      DemoWorld world,
      SignatureRequest request,
      Connection holder,
      ExecutorService thread,
      Future<String> call) {
    static Paused before(DemoWorld world) throws Exception {
      Citizen citizen = world.activeCitizen();
      SignatureRequest request = world.sede(DemoWorld.SEDE_A).ask(Documents.paper());
      Authorising authorising = citizen.challenged(request);
      String code = citizen.nextCode();
      Connection holder = world.superuser();
      holder.setAutoCommit(false);
      try (Statement statement = holder.createStatement()) {
        statement.execute("set local search_path = bakq");
        statement.execute(
            "select 1 from certificate_register where credential_id in"
                + " (select id from credential where signer_id = '"
                + citizen.signerId()
                + "') for update");
      }
      ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor();
      Future<String> call =
          thread.submit(() -> Refused.by(() -> authorising.submitCode(code)).reason());
      Paused paused = new Paused(world, request, holder, thread, call);
      assertThat(
              Eventually.is(
                  () ->
                      world.count(
                              "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                                  + " and query like '%certificate_register%'")
                          > 0))
          .isTrue();
      return paused;
    }

    /** As when the request was begun again, and another authorisation is on its way to the HSM. */
    UUID handOver(String alsoReserved) throws SQLException {
      UUID other = UUID.randomUUID();
      String rows =
          "insert into activation_ledger (sad_id, ordinal, step, credential_id, signature_request_id, dtbs_digest,"
              + " node_id, written_at) select %s, ordinal, '%s', credential_id, signature_request_id, dtbs_digest, %s,"
              + " clock_timestamp() from activation_ledger where step = 'AUTHORISED' and "
              + ofRequest("signature_request_id");
      world.tamper(rows.formatted("'" + other + "'", "AUTHORISED", "null"));
      if (!alsoReserved.isEmpty()) {
        world.tamper(
            rows.formatted(
                    "sad_id", "RESERVED", "(select id from node order by lease_until desc limit 1)")
                + " and sad_id <> '"
                + other
                + "'");
      }
      world.tamper(
          "update signature_request set sad_id = '" + other + "' where " + ofRequest("id"));
      return other;
    }

    String ofRequest(String column) {
      return column + " = '" + request.getId() + "'";
    }

    String goOn() throws Exception {
      holder.rollback();
      holder.close();
      try (thread) {
        return call.get();
      }
    }

    /** The request's state, and whose authorisation it has. */
    String turn() {
      try (Connection connection = world.superuser();
          Statement statement = connection.createStatement();
          var row =
              statement.executeQuery(
                  "select state || ' ' || coalesce(sad_id::text, 'nobody') from signature_request where "
                      + ofRequest("id"))) {
        row.next();
        return row.getString(1);
      } catch (SQLException e) {
        throw new AssertionError("the request cannot be read", e);
      }
    }
  }
}
