package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import eus.bakq.auditor.v1.AuditRecord;
import eus.bakq.demo.v1.SubmitPasswordResponse;
import eus.bakq.fixtures.Documents;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Wrong passwords, codes and tickets at the citizens' door, and what the record says of them. */
@ExtendWith(InDemoWorld.class)
class AuthenticationRefusalsTest {
  private static final String FAILED = "AUTHENTICATION_FAILED";
  private static final String GONE = "INTERACTION_NOT_FOUND";
  private static final String RECORDED = "AUTHENTICATION_FAILED REFUSED ";
  private static final String JUDGED = "AUTHENTICATION_PASSWORD_JUDGED REFUSED ";

  private final DemoWorld world;
  private final Sede sede;

  AuthenticationRefusalsTest(DemoWorld world) {
    this.world = world;
    this.sede = world.sede(DemoWorld.SEDE_A);
  }

  @Test
  @DisplayName("SAD-09 replay, OTP-03: a code is good once")
  void refusesACodeUsedBefore() {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    Authorising authorising = citizen.challenged(request);
    String code = citizen.nextCode();
    authorising.submitCode(code);

    assertThat(Refused.by(() -> authorising.submitCode(code)).reason()).isEqualTo(GONE);
    assertThat(world.audit().lastLine(request.getId())).isEqualTo(RECORDED + "INTERACTION_IS_OVER");
    assertSignedOnce(request);
  }

  @Test
  @DisplayName("OTP-03: of twenty at the same time with the right code, one signs")
  void signsOnceForTwentySubmitsAtOnce() throws Exception {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    Authorising authorising = citizen.challenged(request);
    String code = citizen.nextCode();
    CountDownLatch begin = new CountDownLatch(1);
    List<Future<String>> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(20)) {
      for (int i = 0; i < 20; i++) {
        answers.add(
            threads.submit(
                () -> {
                  begin.await();
                  try {
                    return "signed " + authorising.submitCode(code);
                  } catch (StatusRuntimeException e) {
                    return Refused.of(e).reason();
                  }
                }));
      }
      begin.countDown();
    }

