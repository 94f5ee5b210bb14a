package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.auditor.v1.AuditRecord;
import eus.bakq.fixtures.Documents;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code bakq self-test} against a whole server, and against such with a fault: it must be able to
 * find one.
 */
@ExtendWith(InDemoWorld.class)
class SelfTestTest {
  private static final int FEWEST_ATTACKS = 25;
  private static final int WIDEST = 100;

  private final DemoWorld world;
  @TempDir private Path folder;

  SelfTestTest(DemoWorld world) {
    this.world = world;
  }

  @Test
  @DisplayName("OTP-03, OTP-07, SAD-08: nothing gets through; the citizen is as before")
  void findsNothingAtASoundServer() throws Exception {
    Citizen citizen = world.activeCitizen();

    SelfTestRun.Ended ended = new SelfTestRun(world, folder).run(citizen, Citizen.PASSWORD);

    assertThat(ended.broken()).as(String.join("\n", ended.lines())).isEmpty();
    assertThat(ended.exitCode()).as(ended.lines() + ended.errors()).isZero();
    assertThat(ended.refused()).hasSizeGreaterThanOrEqualTo(FEWEST_ATTACKS);
    assertThat(ended.lines())
        .allSatisfy(line -> assertThat(line.length()).as(line).isLessThanOrEqualTo(WIDEST))
        .contains("Nothing got through.")
        .anyMatch(line -> line.endsWith("4 wrong codes; none is counted any more."));
    assertThat(String.join("\n", ended.lines())).doesNotContain(Citizen.PASSWORD);
    assertThat(openRequestsOfTheRun()).isZero();
  }

  /** A self-test that is right for every server would prove nothing. */
  @Test
  @DisplayName("a server that takes a code twice is found out, and the line says so")
  void findsAServerThatForgetsWhichCodesWereUsed() throws Exception {
    Citizen citizen = world.activeCitizen();
    try (ForgetfulDoor forgetful = ForgetfulDoor.before(world)) {
      SelfTestRun.Ended ended =
          new SelfTestRun(world, folder)
              .withSignersDoorAt(forgetful.port())
              .run(citizen, Citizen.PASSWORD);

      assertThat(ended.exitCode()).as(ended.lines() + ended.errors()).isEqualTo(1);
      assertThat(ended.broken())
          .anyMatch(line -> line.contains("the same code again, byte for byte"))
          .allMatch(line -> line.contains("THROUGH"));
      assertThat(ended.lines())
          .contains("THROUGH: the same code again, byte for byte")
          .contains("SOMETHING GOT THROUGH, or ended otherwise than it must.");
    }
  }

  @Test
  @DisplayName("an altered record is found, and comes before what could not be tried")
  void findsAnAlteredRecord() throws Exception {
    Citizen citizen = world.activeCitizen();
    AuditRecord altered = world.audit().of("").getLast();
    String where = " where sequence = " + altered.getSequence();
    assertThat(world.tamper("update audit_record set subject = 'nothing'" + where)).isOne();
    SelfTestRun.Ended ended;
    try {
      ended = new SelfTestRun(world, folder).run(citizen, Citizen.WRONG_PASSWORD);
    } finally {
      world.tamper("update audit_record set subject = '" + altered.getSubject() + "'" + where);
    }

    assertThat(ended.exitCode()).as(ended.lines() + ended.errors()).isEqualTo(1);
    assertThat(ended.lines())
        .contains("THROUGH: before the attacks, the chain holds from first to last")
        .anyMatch(line -> line.contains("could not be made to its end: No code was sent"));
    assertThat(world.audit().verify().getFirstBadSequence()).isZero();
  }

  @Test
  @DisplayName("AUT-08: it ends, and is no proof, before it would lock the citizen; as JSON too")
  void endsBeforeItWouldLockTheCitizen() throws Exception {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = world.sede(DemoWorld.SEDE_A).ask(Documents.form());
    for (int i = 0; i < 3; i++) {
      citizen.open(request).submitPassword(citizen.dni(), Citizen.WRONG_PASSWORD);
    }

    SelfTestRun.Ended ended =
        new SelfTestRun(world, folder).run(citizen, Citizen.PASSWORD, "--json");

    assertThat(ended.exitCode()).as(ended.lines() + ended.errors()).isEqualTo(2);
    assertThat(ended.lines()).hasSize(1);
    assertThat(ended.lines().getFirst())
        .startsWith("{\"exitCode\":2")
        .contains("One more wrong factor would lock", "\"outcome\":\"REFUSED\"")
        .contains("1 wrong codes; 1 are still counted")
        .doesNotContain(Citizen.PASSWORD);
    assertThat(openRequestsOfTheRun()).isZero();
    citizen.forgetSms();
    assertThat(citizen.sign(request)).isOne();
  }

  private long openRequestsOfTheRun() throws Exception {
    return world.count(
        "select count(*) from signature_request r join request_document d on d.request_id = r.id"
            + " where r.state in ('FROZEN', 'CHALLENGED') and d.label = 'self-test-1.txt'");
  }
}
