package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.auditor.v1.AuditRecord;
import eus.bakq.fixtures.BadDocuments;
import eus.bakq.registration.v1.RevocationReason;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What officers and citizens do to one account at once, at two nodes (signing-cycle.md, 11). */
@ExtendWith(TwoNodes.class)
class EnrolmentRacesTest {
  private static final Duration A_DAY = Duration.ofDays(1);

  private final ProcessWorld world;

  EnrolmentRacesTest(ProcessWorld world) {
    this.world = world;
  }

  @Test
  @DisplayName("one account for a DNI, however many officers register it at once")
  void registersOnce() throws Exception {
    Citizen citizen = world.newCitizen();

    var outcomes = AtOnce.run(10, number -> () -> officer(number).register(citizen));

    assertThat(AtOnce.successes(outcomes)).isOne();
    assertThat(AtOnce.reasons(outcomes)).containsExactly("SIGNER_ALREADY_REGISTERED");
  }

  @Test
  @DisplayName("SAD-21, CRT-08: nothing is reserved after a suspension or revocation was committed")
  void signsBeforeOrNotAtAll() throws Exception {
    for (int round = 0; round < 6; round++) {
      Citizen citizen = world.activeCitizen();
      SignatureRequest request = sede(round).ask(BadDocuments.sound());
      Authorising challenged =
          citizen.challenged(request).through(TwoNodes.of(world, round).signerChannel());
      String code = citizen.nextCode();
      Officer officer = officer(round + 1);
      boolean suspends = round % 2 == 0;

      List<Callable<Object>> both =
          List.of(
              () -> challenged.submitCode(code),
              () ->
                  suspends
                      ? officer.suspend(citizen, A_DAY)
                      : officer.revoke(
                          citizen, RevocationReason.REVOCATION_REASON_KEY_COMPROMISED));
      List<AtOnce.Outcome<Object>> outcomes = AtOnce.run(both);

      assertThat(outcomes.get(1).succeeded()).isTrue();
      assertThat(outcomes.get(0).reason()).isIn("", "ACTIVATION_REFUSED", "AUTHENTICATION_FAILED");
      long ended =
          sequence(citizen.signerId(), suspends ? "CERTIFICATE_SUSPENDED" : "CERTIFICATE_REVOKED");
      long reserved = sequence(request.getId(), "SIGNATURE_AUTHORISED");
      assertThat(reserved > 0).isEqualTo(outcomes.get(0).succeeded());
      assertThat(reserved).isLessThan(ended);
      assertThat(world.audit().count(request.getId(), "SIGNATURE_CREATED"))
          .isEqualTo(outcomes.get(0).succeeded() ? 1 : 0);
    }
  }

  @Test
  @DisplayName(
      "of what officers do to one person at once, each is done or refused, as in some order")
  void actsInSomeOrder() throws Exception {
    Citizen citizen = world.activeCitizen();

    var suspended = AtOnce.run(6, number -> () -> officer(number).suspend(citizen, A_DAY));
    assertThat(AtOnce.successes(suspended)).isOne();
    assertThat(AtOnce.reasons(suspended)).containsExactly("CREDENTIAL_STATE");

    List<Callable<Object>> acts = new ArrayList<>();
    for (int number = 0; number < 3; number++) {
      int at = number;
      acts.add(() -> officer(at).lift(citizen));
      acts.add(
          () -> officer(at + 1).revoke(citizen, RevocationReason.REVOCATION_REASON_SIGNER_ASKED));
      acts.add(() -> officer(at).suspend(citizen, A_DAY));
    }
    List<AtOnce.Outcome<Object>> outcomes = AtOnce.run(acts);

    assertThat(AtOnce.reasons(outcomes)).isSubsetOf("CREDENTIAL_STATE", "NO_CREDENTIAL");
    assertThat(world.audit().count(citizen.signerId(), "CERTIFICATE_REVOKED")).isOne();
    assertThat(world.audit().count(citizen.signerId(), "KEY_DESTROYED")).isOne();
    long lifted = world.audit().count(citizen.signerId(), "CERTIFICATE_SUSPENSION_LIFTED");
    long times = world.audit().count(citizen.signerId(), "CERTIFICATE_SUSPENDED");
    assertThat(times - lifted).isBetween(0L, 1L);
    assertThat(usable(citizen)).isZero();
  }

