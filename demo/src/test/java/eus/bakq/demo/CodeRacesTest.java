package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import eus.bakq.fixtures.BadDocuments;
import eus.bakq.fixtures.Documents;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Passwords and codes that come at the same moment, by two nodes (docs/signing-cycle.md, 11). */
@ExtendWith(TwoNodes.class)
class CodeRacesTest {
  private static final int AT_ONCE = 100;
  private static final int MOST_INTERACTIONS = 20;
  private static final int LOCK_AFTER = 5;

  /**
   * Four of forty: with the activation's as many as codes are sent in an hour, and each is sent.
   */
  private static final int ONE_RIGHT_OF = 10;

  private final ProcessWorld world;
  private final Sede sede;

  CodeRacesTest(ProcessWorld world) {
    this.world = world;
    this.sede = world.sede(WorldFiles.SEDE_A);
  }

  @Test
  @DisplayName(
      "OTP-03, SAD-05: of 100 submits of the right code one succeeds, one value a document")
  void succeedsOnce() throws Exception {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request =
        sede.ask(BadDocuments.sound(), Documents.form(), BadDocuments.sound());
    Authorising challenged = citizen.challenged(request);
    String code = citizen.nextCode();

    List<AtOnce.Outcome<Integer>> outcomes =
        AtOnce.run(AT_ONCE, number -> () -> at(number, challenged).submitCode(code));

    assertThat(AtOnce.successes(outcomes)).isOne();
    assertThat(AtOnce.refusals(outcomes)).as("all the others are told the same").hasSize(1);
    assertThat(AtOnce.reasons(outcomes)).containsExactly("INTERACTION_NOT_FOUND");
    assertThat(ledger(request, "RESERVED")).isEqualTo(3);
    assertThat(ledger(request, "ENDED")).isEqualTo(3);
    assertThat(world.audit().count(request.getId(), "SIGNATURE_AUTHORISED")).isEqualTo(3);
    assertThat(world.audit().count(request.getId(), "SIGNATURE_CREATED")).isEqualTo(3);
    assertThat(world.audit().count(request.getId(), "AUTHENTICATION_SUCCEEDED")).isOne();
    assertThat(world.audit().count(request.getId(), "AUTHENTICATION_FAILED"))
        .as("of those that came too late, three")
        .isEqualTo(3);
    for (int index = 0; index < 3; index++) {
      byte[] signed = sede.fetchCompleted(request.getId(), index);
      assertThat(world.node(1).sede(WorldFiles.SEDE_A).fetch(request.getId(), index))
          .isEqualTo(signed);
    }
  }

  @Test
  @DisplayName("OTP-04, OTP-05: of 100 wrong codes three are judged and counted, at whatever node")
  void judgesThreeWrongOnes() throws Exception {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(BadDocuments.sound());
    Authorising challenged = citizen.challenged(request);
    String right = citizen.nextCode();

    List<AtOnce.Outcome<Integer>> outcomes =
        AtOnce.run(AT_ONCE, number -> () -> at(number, challenged).submitCode(wrong(right)));

    assertThat(AtOnce.successes(outcomes)).isZero();
    assertThat(count(outcomes, "AUTHENTICATION_FAILED")).isEqualTo(3);
    assertThat(count(outcomes, "INTERACTION_NOT_FOUND")).isEqualTo(AT_ONCE - 3);
    assertThat(failures(citizen)).isEqualTo(3);
    assertThat(tries(challenged)).isEqualTo(3);
    assertThat(judged(request, "WRONG_CODE")).isEqualTo(3);
    assertThat(AtOnce.outcome(() -> challenged.submitCode(right)).reason())
        .isEqualTo("INTERACTION_NOT_FOUND");
    assertThat(citizen.sign(request)).as("begun again").isOne();
    assertThat(failures(citizen)).isZero();
  }

  @Test
  @DisplayName("OTP-04: right and wrong codes mixed: one success, or three wrong before it")
  void judgesMixedOnesExactly() throws Exception {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(BadDocuments.sound());
    Authorising challenged = citizen.challenged(request);
    String right = citizen.nextCode();

    List<AtOnce.Outcome<Integer>> outcomes =
        AtOnce.run(
            AT_ONCE,
            number ->
                () -> at(number, challenged).submitCode(number % 3 == 0 ? right : wrong(right)));

    long wrong = count(outcomes, "AUTHENTICATION_FAILED");
    long success = AtOnce.successes(outcomes);
    assertThat(success).isEqualTo(wrong == 3 ? 0 : 1);
    assertThat(wrong).isBetween(0L, 3L);
    assertThat(failures(citizen))
        .as("a success counts from the beginning")
        .isEqualTo(success == 1 ? 0 : 3);
    assertThat(tries(challenged)).isEqualTo(wrong);
    assertThat(judged(request, "WRONG_CODE")).isEqualTo(wrong);
    assertThat(ledger(request, "RESERVED")).isEqualTo(success);
  }

