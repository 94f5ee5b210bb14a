package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.auditor.v1.AuditRecord;
import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.PostgresDatabase;
import eus.bakq.hsmconfig.Reconcile;
import eus.bakq.registration.v1.RevocationReason;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.server.grpc.Audience;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The database's administrator against history (docs/sole-control.md section 6): everything under
 * its MAC as it once was, and the record's anchors elsewhere.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RestoredDatabaseTest {
  private static final String UNAVAILABLE = "TEMPORARILY_UNAVAILABLE";

  private WorldFiles files;
  private PostgresDatabase backup;
  private DemoWorld world;
  private Citizen citizen;
  private Citizen revoked;
  private SignatureRequest asked;

  /** A backup is taken; then somebody is revoked, and something signed. */
  @BeforeAll
  void start() throws Exception {
    files = WorldFiles.make();
    startOn(files.place().jdbcUrl());
    citizen = world.activeCitizen();
    revoked = world.activeCitizen();
    asked = world.sede(DemoWorld.SEDE_A).ask(Documents.form());
    world.close();
    backup = copy(files.place().jdbcUrl());
    startOn(files.place().jdbcUrl());
    world.officer().revoke(revoked, RevocationReason.REVOCATION_REASON_KEY_COMPROMISED);
    assertThat(citizen.at(world).sign(asked)).isOne();
    world.sede(DemoWorld.SEDE_A).fetchCompleted(asked.getId(), 0);
  }

  @AfterEach
  void isByTheContract() {
    world.conformance().requireNoViolation();
  }

  @AfterAll
  void stop() {
    world.close();
  }

  @Test
  @Order(1)
  @DisplayName(
      "AUD-16, database administrator × rewrite history: a record cut off at its end is noticed"
          + " while the server runs, and nothing is released")
  void aRecordCutOff() throws Exception {
    Citizen signing = citizen.at(world);
    signing.forgetSms();
    SignatureRequest request = world.sede(DemoWorld.SEDE_A).ask(Documents.form());
    Authorising challenged = signing.challenged(request);
    String code = signing.nextCode();
    awaitAnchored();

    assertThat(
            world.tamper(
                "delete from audit_record where sequence > (select max(sequence) - 3 from"
                    + " audit_record)"))
        .isEqualTo(3);

    assertThat(Eventually.is(() -> world.health(Audience.SIGNER) == ServingStatus.NOT_SERVING))
        .isTrue();
    assertThat(Refused.by(() -> challenged.submitCode(code)).reason()).isEqualTo(UNAVAILABLE);
    requireNothingIsDone(List.of(signing), request, 0);
    assertThat(onRecord().getLast().getType()).isEqualTo("DATABASE_OLDER_THAN_ANCHOR");
    // The chain itself is whole: nothing in the database tells that something is missing.
    assertThat(world.audit().verify().getFirstBadSequence()).isZero();
  }

  @Test
  @Order(2)
  @DisplayName(
      "AUD-16, KEY-08, KEY-10, database administrator × rewrite history: a restored database signs"
          + " nothing, revives no key and tells no status, until two officers have reconciled it")
  void aRestoredDatabase() throws Exception {
    world.close();
    startOn(backup.jdbcUrl());

    assertThat(world.health(Audience.AUDITOR)).isEqualTo(ServingStatus.SERVING);
    for (Audience audience :
        List.of(Audience.RELYING_PARTY, Audience.REGISTRATION, Audience.SIGNER)) {
      assertThat(Eventually.is(() -> world.health(audience) == ServingStatus.NOT_SERVING)).isTrue();
    }
    requireNothingIsDone(List.of(citizen, revoked), asked, 0);
    AuditRecord found = onRecord().getLast();
    assertThat(found.getType()).isEqualTo("DATABASE_OLDER_THAN_ANCHOR");
    long lost =
        Long.parseLong(found.getDetailsOrThrow("anchored_sequence"))
            - Long.parseLong(found.getDetailsOrThrow("head_sequence"));
    assertThat(lost).isGreaterThan(5);

    assertThat(reconcile(files.folder().resolve("officer-a"), files.folder().resolve("officer-a")))
        .isOne();
    requireNothingIsDone(List.of(citizen), asked, 0);
    assertThat(reconcile(files.folder().resolve("officer-a"), files.folder().resolve("officer-b")))
        .isZero();
    world.awaitServing();

    AuditRecord reconciled = onRecord().getLast();
    assertThat(reconciled.getType()).isEqualTo("DATABASE_RECONCILED");
    assertThat(reconciled.getActor()).isEqualTo("officers");
    assertThat(Long.parseLong(reconciled.getDetailsOrThrow("missing"))).isBetween(1L, lost);
    assertThat(citizen.at(world).sign(world.sede(DemoWorld.SEDE_A).ask(Documents.form()))).isOne();
    assertThat(world.audit().verify().getFirstBadSequence()).isZero();
  }

  /** No signature, no activation, no lifting, no status; and nothing of it in the ledger. */
  private void requireNothingIsDone(
      List<Citizen> citizens, SignatureRequest request, long signatures) throws Exception {
    Sede sede = world.sede(DemoWorld.SEDE_A);
    assertThat(Refused.by(() -> sede.ask(Documents.form())).reason()).isEqualTo(UNAVAILABLE);
    for (Citizen one : citizens) {
      assertThat(Refused.by(() -> one.at(world).open(request)).reason()).isEqualTo(UNAVAILABLE);
      assertThat(Refused.by(() -> world.officer().lift(one)).reason()).isEqualTo(UNAVAILABLE);
    }
    assertThat(Refused.by(() -> world.registeredCitizen()).reason()).isEqualTo(UNAVAILABLE);
    assertThatThrownBy(() -> world.fetchPublic("/authority.crl")).isInstanceOf(IOException.class);
    assertThat(world.audit().count(request.getId(), "SIGNATURE_AUTHORISED")).isEqualTo(signatures);
    assertThat(world.audit().count(request.getId(), "SIGNATURE_CREATED")).isEqualTo(signatures);
  }

  /** The last records are in file and tokens. */
  private void awaitAnchored() throws Exception {
    Path anchor = files.anchors().resolve("server");
    assertThat(
            Eventually.is(
                () -> {
                  String kept = Files.readString(anchor).strip();
                  return world.count(
                          "select count(*) from audit_record where sequence = (select"
                              + " max(sequence) from audit_record) and encode(hash, 'hex') = '"
                              + kept.substring(kept.length() - 64)
                              + "'")
                      == 1;
                }))
        .isTrue();
  }

  private List<AuditRecord> onRecord() {
    return world.audit().of("record");
  }

  private int reconcile(Path officerA, Path officerB) throws IOException {
    Path refused = files.anchors().resolve("server.refused");
    long head =
        Long.parseLong(
            Files.readString(refused)
                .replaceAll("(?s).*\"head\" : \\{.*?\"sequence\" : ([0-9]+),.*", "$1"));
    StringWriter account = new StringWriter();
    return Reconcile.execute(
        new PrintWriter(account),
        "--refused",
        refused.toString(),
        "--transcript",
        files.folder().resolve("hsm").resolve("transcript.json").toString(),
        "--officer-a",
        officerA.toString(),
        "--officer-b",
        officerB.toString(),
        "--agree",
        Long.toString(head));
  }

  /** As {@code pg_restore} of a backup taken now. */
  private PostgresDatabase copy(String jdbcUrl) {
    return files
        .postgres()
        .copyDatabase(
            jdbcUrl.substring(jdbcUrl.lastIndexOf('/') + 1),
            "demo_" + UUID.randomUUID().toString().replace("-", ""));
  }

  private void startOn(String jdbcUrl) throws Exception {
    world =
        DemoWorld.start(
            files, WorldFiles.Settings.usual().levels(WorldFiles.Levels.B_B).jdbcUrl(jdbcUrl));
  }
}