  @Test
  @DisplayName(
      "ENR-08: of links renewed at once the last one opens; of those opened at once one goes on")
  void keepsOneLinkAndOneOpening() throws Exception {
    Citizen citizen = world.registeredCitizen();
    var renewed = AtOnce.run(6, number -> () -> officer(number).renew(citizen));
    assertThat(AtOnce.successes(renewed)).isEqualTo(6);
    assertThat(activations(citizen, "LINK_SENT")).isOne();
    assertThat(activations(citizen, "SUPERSEDED")).isEqualTo(6);

    // A link that was renewed on the way may come last.
    AtomicReference<String> newest = new AtomicReference<>();
    assertThat(Eventually.is(() -> openOne(citizen, newest))).as("the newest has come").isTrue();
    var opened =
        AtOnce.run(
            6,
            number ->
                () -> Activating.open(TwoNodes.of(world, number).signerChannel(), newest.get()));

    assertThat(AtOnce.successes(opened)).isEqualTo(6);
    assertThat(
            world.count(
                "select count(*) from interaction i join activation a on a.id = i.subject where a.signer_id = '"
                    + citizen.signerId()
                    + "' and i.state = 'OPEN'"))
        .isOne();
  }

  private boolean openOne(Citizen citizen, AtomicReference<String> good) throws Exception {
    for (String link : citizen.linkTokens()) {
      if (AtOnce.outcome(() -> Activating.open(world.signerChannel(), link)).succeeded()) {
        good.set(link);
        return true;
      }
    }
    return false;
  }

  @Test
  @DisplayName("KEY-04: the last step twenty times at once makes one key and links one certificate")
  void linksOneCertificate() throws Exception {
    Citizen citizen = world.registeredCitizen();
    Activating activating = citizen.activateUpToCode();
    String code = citizen.nextCode();

    var outcomes =
        AtOnce.run(
            20,
            number ->
                () ->
                    activating
                        .through(TwoNodes.of(world, number).signerChannel())
                        .submitCode(code));

    assertThat(AtOnce.successes(outcomes)).isOne();
    assertThat(AtOnce.refusals(outcomes)).hasSize(1);
    assertThat(AtOnce.reasons(outcomes)).containsExactly("INTERACTION_NOT_FOUND");
    assertThat(usable(citizen)).isOne();
    assertThat(notLinkedAndGood()).isZero();
  }

  @Test
  @DisplayName(
      "KEY-04: the last step while an officer renews, or the link is opened: linked, or revoked")
  void linksOrRevokesWhatWasIssued() throws Exception {
    for (int round = 0; round < 4; round++) {
      Citizen citizen = world.registeredCitizen();
      String link = citizen.linkToken();
      Activating activating = citizen.activateUpToCode().through(node(round).signerChannel());
      String code = citizen.nextCode();
      int other = round + 1;
      boolean renews = round < 2;

      List<Callable<Object>> both =
          List.of(
              () -> activating.submitCode(code),
              () ->
                  renews
                      ? officer(other).renew(citizen)
                      : Activating.open(node(other).signerChannel(), link));
      List<AtOnce.Outcome<Object>> outcomes = AtOnce.run(both);

      assertThat(outcomes.get(0).reason())
          .isIn("", "ACTIVATION_STEP", "INTERACTION_NOT_FOUND", "AUTHENTICATION_FAILED");
      assertThat(outcomes.get(1).reason()).isIn("", "SIGNER_STATE", "ACTIVATION_LINK_INVALID");
      assertThat(outcomes.get(0).succeeded() && outcomes.get(1).succeeded()).isFalse();
      assertThat(usable(citizen)).isEqualTo(outcomes.get(0).succeeded() ? 1 : 0);
      assertThat(notLinkedAndGood()).isZero();
    }
  }