  @Test
  @DisplayName(
      "AUT-08, AUT-10, OTP-06: 40 passwords at once: the fifth wrong one locks, one event each")
  void locksAtTheFifth() throws Exception {
    Citizen citizen = world.activeCitizen();
    List<SignatureRequest> requests =
        List.of(sede.ask(BadDocuments.sound()), sede.ask(BadDocuments.sound()));
    List<Authorising> opened = open(citizen, requests);

    var answers =
        AtOnce.run(
            opened.size(),
            number ->
                () ->
                    at(number, opened.get(number))
                        .submitPassword(
                            citizen.dni(),
                            number % ONE_RIGHT_OF == 0
                                ? Citizen.PASSWORD
                                : Citizen.WRONG_PASSWORD));

    assertThat(AtOnce.successes(answers)).as("each is answered alike").isEqualTo(opened.size());
    assertThat(failures(citizen)).isEqualTo(opened.size() - opened.size() / ONE_RIGHT_OF);
    String judged =
        "select count(*) from audit_record where type = 'AUTHENTICATION_PASSWORD_JUDGED' and actor = '"
            + citizen.signerId()
            + "' and details->>'purpose' = 'SIGNATURE'";
    assertThat(world.count(judged)).isEqualTo(opened.size());
    assertThat(world.count(judged + " and details->>'account' = 'WARNED'")).isOne();
    assertThat(world.count(judged + " and details->>'account' = 'LOCKED'")).isOne();
    long sent = world.count(judged + " and details->>'code' = 'sent'");
    long afterTheLock = world.count(judged + " and details->>'account' = 'WAS_LOCKED'");
    assertThat(
            world.count(
                judged + " and reason = 'WRONG_PASSWORD' and details->>'account' <> 'WAS_LOCKED'"))
        .isEqualTo(LOCK_AFTER);
    assertThat(sent + LOCK_AFTER + afterTheLock).isEqualTo(opened.size());
    assertThat(liveChallenges(citizen)).isLessThanOrEqualTo(1);
    requests.forEach(request -> sede.cancel(request.getId()));
  }

  @Test
  @DisplayName(
      "AUT-08, AUT-10: 40 wrong passwords at once from known and other devices: two counts, exact")
  void locksEachKindOfDeviceAtItsFifth() throws Exception {
    Citizen citizen = world.registeredCitizen();
    ByteString device = citizen.activate().device();
    List<SignatureRequest> requests =
        List.of(sede.ask(BadDocuments.sound()), sede.ask(BadDocuments.sound()));
    List<Authorising> opened = open(citizen, requests);

    var answers =
        AtOnce.run(
            opened.size(),
            number -> {
              Authorising one = at(number, opened.get(number));
              Authorising with = number % 4 < 2 ? one.withDevice(device) : one;
              return () -> with.submitPassword(citizen.dni(), Citizen.WRONG_PASSWORD);
            });

    assertThat(AtOnce.successes(answers)).as("each is answered alike").isEqualTo(opened.size());
    for (String kind : List.of("KNOWN", "UNKNOWN")) {
      String judged =
          "select count(*) from audit_record where type = 'AUTHENTICATION_PASSWORD_JUDGED' and actor = '"
              + citizen.signerId()
              + "' and reason = 'WRONG_PASSWORD' and details->>'device' = '"
              + kind
              + "' and details->>'account' ";
      assertThat(world.count(judged + "= 'COUNTED'")).as(kind).isEqualTo(LOCK_AFTER - 2);
      assertThat(world.count(judged + "= 'WARNED'")).as(kind).isOne();
      assertThat(world.count(judged + "= 'LOCKED'")).as(kind).isOne();
      assertThat(world.count(judged + "= 'WAS_LOCKED'"))
          .as(kind)
          .isEqualTo(opened.size() / 2 - LOCK_AFTER);
    }
    assertThat(failures(citizen)).isEqualTo(opened.size() / 2);
    assertThat(
            world.count(
                "select known_failures from failure_counter where known_locked_at is not null"
                    + " and locked_at is not null and id = '"
                    + citizen.signerId()
                    + "'"))
        .isEqualTo(opened.size() / 2);
    requests.forEach(request -> sede.cancel(request.getId()));
  }