    List<String> said = new ArrayList<>();
    for (Future<String> answer : answers) {
      said.add(answer.get());
    }
    assertThat(said).containsOnlyOnce("signed 1");
    // The others came while the key was being used, or after.
    assertThat(said).isSubsetOf("signed 1", "SIGNATURE_REQUEST_NOT_OPEN", GONE);
    assertSignedOnce(request);
  }

  /** What was relayed for one set signs no other. */
  @Test
  @DisplayName("SAD-09 phishing, OTP-07: a code for one frozen set is no code for another")
  void refusesACodeOfAnotherFrozenSet() {
    Citizen citizen = world.activeCitizen();
    SignatureRequest one = sede.ask(Documents.form());
    SignatureRequest another = sede.ask(Documents.form());
    citizen.challenged(one);
    String codeOfOne = citizen.nextCode();
    Authorising authorising = citizen.challenged(another);
    String codeOfAnother = citizen.nextCode();

    assertThat(Refused.by(() -> authorising.submitCode(codeOfOne)).reason()).isEqualTo(FAILED);
    assertThat(world.audit().lastLine(another.getId())).isEqualTo(RECORDED + "WRONG_CODE");
    assertNotSigned(another);

    assertThat(authorising.submitCode(codeOfAnother)).isOne();
  }

  @Test
  @DisplayName("SAD-08: a ticket of another interaction, even of the same request, opens nothing")
  void refusesATicketOfAnotherInteraction() {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    Authorising one = citizen.challenged(request);
    citizen.nextCode();
    Authorising another = citizen.challenged(request);
    String code = citizen.nextCode();

    assertThat(Refused.by(() -> another.submitCode(code, one.ticket(), another.program())).reason())
        .isEqualTo(FAILED);
    assertThat(world.audit().lastLine(request.getId())).isEqualTo(RECORDED + "FOREIGN_TICKET");
    assertNotSigned(request);
  }

  @Test
  @DisplayName(
      "SAD-09 interception: an altered or made-up ticket opens nothing, whichever bit it is")
  void refusesAnAlteredTicket() {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    Authorising authorising = citizen.challenged(request);
    String code = citizen.nextCode();
    byte[] altered = authorising.ticket().toByteArray();
    altered[altered.length - 1] ^= 1;

    for (byte[] ticket : List.of(altered, new byte[60])) {
      ByteString given = ByteString.copyFrom(ticket);
      assertThat(
              Refused.by(() -> authorising.submitCode(code, given, authorising.program())).reason())
          .isEqualTo(FAILED);
      assertThat(world.audit().lastLine(request.getId())).isEqualTo(RECORDED + "FOREIGN_TICKET");
    }
    assertNotSigned(request);
    assertThat(authorising.submitCode(code)).isOne();
  }

  @Test
  @DisplayName(
      "SAD-09 hijacking: ticket and code are of no use to a program without the key of the"
          + " interaction")
  void refusesAnotherProgram() {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    Authorising authorising = citizen.challenged(request);
    String code = citizen.nextCode();
    Program another = Program.create();

    assertThat(
            Refused.by(() -> authorising.submitCode(code, authorising.ticket(), another)).reason())
        .isEqualTo(GONE);
    assertNotSigned(request);
    assertThat(authorising.submitCode(code)).isOne();
  }

  @Test
  @DisplayName("who prolongs a code in the database has a ticket that does not open any more")
  void refusesACodeProlongedInTheDatabase() throws Exception {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    Authorising authorising = citizen.challenged(request);
    String code = citizen.nextCode();
    assertThat(
            world.tamper(
                "update interaction set code_expires_at = code_expires_at + interval '1 minute'"
                    + " where id = '"
                    + authorising.interaction()
                    + "'"))
        .isOne();

    assertThat(Refused.by(() -> authorising.submitCode(code)).reason()).isEqualTo(FAILED);
    assertThat(world.audit().lastLine(request.getId())).isEqualTo(RECORDED + "FOREIGN_TICKET");
    assertNotSigned(request);
  }

  @Test
  @DisplayName("when a crash has lost the ticket's other half, the password is asked for again")
  void asksForThePasswordAgainWhenTheShareIsLost() throws Exception {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    Authorising authorising = citizen.challenged(request);
    String code = citizen.nextCode();
    world.tamper(
        "delete from interaction_share where interaction_id = '" + authorising.interaction() + "'");

    assertThat(Refused.by(() -> authorising.submitCode(code)).reason()).isEqualTo("PASSWORD_AGAIN");
    assertNotSigned(request);
    assertThat(citizen.sign(request)).isOne();
  }

  @Test
  @DisplayName("OTP-04: the third wrong code ends the interaction; the right one comes too late")
  void endsTheInteractionAtTheThirdWrongCode() {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    Authorising authorising = citizen.challenged(request);
    String code = citizen.nextCode();

    for (int i = 0; i < 3; i++) {
      assertThat(Refused.by(() -> authorising.submitCode(other(code))).reason()).isEqualTo(FAILED);
    }
    assertThat(Refused.by(() -> authorising.submitCode(code)).reason()).isEqualTo(GONE);

    assertThat(
            world.audit().lines(request.getId()).stream().filter(line -> line.startsWith("AUTH")))
        .containsExactly(
            "AUTHENTICATION_PASSWORD_JUDGED SUCCEEDED",
            RECORDED + "WRONG_CODE",
            RECORDED + "WRONG_CODE",
            RECORDED + "WRONG_CODE",
            RECORDED + "INTERACTION_IS_OVER");
    assertNotSigned(request);
    // Nothing but the interaction has ended.
    assertThat(citizen.sign(request)).isOne();
  }

  @Test
  @DisplayName(
      "SAD-09 guessing online, AUT-08, AUT-09, AUT-10, OTP-05: five wrong factors lock; an officer"
          + " unlocks, time does not")
  void locksAfterFiveWrongFactors() {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    Authorising challenged = citizen.challenged(request);
    String code = citizen.nextCode();
    for (int i = 0; i < 2; i++) {
      assertThat(Refused.by(() -> challenged.submitCode(other(code))).reason()).isEqualTo(FAILED);
    }
    wrongPassword(citizen, request);
    assertThat(citizen.mails()).noneMatch(mail -> mail.getSubject().startsWith("Warning"));

    wrongPassword(citizen, request);
    citizen.mailWith("Warning: one more failure will lock BakQ on new devices");
    assertThat(citizen.mails()).noneMatch(mail -> mail.getSubject().contains("is locked"));
    assertThat(accounts(request).getLast()).isEqualTo("WARNED");

    Authorising last = wrongPassword(citizen, request);
    citizen.mailWith("Your BakQ is locked on new devices");
    assertThat(accounts(request).getLast()).isEqualTo("LOCKED");
    Refused withWrongPassword = Refused.by(() -> last.submitCode("123456"));

    Authorising locked = citizen.open(request);
    locked.submitPassword(citizen.dni(), Citizen.PASSWORD);
    assertThat(world.audit().lastLine(request.getId())).isEqualTo(JUDGED + "ACCOUNT_LOCKED");
    assertThat(Refused.by(() -> locked.submitCode("123456"))).isEqualTo(withWrongPassword);
    // The code of before the lock is of no use either.
    assertThat(Refused.by(() -> challenged.submitCode(code)).reason()).isEqualTo(FAILED);
    assertThat(world.audit().lastLine(request.getId())).isEqualTo(RECORDED + "ACCOUNT_LOCKED");
    assertNotSigned(request);

    world.officer().unlock(citizen);
    assertThat(world.audit().lines(citizen.signerId()))
        .endsWith("ACCOUNT_UNLOCKED SUCCEEDED", "SIGNER_WRITTEN SUCCEEDED");
    assertThat(citizen.sign(request)).isOne();
    assertThat(citizen.unreadSms()).isZero();
  }

  @Test
  @DisplayName("AUT-08: a success in between begins the count anew")
  void countsFailuresInARow() {
    Citizen citizen = world.activeCitizen();
    SignatureRequest first = sede.ask(Documents.form());
    for (int i = 0; i < 4; i++) {
      wrongPassword(citizen, first);
    }
    citizen.sign(first);

    SignatureRequest second = sede.ask(Documents.form());
    for (int i = 0; i < 4; i++) {
      wrongPassword(citizen, second);
    }
    assertThat(citizen.sign(second)).isOne();
  }

  @Test
  @DisplayName("AUT-11, AUT-12, SAD-03: whatever was wrong, the answers are the same")
  void answersTheSameWhateverWasWrong() {
    Citizen right = world.activeCitizen();
    Citizen unknown = world.newCitizen();
    Citizen notActivated = world.registeredCitizen();
    Citizen locked = world.activeCitizen();
    for (int i = 0; i < 5; i++) {
      wrongPassword(locked, sede.ask(Documents.form()));
    }
    Citizen notExpected = world.activeCitizen();
    SignatureRequest forAnother =
        sede.ask(Sede.wish(Documents.form()).setExpectedSigner(unknown.dni()));

    Map<String, List<Object>> answers = new LinkedHashMap<>();
    answers.put("wrong code", answers(right, Citizen.PASSWORD, sede.ask(Documents.form())));
    answers.put(
        "wrong password", answers(right, Citizen.WRONG_PASSWORD, sede.ask(Documents.form())));
    answers.put("unknown", answers(unknown, Citizen.PASSWORD, sede.ask(Documents.form())));
    answers.put(
        "not activated", answers(notActivated, Citizen.PASSWORD, sede.ask(Documents.form())));
    answers.put("locked", answers(locked, Citizen.PASSWORD, sede.ask(Documents.form())));
    answers.put("not expected", answers(notExpected, Citizen.PASSWORD, forAnother));

    assertThat(answers.values()).allMatch(answers.get("wrong code")::equals);
    assertThat(world.audit().lines(forAnother.getId())).contains(JUDGED + "UNKNOWN_SIGNER");
  }

  /** All that can be told apart: the shape of the ticket's answer, and four refusals in a row. */
  private List<Object> answers(Citizen citizen, String password, SignatureRequest request) {
    Authorising authorising = citizen.open(request);
    SubmitPasswordResponse answer = authorising.submitPassword(citizen.dni(), password);
    List<Object> told = new ArrayList<>();
    told.add(answer.getAllFields().keySet());
    told.add(answer.getTicket().size());
    for (int i = 0; i < 4; i++) {
      told.add(Refused.by(() -> authorising.submitCode("12345")));
    }
    assertNotSigned(request);
    return told;
  }

  @Test
  @DisplayName("SAD-09 masquerading, SAD-19: only the signer whom the sede expects gets a code")
  void refusesASignerWhoIsNotExpected() {
    Citizen expected = world.activeCitizen();
    Citizen another = world.activeCitizen();
    SignatureRequest request =
        sede.ask(Sede.wish(Documents.form()).setExpectedSigner(expected.dni()));

    Authorising authorising = another.challenged(request);

    assertThat(world.audit().lastLine(request.getId())).isEqualTo(JUDGED + "UNKNOWN_SIGNER");
    assertThat(Refused.by(() -> authorising.submitCode("123456")).reason()).isEqualTo(FAILED);
    assertThat(world.audit().lastLine(request.getId()))
        .isEqualTo(RECORDED + "PASSWORD_WAS_NOT_ACCEPTED");
    assertThat(expected.sign(request)).isOne();
    assertThat(another.unreadSms()).isZero();
  }

  @Test
  @DisplayName("one interaction takes one password")
  void refusesASecondPassword() {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    Authorising authorising = wrongPassword(citizen, request);

    assertThat(
            Refused.by(() -> authorising.submitPassword(citizen.dni(), Citizen.PASSWORD)).reason())
        .isEqualTo(GONE);
    assertThat(world.audit().lastLine(request.getId())).isEqualTo(JUDGED + "WRONG_PASSWORD");
  }

  @Test
  @DisplayName("OTP-06: only the newest code of a person is alive")
  void endsTheCodeBeforeTheNewest() {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    Authorising older = citizen.challenged(request);
    String olderCode = citizen.nextCode();
    Authorising newest = citizen.challenged(request);
    String newestCode = citizen.nextCode();

    // As after a wrong password, so that nobody sees from it that a newer one was right.
    assertThat(Refused.by(() -> older.submitCode(olderCode)).reason()).isEqualTo(FAILED);
    assertThat(world.audit().lastLine(request.getId()))
        .isEqualTo(RECORDED + "PASSWORD_WAS_NOT_ACCEPTED");
    assertNotSigned(request);
    assertThat(newest.submitCode(newestCode)).isOne();
  }

  @Test
  @DisplayName("OTP-13: five codes an hour; the sixth is not sent, and nobody is told")
  void sendsFiveCodesAnHour() {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    for (int i = 0; i < 4; i++) {
      citizen.challenged(request);
      citizen.nextCode();
    }

    Authorising sixth = citizen.challenged(request);

    assertThat(sixth.ticket().size()).isEqualTo(60);
    assertThat(
            world.audit().of(request.getId()).stream()
                .filter(record -> record.getType().equals("AUTHENTICATION_PASSWORD_JUDGED"))
                .map(record -> record.getDetailsOrThrow("code")))
        .containsExactly("sent", "sent", "sent", "sent", "not sent");
    assertThat(Refused.by(() -> sixth.submitCode("123456")).reason()).isEqualTo(FAILED);
    assertThat(citizen.unreadSms()).isZero();
  }

  @Test
  @DisplayName("OTP-13: ten codes a day; the eleventh is not sent, and nobody is told")
  void sendsTenCodesADay() throws Exception {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    world.tamper(
        "insert into outbox_message (kind, reference, signer_id, created_at, expires_at, state,"
            + " next_attempt_at, ended_at) select 'SIGNATURE_CODE', gen_random_uuid(), '"
            + citizen.signerId()
            + "', now() - interval '23 hours', now(), 'DELIVERED', now(), now()"
            + " from generate_series(1, 8)");

    Authorising eleventh = citizen.challenged(request);

    // With the temporary password and the code of the activation there were ten.
    assertThat(eleventh.ticket().size()).isEqualTo(60);
    assertThat(world.audit().of(request.getId()).getLast().getDetailsOrThrow("code"))
        .isEqualTo("not sent");
    assertThat(Refused.by(() -> eleventh.submitCode("123456")).reason()).isEqualTo(FAILED);
    assertThat(citizen.unreadSms()).isZero();
  }

  private Authorising wrongPassword(Citizen citizen, SignatureRequest request) {
    Authorising authorising = citizen.open(request);
    authorising.submitPassword(citizen.dni(), Citizen.WRONG_PASSWORD);
    return authorising;
  }

  /** What the wrong factors did to the account, in their order. */
  private List<String> accounts(SignatureRequest request) {
    return world.audit().of(request.getId()).stream()
        .filter(record -> record.getType().startsWith("AUTHENTICATION_"))
        .map(record -> record.getDetailsOrThrow("account"))
        .toList();
  }

  private static String other(String code) {
    return (code.charAt(0) == '9' ? '0' : (char) (code.charAt(0) + 1)) + code.substring(1);
  }

  private void assertSignedOnce(SignatureRequest request) {
    for (String type :
        List.of(
            "AUTHENTICATION_SUCCEEDED",
            "SAD_CREATED",
            "SIGNATURE_AUTHORISED",
            "SIGNATURE_CREATED",
            "SIGNATURE_REQUEST_COMPLETED")) {
      assertThat(world.audit().count(request.getId(), type)).as(type).isOne();
    }
  }

  private void assertNotSigned(SignatureRequest request) {
    assertThat(sede.get(request.getId()).getState())
        .isIn(
            SignatureRequestState.SIGNATURE_REQUEST_STATE_FROZEN,
            SignatureRequestState.SIGNATURE_REQUEST_STATE_CHALLENGED);
    assertThat(world.audit().of(request.getId()))
        .extracting(AuditRecord::getType)
        .doesNotContain("SAD_CREATED", "SIGNATURE_AUTHORISED", "SIGNATURE_CREATED");
  }
}