  @Test
  @DisplayName("KEY-04, OTP-03: one right code for twelve new passwords at once changes it once")
  void changesThePasswordOnce() throws Exception {
    Citizen citizen = world.activeCitizen();
    Changing changing = citizen.changing(Citizen.PASSWORD);
    String code = citizen.nextCode();

    var outcomes =
        AtOnce.run(
            12,
            number ->
                () -> changing.through(node(number).signerChannel()).change(code, chosen(number)));

    assertThat(AtOnce.successes(outcomes)).isOne();
    assertThat(AtOnce.reasons(outcomes)).containsExactly("INTERACTION_NOT_FOUND");
    int winner = 0;
    while (!outcomes.get(winner).succeeded()) {
      winner++;
    }
    assertThat(usable(citizen)).isOne();
    assertThat(notLinkedAndGood()).isZero();
    assertThat(citizen.sign(sede(0).ask(BadDocuments.sound()), chosen(winner))).isOne();
  }

  private static String chosen(int number) {
    return Citizen.NEW_PASSWORD + " " + number;
  }

  @Test
  @DisplayName(
      "KEY-04, KEY-10: a change of password while an officer revokes, or the citizen signs: each is"
          + " done or refused, as in some order")
  void changesBeforeOrNotAtAll() throws Exception {
    for (int round = 0; round < 4; round++) {
      Citizen citizen = world.activeCitizen();
      SignatureRequest request = sede(round).ask(BadDocuments.sound());
      Authorising challenged = citizen.challenged(request).through(node(round + 1).signerChannel());
      String toSign = citizen.nextCode();
      Changing changing = citizen.changing(Citizen.PASSWORD).through(node(round).signerChannel());
      String toChange = citizen.nextCode();
      Officer officer = officer(round + 1);
      boolean revokes = round % 2 == 0;

      List<Callable<Object>> both =
          List.of(
              () -> changing.change(toChange, Citizen.NEW_PASSWORD),
              () ->
                  revokes
                      ? officer.revoke(citizen, RevocationReason.REVOCATION_REASON_KEY_COMPROMISED)
                      : challenged.submitCode(toSign));
      List<AtOnce.Outcome<Object>> outcomes = AtOnce.run(both);

      boolean changed = outcomes.get(0).succeeded();
      if (revokes) {
        assertThat(outcomes.get(1).succeeded()).isTrue();
        assertThat(outcomes.get(0).reason())
            .isIn("", "PASSWORD_NOT_CHANGED", "AUTHENTICATION_FAILED");
        assertThat(usable(citizen)).isZero();
      } else {
        assertThat(changed).isTrue();
        assertThat(outcomes.get(1).reason())
            .isIn("", "ACTIVATION_REFUSED", "AUTHENTICATION_FAILED");
        assertThat(usable(citizen)).isOne();
      }
      assertThat(world.audit().count(citizen.signerId(), "PASSWORD_CHANGED"))
          .isEqualTo(changed ? 1 : 0);
      assertThat(notLinkedAndGood()).isZero();
    }
  }

  /** The place of the first record of {@code type}; 0 if there is none. */
  private long sequence(String subject, String type) {
    return world.audit().of(subject).stream()
        .filter(record -> record.getType().equals(type))
        .mapToLong(AuditRecord::getSequence)
        .findFirst()
        .orElse(0);
  }

  private long usable(Citizen citizen) throws Exception {
    return world.count(
        "select count(*) from credential where state in ('ACTIVE', 'SUSPENDED') and signer_id = (select id from"
            + " signer where dni = '"
            + citizen.dni()
            + "')");
  }

  /** Certificates of citizens that are good and belong to nobody. */
  private long notLinkedAndGood() throws Exception {
    return world.count(
        "select count(*) from certificate_register r where state = 'GOOD' and credential_id is not null"
            + " and not exists (select 1 from credential c where c.id = r.credential_id)");
  }

  private long activations(Citizen citizen, String state) throws Exception {
    return world.count(
        "select count(*) from activation where signer_id = '"
            + citizen.signerId()
            + "' and state = '"
            + state
            + "'");
  }

  private ProcessWorld.Node node(int number) {
    return TwoNodes.of(world, number);
  }

  private Officer officer(int number) {
    return node(number).officer();
  }

  private Sede sede(int number) {
    return node(number).sede(WorldFiles.SEDE_A);
  }
}