  @Test
  @DisplayName("OTP-06: of passwords that are right at once, one challenge of the person lives")
  void keepsOneCodeAlive() throws Exception {
    Citizen citizen = world.activeCitizen();
    List<SignatureRequest> requests =
        List.of(sede.ask(BadDocuments.sound()), sede.ask(BadDocuments.sound()));
    List<Authorising> opened = open(citizen, requests).subList(0, 24);

    var answers =
        AtOnce.run(
            opened.size(),
            number ->
                () ->
                    at(number, opened.get(number)).submitPassword(citizen.dni(), Citizen.PASSWORD));

    assertThat(AtOnce.successes(answers)).isEqualTo(opened.size());
    assertThat(liveChallenges(citizen)).isOne();
    assertThat(failures(citizen)).isZero();
    requests.forEach(request -> sede.cancel(request.getId()));
    assertThat(liveChallenges(citizen)).isZero();
  }

  @Test
  @DisplayName(
      "OTP-06: a code, and the next password of its citizen, in either order and no circle")
  void takesAChallengeFromACodeThatComes() throws Exception {
    Citizen citizen = world.activeCitizen();
    for (int round = 0; round < 4; round++) {
      if (round == 2) {
        citizen = world.activeCitizen(); // one may have five codes in an hour
      }
      String dni = citizen.dni();
      SignatureRequest first = sede.ask(BadDocuments.sound());
      SignatureRequest second = sede.ask(BadDocuments.sound());
      Authorising challenged = citizen.challenged(first);
      Authorising next = citizen.open(second).through(world.node(1).signerChannel());
      String code = citizen.nextCode();
      List<Callable<Object>> both =
          List.of(
              () -> at(0, challenged).submitCode(code),
              () -> next.submitPassword(dni, Citizen.PASSWORD));

      List<AtOnce.Outcome<Object>> outcomes = AtOnce.run(both);

      assertThat(outcomes.get(0).reason()).isIn("", "AUTHENTICATION_FAILED");
      assertThat(outcomes.get(1).succeeded()).isTrue();
      assertThat(ledger(first, "RESERVED")).isEqualTo(outcomes.get(0).succeeded() ? 1 : 0);
      assertThat(next.submitCode(citizen.nextCode())).isOne();
      if (!outcomes.get(0).succeeded()) {
        assertThat(sede.cancel(first.getId()).getState())
            .isEqualTo(SignatureRequestState.SIGNATURE_REQUEST_STATE_CANCELLED);
      }
    }
  }

  /** As many interactions as there may be on each request. */
  private static List<Authorising> open(Citizen citizen, List<SignatureRequest> requests) {
    List<Authorising> opened = new ArrayList<>();
    IntStream.range(0, MOST_INTERACTIONS)
        .forEach(number -> requests.forEach(request -> opened.add(citizen.open(request))));
    return opened;
  }

  private Authorising at(int number, Authorising authorising) {
    return authorising.through(TwoNodes.of(world, number).signerChannel());
  }

  private static String wrong(String right) {
    return (right.charAt(0) == '9' ? '0' : (char) (right.charAt(0) + 1)) + right.substring(1);
  }

  private static long count(List<? extends AtOnce.Outcome<?>> outcomes, String reason) {
    return outcomes.stream().filter(one -> one.reason().equals(reason)).count();
  }

  private long judged(SignatureRequest request, String reason) {
    return world.audit().of(request.getId()).stream()
        .filter(record -> record.getType().equals("AUTHENTICATION_FAILED"))
        .filter(record -> record.getReason().equals(reason))
        .count();
  }

  private long ledger(SignatureRequest request, String step) throws Exception {
    return world.count(
        "select count(*) from activation_ledger where signature_request_id = '"
            + request.getId()
            + "' and step = '"
            + step
            + "'");
  }

  private long failures(Citizen citizen) throws Exception {
    return world.count(
        "select coalesce(max(failures), 0) from failure_counter where id = '"
            + citizen.signerId()
            + "'");
  }

  private long tries(Authorising authorising) throws Exception {
    return world.count(
        "select code_tries from interaction where id = '" + authorising.interaction() + "'");
  }

  private long liveChallenges(Citizen citizen) throws Exception {
    return world.count(
        "select count(*) from interaction where state = 'CHALLENGED' and signer_id = '"
            + citizen.signerId()
            + "'");
  }
}
