package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.Documents;
import eus.bakq.registration.v1.RevocationReason;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The invariants hold in a sound world, and each of them sees it when it is broken. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorldInvariantsTest {
  private DemoWorld world;
  private String completed;

  @BeforeAll
  void walk() throws Exception {
    world = DemoWorld.start(6, "");
    Citizen citizen = world.activeCitizen();
    Sede sede = world.sede(WorldFiles.SEDE_A);
    SignatureRequest request = sede.ask(Documents.paper(), Documents.form());
    completed = request.getId();
    Authorising wrong = citizen.challenged(request);
    String code = citizen.nextCode();
    Refused.by(() -> wrong.submitCode(code.equals("000000") ? "000001" : "000000"));
    citizen.sign(request);
    sede.fetch(completed, 0);
    sede.cancel(sede.ask(Documents.form()).getId());
    citizen.open(sede.ask(Documents.form())).reject();
    sede.ask(Documents.form());
    world.officer().suspend(citizen, Duration.ofDays(3));
    world.officer().lift(citizen);
    world.officer().revoke(world.activeCitizen(), RevocationReason.REVOCATION_REASON_SIGNER_ASKED);
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  @DisplayName("a world in which nothing went wrong breaks none")
  void holdInASoundWorld() throws Exception {
    new WorldInvariants(world).requireAtRest();
    assertThat(world.conformance()).satisfies(Conformance::requireNoViolation);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("each sees what breaks it")
  void seesWhatBreaksIt(WorldInvariant invariant) throws Exception {
    try (Connection connection = world.superuser();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      // The database's own defences are off: what is tried here is the look, not them.
      statement.execute("set local session_replication_role = replica");
      for (String sql : breaking(invariant).split(";", -1)) {
        statement.execute(sql);
      }
      assertThat(WorldInvariants.broken(connection, invariant.when()))
          .anyMatch(line -> line.startsWith(invariant + ": "));
      connection.rollback();
    }
  }

  @Test
  @DisplayName("a request that FAILED is explained by its reason, and keeps nothing")
  void knowsARequestThatFailed() throws Exception {
    try (Connection connection = world.superuser();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("set local session_replication_role = replica");
      statement.execute(
          """
          update signature_request set state = 'FAILED', completion_failure = 'FAULT', erased = true,
          completed_at = null
          where state = 'COMPLETED'""");
      assertThat(broken(connection))
          .containsOnly("EACH_REQUEST_IS_EXPLAINED", "DOCUMENTS_LIVE_AS_LONG_AS_THEIR_REQUEST");
      statement.execute(
          "update request_document set original = null, value = null, signed = null"
              + " where request_id = '"
              + completed
              + "'");
      statement.execute("delete from audit_record where type = 'SIGNED_DOCUMENT_FETCHED'");
      assertThat(broken(connection)).doesNotContain("DOCUMENTS_LIVE_AS_LONG_AS_THEIR_REQUEST");
      String recorded =
          """
          update audit_record set type = 'SIGNATURE_REQUEST_FAILED', outcome = 'FAILED', reason = '%s',
          details = details || '{"released": "none"}'
          where type in ('SIGNATURE_REQUEST_COMPLETED', 'SIGNATURE_REQUEST_FAILED')""";
      statement.execute(recorded.formatted("EVIDENCE_UNAVAILABLE"));
      assertThat(broken(connection)).contains("EACH_REQUEST_IS_EXPLAINED");
      statement.execute(recorded.formatted("FAULT"));
      assertThat(broken(connection)).containsOnly("THE_RECORD_HAS_NO_GAPS");
      connection.rollback();
    }
  }

  /** The names of those that are broken. */
  private static Set<String> broken(Connection connection) throws SQLException {
    return WorldInvariants.broken(connection, WorldInvariant.When.ALWAYS).stream()
        .map(line -> line.substring(0, line.indexOf(':')))
        .collect(Collectors.toSet());
  }

  @Test
  @DisplayName("KEY-06: a document or a key in clear is found, in tables and in files")
  void findsWhatIsUnsealed() throws Exception {
    WorldInvariants invariants = new WorldInvariants(world);
    Path file = world.files().folder().resolve("left.tmp");
    Files.write(file, Documents.form());
    assertThat(invariants.unsealed()).singleElement().asString().endsWith("left.tmp");
    Files.write(file, Program.create().keys().getPrivate().getEncoded());
    assertThat(invariants.unsealed()).singleElement().asString().endsWith("left.tmp");
    Files.delete(file);
    // A table of its own: what the server knows, its housekeeping may mend while this looks.
    world.tamper("create table left_behind as select '%PDF-1.7'::bytea as content");
    assertThat(invariants.unsealed()).singleElement().asString().startsWith("left_behind.content");
    world.tamper("drop table left_behind");
    assertThat(invariants.unsealed()).isEmpty();
  }

  private String breaking(WorldInvariant invariant) {
    String consumed = "update activation_ledger set outcome = 'INTERRUPTED', value_sha256 = null";
    return switch (invariant) {
      case LEDGER_STEPS_FOLLOW_EACH_OTHER ->
          "delete from activation_ledger where step = 'RESERVED'";
      case LEDGER_ENDS_ALL_OR_NONE, NOTHING_IS_LEFT_BETWEEN_STATES ->
          consumed
              + " where step = 'ENDED' and ordinal = 0;update signature_request set state ="
              + " 'COMPLETING', completed_at = null where state = 'COMPLETED'";
      case ONE_VALUE_FOR_EACH_OCCURRENCE ->
          """
          insert into activation_ledger select gen_random_uuid(), ordinal, step, outcome, credential_id,
          signature_request_id, dtbs_digest, value_sha256, node_id, written_at from activation_ledger""";
      case RELEASED_IS_CONSUMED -> "delete from activation_ledger where step = 'ENDED'";
      case EACH_RESERVATION_HAS_ITS_INTENT, INTENT_BEFORE_OUTCOME ->
          "delete from audit_record where type = 'SIGNATURE_AUTHORISED'";
      case EACH_VALUE_HAS_ITS_RECORD ->
          "update audit_record set details = details || '{\"value_sha256\": \"00\"}'"
              + " where type = 'SIGNATURE_CREATED'";
      case EACH_BURNING_HAS_ITS_RECORD -> consumed + " where step = 'ENDED'";
      case EACH_SAD_HAS_ITS_FACTORS ->
          "delete from audit_record where type = 'AUTHENTICATION_SUCCEEDED'";
      case EACH_SAD_HAS_ONE_END ->
          "update audit_record set type = 'SAD_BURNT' where type = 'SIGNATURE_CREATED'";
      case A_CHALLENGE_SUCCEEDS_ONCE ->
          "update audit_record set details = details || '{\"challenge\": \"1\"}'"
              + " where type = 'AUTHENTICATION_SUCCEEDED'";
      case ONE_LIVE_CHALLENGE ->
          """
          update interaction set state = 'CHALLENGED', signer_id = '00000000-0000-0000-0000-000000000001',
          code_expires_at = now() + interval '1 minute' where nonce is not null""";
      case EACH_REQUEST_IS_EXPLAINED ->
          "delete from audit_record where type = 'SIGNATURE_REQUEST_CANCELLED'";
      case DOCUMENTS_LIVE_AS_LONG_AS_THEIR_REQUEST ->
          "update request_document set value = '\\x00' where request_id = '" + completed + "'";
      case EACH_SIGNER_IS_EXPLAINED ->
          "delete from audit_record where type = 'ENROLMENT_REGISTERED'";
      case SIGNERS_ARE_AS_RECORDED -> "update signer set version = version - 1 where version > 1";
      case EACH_CREDENTIAL_IS_EXPLAINED ->
          "delete from audit_record where type = 'CERTIFICATE_LINKED'";
      case EACH_CERTIFICATE_IS_EXPLAINED ->
          "update certificate_register set state = 'GOOD', reason = null where state = 'REVOKED'";
      case CERTIFICATES_ARE_AS_RECORDED ->
          "delete from audit_record where type = 'CERTIFICATE_SUSPENSION_LIFTED'";
      case ACCOUNTS_AND_CREDENTIALS_AGREE ->
          "update signer set state = 'SUSPENDED' where state = 'ACTIVE'";
      case EACH_ACT_IS_EXPLAINED -> "delete from credential_act where kind = 'LIFTED'";
      case KEYS_ARE_SEALED -> "update password set generation = generation + 1";
      case KNOWN_CALLS_HAVE_ANSWERS -> "update idempotent_call set answer = null";
      case THE_RECORD_HAS_NO_GAPS -> "delete from audit_record where sequence = 2";
      case EVERY_RESERVATION_HAS_ENDED -> "delete from activation_ledger where step = 'ENDED'";
    };
  }
}
