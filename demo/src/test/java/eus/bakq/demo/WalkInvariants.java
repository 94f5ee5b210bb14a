package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import io.grpc.StatusRuntimeException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.Callable;

/** What must hold of the database after every step, whatever the steps were (3.C, 3.D, 3.E). */
final class WalkInvariants {
  /** Each counts rows that must not be there; over everybody, also those of earlier walks. */
  private static final Map<String, String> NONE =
      Map.ofEntries(
          Map.entry(
              "SAD-05: two values for one document of a request",
              """
              select count(*) from (select 1 from activation_ledger where outcome = 'CONSUMED'
                group by signature_request_id, ordinal having count(*) > 1) twice"""),
          Map.entry(
              "SAD-08: reserved, and nobody signs",
              """
              select count(*) from activation_ledger r where step = 'RESERVED' and not exists (
                select 1 from activation_ledger e where (e.sad_id, e.ordinal, e.step) = (r.sad_id, r.ordinal, 'ENDED'))"""),
          Map.entry(
              "SAD-16: a value without its record",
              """
              select count(*) from activation_ledger l where outcome = 'CONSUMED' and not exists (
                select 1 from audit_record a where a.type = 'SIGNATURE_CREATED'
                  and a.subject = l.signature_request_id::text and a.details ->> 'sad' = l.sad_id::text
                  and a.details ->> 'ordinal' = l.ordinal::text
                  and a.details ->> 'value_sha256' = encode(l.value_sha256, 'hex'))"""),
          Map.entry(
              "a record of more values than there are",
              """
              select abs((select count(*) from audit_record where type = 'SIGNATURE_CREATED')
                - (select count(*) from activation_ledger where outcome = 'CONSUMED'))"""),
          Map.entry(
              "an intent more or less than there were reservations",
              """
              select abs((select count(*) from audit_record where type = 'SIGNATURE_AUTHORISED')
                - (select count(*) from activation_ledger where step = 'RESERVED'))"""),
          Map.entry(
              "SAD-03: activation data without all factors",
              """
              select abs((select count(*) from audit_record where type = 'SAD_CREATED')
                - (select count(*) from audit_record where type = 'AUTHENTICATION_SUCCEEDED'
                    and details ->> 'purpose' = 'SIGNATURE'))"""),
          Map.entry(
              "OTP-06: two live codes of a person for one purpose",
              """
              select count(*) from (select 1 from interaction where state = 'CHALLENGED' and signer_id is not null
                group by signer_id, purpose having count(*) > 1) twice"""),
          Map.entry(
              "OTP-04: a code that three tries have not ended",
              "select count(*) from interaction where code_tries >= 3 and state not in ('ENDED', 'SUCCEEDED')"),
          Map.entry(
              "OTP-03: what opens a ticket after its end",
              """
              select count(*) from interaction_share s join interaction i on i.id = s.interaction_id
              where i.state in ('SUCCEEDED', 'ENDED')"""),
          Map.entry(
              "KEY-10: a key whose certificate is revoked",
              """
              select count(*) from credential c join certificate_register r on r.credential_id = c.id
              where r.state = 'REVOKED' and c.sealed_key is not null"""),
          Map.entry(
              "KEY-10: a key more or less than there are usable credentials",
              """
              select count(*) from credential
              where (state in ('ACTIVE', 'SUSPENDED')) <> (sealed_key is not null)"""),
          Map.entry(
              "KEY-04: keys, signers and certificates that are not one to one",
              """
              select count(*) from (select 1 from credential where state in ('ACTIVE', 'SUSPENDED')
                group by signer_id, purpose having count(*) > 1) twice"""),
          Map.entry(
              "SAD-21: a live code of somebody who may not sign",
              """
              select count(*) from interaction i join signer s on s.id = i.signer_id
              where i.state = 'CHALLENGED' and i.purpose = 'SIGNATURE' and s.state <> 'ACTIVE'"""),
          Map.entry(
              "documents of a request that has ended",
              """
              select count(*) from signature_request q join request_document d on d.request_id = q.id
              where q.state in ('REJECTED', 'CANCELLED', 'EXPIRED')
                and (d.original is not null or d.value is not null or d.signed is not null)"""),
          Map.entry(
              "AUD-04: a hole in the record",
              "select coalesce(max(sequence), 0) - count(*) from audit_record"));

  private final WalkWorld world;
  private final Citizen citizen;
  private final WalkModel model;

  WalkInvariants(WalkWorld world, Citizen citizen, WalkModel model) {
    this.world = world;
    this.citizen = citizen;
    this.model = model;
  }

  /** Compares the database with what must not be, and with the model. */
  void check(Map<WalkModel.Request, SignatureRequest> requests) throws SQLException {
    try (Connection connection = world.superuser();
        Statement statement = connection.createStatement()) {
      for (Map.Entry<String, String> none : NONE.entrySet()) {
        assertThat(text(statement, none.getValue())).as(none.getKey()).isEqualTo("0");
      }
      String mine = "'" + citizen.signerId() + "'";
      assertThat(text(statement, "select state from signer where id = " + mine))
          .isEqualTo(model.signer.name());
      assertThat(
              text(
                  statement,
                  "select coalesce(max(failures), 0) || ' ' || coalesce(bool_or(locked_at is not null), false)"
                      + " from failure_counter where id = "
                      + mine))
          .as("AUT-08, OTP-05: wrong factors, and the lock")
          .isEqualTo(model.failures + " " + model.locked);
      assertThat(
              text(
                  statement,
                  "select count(*) > 0 from credential where sealed_key is not null and signer_id = "
                      + mine))
          .isEqualTo(model.certified ? "t" : "f");
      for (Map.Entry<WalkModel.Request, SignatureRequest> request : requests.entrySet()) {
        check(statement, request.getKey(), request.getValue().getId());
      }
    }
  }

  private void check(Statement statement, WalkModel.Request request, String id)
      throws SQLException {
    assertThat(text(statement, "select state from signature_request where id = '" + id + "'"))
        .isIn(request.shown(model.now));
    assertThat(
            text(
                statement,
                "select count(*) from activation_ledger where outcome = 'CONSUMED' and signature_request_id = '"
                    + id
                    + "'"))
        .as("SAD-05: values of a request")
        .isEqualTo(request.state.equals("COMPLETED") ? "" + request.documents : "0");
  }

  String signerState() throws SQLException {
    try (Connection connection = world.superuser();
        Statement statement = connection.createStatement()) {
      return text(statement, "select state from signer where id = '" + citizen.signerId() + "'");
    }
  }

  private static String text(Statement statement, String sql) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      assertThat(row.next()).isTrue();
      return row.getString(1);
    }
  }

  /** {@code OK}, or why a call was refused. */
  static String answer(Callable<?> call) {
    try {
      call.call();
      return WalkModel.OK;
    } catch (StatusRuntimeException e) {
      return Refused.of(e).reason();
    } catch (Exception e) {
      throw new AssertionError("not the end of a call", e);
    }
  }

  /** A state of the contract as the server names it. */
  static String word(SignatureRequestState state) {
    return state.name().replace("SIGNATURE_REQUEST_STATE_", "");
  }
}
